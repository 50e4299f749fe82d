#include <algorithm>
#include <cmath>
#include <memory>

#include "bench/harness/objective_text.h"
#include "bench/reproduce/cell_store.h"
#include "bench/reproduce/reproduce.h"
#include "datasets/synthetic.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

class TableFiguresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SyntheticOptions options;
    options.every = 7;
    WriteSyntheticTable(folder_.Path("table.db"), options);
    table_ = Table::Open(folder_.Path("table.db"));
  }

  double At(const std::string& metric, size_t row) const {
    return table_->LoadOrCompute(Metric::Parse(metric))->Mean(row).value;
  }

  Reproduction Run(const std::string& text, CellStore* finished = nullptr) {
    const auto results = Results::OpenOrCreate(folder_.Path("r.db"));
    return Reproduce(PublishedTable::ReadText(text, "made.toml"), table_,
                     *results, std::nullopt, {}, finished);
  }

  TempDir folder_;
  std::shared_ptr<const Table> table_;
};

std::string Made(const std::string& rows) {
  return R"(
name = "made"
title = "Made"
source = "this test"
certainty = "computed"
[[column]]
name = "macs"
metric = "macs"
scale = 1e-6
[[column]]
name = "latency"
metric = "latency"
on_platform = true
)" + rows;
}

constexpr char kFacts[] = R"(
[[row]]
name = "least"
from = "statistic"
statistic = "minimum"
platform = "synthetic-cpu"
published = [[1], []]
[[row]]
name = "how many"
from = "statistic"
statistic = "count"
platform = "synthetic-cpu"
published = [[5], [5]]
[[row]]
name = "within"
from = "selection"
select = "accuracy:val"
platform = "synthetic-cpu"
limits = ["latency@synthetic-cpu<=2"]
published = [[3], [4]]
)";

TEST_F(TableFiguresTest, StatisticsAreInThePrintedUnitCountsAreNot) {
  const Reproduction made = Run(Made(kFacts));
  // The first fact prints nothing for the second column.
  ASSERT_EQ(made.cells.size(), 5u);
  double least = At("macs", 0);
  for (size_t row = 0; row < table_->Rows(); ++row) {
    least = std::min(least, At("macs", row));
  }
  EXPECT_EQ(made.cells[0].ours, least * 1e-6);
  EXPECT_DOUBLE_EQ(*made.cells[1].ours, double(table_->Rows()));
}

TEST_F(TableFiguresTest, SelectionIsTheBestConnectedWithinTheLimits) {
  std::vector<double> latencies;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    latencies.push_back(At("latency@synthetic-cpu", row));
  }
  const double limit = std::round(Median(latencies) * 1000) / 1000;
  std::string text = kFacts;
  text.replace(text.find("<=2") + 2, 1, std::to_string(limit));
  const Reproduction made = Run(Made(text));
  std::optional<size_t> best;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    if (!table_->Connected(row) || latencies[row] > limit) continue;
    if (!best || At("accuracy:val", row) > At("accuracy:val", *best)) {
      best = row;
    }
  }
  ASSERT_TRUE(best.has_value());
  EXPECT_EQ(made.cells[4].column, "latency");
  EXPECT_EQ(made.cells[4].ours, At("latency@synthetic-cpu", *best));
}

TEST_F(TableFiguresTest, APublishedValueThatBreaksItsOwnLimitIsMarked) {
  const Reproduction made = Run(Made(kFacts));
  EXPECT_THAT(made.cells[4].reason,
              HasSubstr("breaks the row's limit, at most 2"));
  EXPECT_THAT(made.cells[3].reason, ::testing::Not(HasSubstr("limit")));
}

TEST_F(TableFiguresTest, NoSelectionWhereNothingIsWithinTheLimits) {
  Selection selection;
  selection.select = ParseObjective("accuracy:val");
  selection.limits = {ParseConstraint("latency@synthetic-cpu<=0")};
  EXPECT_EQ(SelectRow(*table_, selection), std::nullopt);
}

TEST_F(TableFiguresTest, RankCountsWhatIsBetterByTheQuantitysDirection) {
  const ObjectiveSpec macs = ParseObjective("macs");
  size_t least = 0;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    if (At("macs", row) < At("macs", least)) least = row;
  }
  const std::string text =
      table_->BaseSpace()->Format(table_->ArchitectureAt(least));
  EXPECT_EQ(ComputeStatistic(*table_, macs, Statistic::kRank, text), 1);
  const ObjectiveSpec most = ParseObjective("max:macs");
  EXPECT_GT(*ComputeStatistic(*table_, most, Statistic::kRank, text), 1);
  EXPECT_THROW(ComputeStatistic(*table_, macs, Statistic::kRank, "nobody"),
               Error);
}

TEST_F(TableFiguresTest, RowsThatLackWhatTheyNeedAreRefused) {
  for (const std::string wrong :
       {"statistic = \"median\"\nplatform = \"synthetic-cpu\"",
        "statistic = \"rank\"\nplatform = \"synthetic-cpu\"",
        "statistic = \"mean\""}) {
    EXPECT_THROW(Run(Made("[[row]]\nname = \"x\"\nfrom = \"statistic\"\n" +
                          wrong + "\npublished = [[], []]\n")),
                 Error)
        << wrong;
  }
}

TEST_F(TableFiguresTest, FinishedRowsAreNotDoneAgain) {
  const std::string path = folder_.Path("cells.jsonl");
  const auto first = OpenCellStore(path);
  const Reproduction made = Run(Made(kFacts), first.get());
  // What stands in the file is what is given, not what would come out.
  auto kept = *first->Find("least");
  kept[0].ours = -1;
  kept[0].low = -2;
  kept[0].high = 0.1;
  first->Add("least", kept);
  const auto again = OpenCellStore(path);
  const Reproduction resumed = Run(Made(kFacts), again.get());
  ASSERT_EQ(resumed.cells.size(), made.cells.size());
  EXPECT_EQ(resumed.cells[0].ours, -1);
  EXPECT_EQ(resumed.cells[0].high, 0.1);
  for (size_t i = 1; i < made.cells.size(); ++i) {
    EXPECT_EQ(CellsToJson({resumed.cells[i]}), CellsToJson({made.cells[i]}));
  }
}

TEST_F(TableFiguresTest, ATornLineOfTheStoreIsDoneAgain) {
  const std::string path = folder_.Path("cells.jsonl");
  Run(Made(kFacts), OpenCellStore(path).get());
  const std::string whole = ReadBytes(path);
  std::ofstream(path, std::ios::binary) << "not JSON\n"
                                        << whole.substr(0, whole.size() - 10);
  const auto torn = OpenCellStore(path);
  EXPECT_TRUE(torn->Find("least").has_value());
  EXPECT_FALSE(torn->Find("within").has_value());
  Run(Made(kFacts), torn.get());
  EXPECT_TRUE(OpenCellStore(path)->Find("within").has_value());
}

TEST_F(TableFiguresTest, TheKeyDependsOnFileTableAndSeed) {
  const auto key = [&](const std::string& text, std::optional<uint64_t> seed) {
    return ReproductionKey(PublishedTable::ReadText(text, "made.toml"), *table_,
                           seed);
  };
  const std::string text = Made(kFacts);
  EXPECT_EQ(key(text, 1), key(text, 1));
  EXPECT_NE(key(text, 1), key(text, std::nullopt));
  EXPECT_NE(key(text, 1), key(text + "# more\n", 1));
}

TEST(NotTestable, HasEveryCellAndTheReason) {
  const PublishedTable published =
      PublishedTable::ReadText(Made(kFacts), "made.toml");
  const Reproduction none = NotTestable(published, "no data");
  ASSERT_EQ(none.cells.size(), 5u);
  for (const ReproducedCell& cell : none.cells) {
    EXPECT_EQ(cell.verdict, Verdict::kNotTestable);
    EXPECT_EQ(cell.reason, "no data");
  }
  EXPECT_TRUE(none.Agrees());
}

TEST(CountVerdicts, CountsOnlyWhatCanBeReproduced) {
  Reproduction made;
  for (const Verdict verdict :
       {Verdict::kReproduced, Verdict::kClose, Verdict::kNotReproduced,
        Verdict::kAgreesWithRecalled, Verdict::kNotTestable}) {
    ReproducedCell cell;
    cell.verdict = verdict;
    made.cells.push_back(cell);
  }
  const VerdictCounts counts = CountVerdicts({made, made});
  EXPECT_EQ(counts.good, 4u);
  EXPECT_EQ(counts.reproducible, 6u);
  EXPECT_EQ(counts.by_verdict[size_t(Verdict::kClose)], 2u);
}

}  // namespace
}  // namespace hwnas
