#include <algorithm>
#include <cmath>

#include "bench/reproduce/published_table.h"
#include "bench/reproduce/reproduce.h"
#include "bench/transfer/platform_study.h"
#include "bench/transfer/study_file.h"
#include "datasets/published_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tests/real_data.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

// Tables are made once for all tests.
std::string SharedCache() {
  static const TempDir folder;
  return folder.Path("cache");
}

Reproduction OfPublished(const std::string& name, const std::string& data,
                         const TempDir& folder) {
  const PublishedTable published = FindPublishedTable(name);
  const auto table =
      Table::Open(CachedPublishedData(published.data, data, SharedCache()));
  const auto results = Results::OpenOrCreate(folder.Path("results.db"));
  return Reproduce(published, table, *results, std::nullopt, {});
}

TEST(NasBenchMacro, EveryPublishedFactIsReproduced) {
  HWNAS_REAL_DATA(data, "");
  const TempDir folder;
  const Reproduction made = OfPublished("nas-bench-macro", data, folder);
  EXPECT_EQ(made.cells.size(), 11u);
  for (const ReproducedCell& cell : made.cells) {
    EXPECT_EQ(cell.verdict, Verdict::kReproduced)
        << cell.row << ": " << cell.reason;
  }
}

TEST(HelpTable4, HindsightIsReproducedAndFiveRowsBreakTheirLimit) {
  HWNAS_REAL_DATA(data, "");
  const TempDir folder;
  const Reproduction made = OfPublished("help-table4", data, folder);
  ASSERT_EQ(made.cells.size(), 90u);
  int reproduced = 0;
  int broken = 0;
  double hindsight = 0;
  for (const ReproducedCell& cell : made.cells) {
    reproduced += cell.verdict == Verdict::kReproduced;
    if (cell.reason.find("breaks the row's limit") != std::string::npos) {
      ++broken;
      EXPECT_THAT(cell.row, HasSubstr("HELP"));
    }
    if (cell.column != "accuracy (%)" || !cell.ours) continue;
    // Rows come in threes: HELP, hindsight, validation.
    if (cell.row.ends_with("hindsight")) hindsight = *cell.ours;
    if (cell.row.ends_with("validation")) {
      EXPECT_LE(*cell.ours, hindsight);
    }
  }
  EXPECT_EQ(reproduced, 30);
  EXPECT_EQ(broken, 5);
}

TEST(PlatformsNb201, LosesWhatTheReadmeSays) {
  HWNAS_REAL_DATA(data, "");
  const TransferFile file = FindTransferFile("platforms-nb201");
  PlatformStudySpec spec = file.platforms;
  spec.samples = 0;  // a minute of few-shot transfer
  const auto table =
      Table::Open(CachedPublishedData(file.data, data, SharedCache()));
  const PlatformStudy study = RunPlatformStudy(*table, spec);
  EXPECT_EQ(study.architectures, 15284u);
  EXPECT_EQ(study.settings.size(), 27u);
  EXPECT_EQ(study.devices.size(), 17u);
  EXPECT_EQ(study.clusters.size(), 9u);
  double worst = 0;
  for (const DeviceTransfer& t : study.device_transfers) {
    if (t.from != t.to) worst = std::max(worst, t.hypervolume_lost);
  }
  EXPECT_NEAR(worst, 0.101, 0.0005);
}

TEST(CachedPublishedData, IsKeyedByTheFilesAndBuiltOnce) {
  HWNAS_REAL_DATA(file, "nas-bench-macro/nas-bench-macro_cifar10.json");
  const TempDir folder;
  std::filesystem::create_directory(folder.Path("data"));
  std::filesystem::copy_file(file, folder.Path("data/macro.json"));
  const PublishedData data{"", {{"nas-bench-macro", {"macro.json"}, ""}}};
  const auto cached = [&] {
    return CachedPublishedData(data, folder.Path("data"), folder.Path("cache"));
  };
  const std::string first = cached();
  EXPECT_EQ(Table::Open(first)->Rows(), 6561u);
  EXPECT_EQ(cached(), first);
  std::ofstream(folder.Path("data/macro.json"), std::ios::app) << "\n";
  EXPECT_NE(cached(), first);
  std::filesystem::remove(folder.Path("data/macro.json"));
  try {
    cached();
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace hwnas
