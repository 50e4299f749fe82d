#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "bench/harness/results.h"
#include "bench/reproduce/published_table.h"
#include "bench/reproduce/reproduce.h"
#include "datasets/published_nb201.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/table.h"
#include "tests/real_data.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

/// Table 4 of NATS-Bench on the published data; its runs are made once for all
/// tests of a seed.
class ReproduceTable4 : public ::testing::Test {
 protected:
  static void TearDownTestSuite() { state_.reset(); }

  /// Runs it with a seed, or gives what was run before.
  static const Reproduction& With(const std::string& data, uint64_t seed) {
    if (state_ == nullptr) state_ = std::make_unique<State>(data);
    const auto found = state_->done.find(seed);
    if (found != state_->done.end()) return found->second;
    const auto results = Results::OpenOrCreate(
        state_->folder.Path(std::to_string(seed) + ".db"));
    RunOptions options;
    options.threads = 2;
    return state_->done[seed] =
               Reproduce(FindPublishedTable("nats-bench-table4"), state_->table,
                         *results, seed, options);
  }

 private:
  struct State {
    explicit State(const std::string& data)
        : table(Table::Open(
              ImportPublishedNb201(data, folder.Path("nb201.db")))) {}
    TempDir folder;
    std::shared_ptr<const Table> table;
    std::map<uint64_t, Reproduction> done;
  };
  static std::unique_ptr<State> state_;
};
std::unique_ptr<ReproduceTable4::State> ReproduceTable4::state_;

constexpr uint64_t kSeeds[] = {1, 20240229};

void ExpectRow(const Reproduction& reproduction, const std::string& row,
               double cifar10, double others) {
  int cells = 0;
  for (const ReproducedCell& cell : reproduction.cells) {
    if (cell.row != row) continue;
    ++cells;
    SCOPED_TRACE(cell.row + ", " + cell.column + ": " + cell.reason);
    const bool is_cifar10 = cell.column.starts_with("cifar10 ");
    ASSERT_TRUE(cell.published && cell.ours && cell.published_sd &&
                cell.ours_sd);
    EXPECT_LE(std::abs(*cell.ours - *cell.published),
              is_cifar10 ? cifar10 : others);
    EXPECT_LE(std::abs(*cell.ours_sd - *cell.published_sd),
              0.2 * *cell.published_sd + 0.02);
    EXPECT_EQ(cell.verdict, Verdict::kAgreesWithRecalled);
  }
  EXPECT_EQ(cells, 6);
}

TEST_F(ReproduceTable4, RandomSearchIsWithinItsTolerances) {
  HWNAS_REAL_DATA(data, "");
  for (const uint64_t seed : kSeeds) {
    ExpectRow(With(data, seed), "RS", 0.05, 0.12);
  }
}

TEST_F(ReproduceTable4, RegularizedEvolutionIsWithinItsTolerances) {
  HWNAS_REAL_DATA(data, "");
  for (const uint64_t seed : kSeeds) {
    ExpectRow(With(data, seed), "REA", 0.10, 0.15);
  }
}

TEST_F(ReproduceTable4, ReinforceIsWithinItsTolerances) {
  HWNAS_REAL_DATA(data, "");
  for (const uint64_t seed : kSeeds) {
    ExpectRow(With(data, seed), "REINFORCE", 0.10, 0.15);
  }
}

TEST_F(ReproduceTable4, EvolutionIsAboveRandomSearchInAllSixCells) {
  HWNAS_REAL_DATA(data, "");
  for (const uint64_t seed : kSeeds) {
    const Reproduction& reproduction = With(data, seed);
    int cells = 0;
    for (const ReproducedDifference& difference : reproduction.differences) {
      if (difference.a != "REA" || difference.b != "RS") continue;
      ++cells;
      EXPECT_EQ(difference.pairs, 500u);
      EXPECT_GT(difference.low, 0) << difference.column;
      EXPECT_TRUE(difference.Holds());
    }
    EXPECT_EQ(cells, 6);
  }
}

TEST_F(ReproduceTable4, ReinforceIsAboveRandomSearchOffCifar10) {
  HWNAS_REAL_DATA(data, "");
  for (const uint64_t seed : kSeeds) {
    int cells = 0;
    for (const ReproducedDifference& d : With(data, seed).differences) {
      if (d.a != "REINFORCE" || d.b != "RS") continue;
      ++cells;
      EXPECT_FALSE(d.column.starts_with("cifar10 "));
      EXPECT_GT(d.low, 0) << d.column;
    }
    EXPECT_EQ(cells, 4);
  }
}

TEST_F(ReproduceTable4, TheOptimumIsTheTables) {
  HWNAS_REAL_DATA(data, "");
  for (const ReproducedCell& cell : With(data, 1).cells) {
    if (cell.row != "optimal") continue;
    EXPECT_EQ(cell.verdict, Verdict::kAgreesWithRecalled) << cell.column;
    EXPECT_LE(std::abs(*cell.ours - *cell.published), 0.005) << cell.column;
  }
}

TEST_F(ReproduceTable4, RowsWithoutOursSayWhy) {
  HWNAS_REAL_DATA(data, "");
  for (const ReproducedCell& cell : With(data, 1).cells) {
    if (cell.row != "BOHB") continue;
    EXPECT_EQ(cell.verdict, Verdict::kNotReproducible);
    EXPECT_THAT(cell.reason, HasSubstr("1 and 4 epochs"));
    EXPECT_FALSE(cell.ours.has_value());
    EXPECT_TRUE(cell.published.has_value());
  }
}

TEST_F(ReproduceTable4, AnotherSeedMovesTheValues) {
  HWNAS_REAL_DATA(data, "");
  const Reproduction& one = With(data, kSeeds[0]);
  const Reproduction& two = With(data, kSeeds[1]);
  ASSERT_EQ(one.cells.size(), 30u);
  ASSERT_EQ(two.cells.size(), 30u);
  for (size_t i = 0; i < one.cells.size(); ++i) {
    if (one.cells[i].row != "RS" && one.cells[i].row != "REA") continue;
    EXPECT_NE(one.cells[i].ours, two.cells[i].ours) << one.cells[i].column;
  }
}

}  // namespace
}  // namespace hwnas
