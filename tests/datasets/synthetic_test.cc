#include "datasets/synthetic.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tabular/table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

std::shared_ptr<const Table> Make(const TempDir& folder,
                                  const std::string& name,
                                  const SyntheticOptions& options) {
  WriteSyntheticTable(folder.Path(name), options);
  return Table::Open(folder.Path(name));
}

TEST(Synthetic, SaysSoAndIsSound) {
  const TempDir folder;
  const auto table = Make(folder, "t.db", {.every = 26});
  EXPECT_TRUE(table->Synthetic());
  EXPECT_NE(table->Title().find("SYNTHETIC"), std::string::npos);
  EXPECT_EQ(table->Rows(), 601u);
  EXPECT_EQ(table->Check(), std::vector<std::string>{});
  for (const Column& column : table->Columns()) {
    EXPECT_NE(column.origin, Origin::kMeasured) << column.metric.Text();
  }
  for (const Platform& platform : table->Platforms()) {
    EXPECT_NE(platform.method.find("SYNTHETIC"), std::string::npos);
  }
}

TEST(Synthetic, TheSameSeedMakesTheSameTableAndAnotherAnother) {
  const TempDir folder;
  const std::string digest = Make(folder, "a.db", {.every = 127})->Digest();
  EXPECT_EQ(Make(folder, "b.db", {.every = 127})->Digest(), digest);
  EXPECT_NE(Make(folder, "c.db", {.seed = 2, .every = 127})->Digest(), digest);
}

TEST(Synthetic, ValuesAreWhatIsPromised) {
  const TempDir folder;
  const auto table = Make(folder, "t.db", {.every = 7});
  const auto load = [&](const char* metric) {
    return table->Load(table->GetColumn(Metric::Parse(metric)));
  };
  const auto val = load("accuracy");
  const auto test = load("accuracy:test");
  const auto early = load("accuracy:e12");
  const auto gpu = load("latency@synthetic-gpu");
  EXPECT_EQ(val->Replicates(), 3u);
  std::map<size_t, double> of_network;
  size_t disconnected = 0;
  size_t failures = 0;
  for (size_t row = 0; row < table->Rows(); ++row) {
    const double accuracy = val->Mean(row).value;
    EXPECT_GT(accuracy, 5);
    EXPECT_LT(accuracy, 100);
    if (!table->Connected(row)) {
      ++disconnected;
      EXPECT_EQ(accuracy, 10);
      EXPECT_EQ(test->Mean(row).value, 10);
      EXPECT_EQ(early->Mean(row).value, 10);
    } else {
      EXPECT_NE(val->At(row, 0), val->At(row, 1));
    }
    const auto [found, is_new] =
        of_network.emplace(table->EffectiveNetwork(row), accuracy);
    EXPECT_EQ(found->second, accuracy);
    if (table->ArchitectureAt(row)[5] == 4) {
      ++failures;
      EXPECT_EQ(gpu->Mean(row).missing, Missing::kDidNotCompile);
    } else {
      EXPECT_TRUE(gpu->Mean(row).Ok());
    }
  }
  EXPECT_GT(disconnected, 0u);
  EXPECT_GT(failures, 0u);
}

TEST(Synthetic, CostsAreTheAnalyticOnes) {
  const TempDir folder;
  const auto table = Make(folder, "t.db", {.every = 601});
  for (const char* metric : {"macs", "params"}) {
    const auto stored = table->LoadOrCompute(Metric::Parse(metric));
    const auto computed = table->LoadOrCompute(
        Metric::Parse(std::string(metric) + ";graph=full"));
    for (size_t row = 0; row < table->Rows(); ++row) {
      EXPECT_EQ(stored->Mean(row), computed->Mean(row));
    }
  }
}

TEST(Synthetic, AnExistingFileIsNotReplaced) {
  const TempDir folder;
  WriteBytes(folder.Path("t.db"), "precious");
  EXPECT_THROW(WriteSyntheticTable(folder.Path("t.db"), {}), Error);
  EXPECT_EQ(ReadBytes(folder.Path("t.db")), "precious");
}

}  // namespace
}  // namespace hwnas
