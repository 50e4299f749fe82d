#include "bench/transfer/platform_study.h"

#include <algorithm>

#include "bench/harness/objective_text.h"
#include "datasets/synthetic.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/analysis/correlation.h"
#include "tabular/error.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PlatformStudyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SyntheticOptions options;
    options.every = 7;
    WriteSyntheticTable(folder_.Path("table.db"), options);
    table_ = Table::Open(folder_.Path("table.db"));
    spec_.accuracy = ParseObjective("accuracy:val");
    spec_.samples = 0;
  }

  TempDir folder_;
  std::shared_ptr<const Table> table_;
  PlatformStudySpec spec_;
};

TEST_F(PlatformStudyTest, TakesEveryPlatformAndOnlyCompleteArchitectures) {
  const PlatformStudy study = RunPlatformStudy(*table_, spec_);
  EXPECT_THAT(study.devices,
              ElementsAre("synthetic-cpu", "synthetic-gpu", "synthetic-mcu"));
  const auto gpu =
      table_->LoadOrCompute(Metric::Parse("latency@synthetic-gpu"));
  size_t complete = 0;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    complete += table_->Connected(row) && gpu->Mean(row).Ok();
  }
  EXPECT_EQ(study.architectures, complete);
}

TEST_F(PlatformStudyTest, NothingIsLostAtHome) {
  const PlatformStudy study = RunPlatformStudy(*table_, spec_);
  for (size_t i = 0; i < study.settings.size(); ++i) {
    const PlatformTransfer& home = study.Transfer(i, i);
    EXPECT_EQ(home.hypervolume_lost, 0);
    EXPECT_EQ(home.recall, 1);
    EXPECT_EQ(home.broken, 0);
    EXPECT_EQ(home.accuracy_lost, 0);
    EXPECT_EQ(home.rank, 1);
  }
}

TEST_F(PlatformStudyTest, SharesLieBetweenNothingAndAll) {
  const PlatformStudy study = RunPlatformStudy(*table_, spec_);
  double most = 0;
  for (const PlatformTransfer& t : study.transfers) {
    EXPECT_GE(t.hypervolume_lost, 0);
    EXPECT_LE(t.hypervolume_lost, 1);
    EXPECT_GE(t.recall, 0);
    EXPECT_LE(t.recall, 1);
    EXPECT_EQ(t.accuracy_lost.has_value(), t.broken < 1);
    most = std::max(most, t.hypervolume_lost);
  }
  EXPECT_GT(most, 0);  // platforms differ
}

TEST_F(PlatformStudyTest, CorrelationsAreSpearmansAndSymmetric) {
  const PlatformStudy study = RunPlatformStudy(*table_, spec_);
  const PlatformValues values =
      LoadPlatformValues(*table_, spec_.accuracy, "latency", {});
  EXPECT_NEAR(study.rho[1], *SpearmanRho(values.costs[0], values.costs[1]),
              1e-12);
  EXPECT_EQ(study.rho[1], study.rho[3]);
  EXPECT_EQ(study.rho[0], 1);
}

TEST_F(PlatformStudyTest, ClustersJoinAllOrNothingAtTheExtremes) {
  spec_.cluster_at = -1;
  EXPECT_EQ(RunPlatformStudy(*table_, spec_).clusters.size(), 1u);
  spec_.cluster_at = 1.01;
  EXPECT_EQ(RunPlatformStudy(*table_, spec_).clusters.size(), 3u);
}

TEST_F(PlatformStudyTest, RemediesStateWhatTheyCost) {
  spec_.proxy = "macs";
  spec_.samples = 10;
  spec_.source_architectures = 100;
  const PlatformStudy study = RunPlatformStudy(*table_, spec_);
  ASSERT_EQ(study.remedies.size(), 6u);
  EXPECT_EQ(study.remedies[0].measurements, 0u);
  EXPECT_EQ(study.remedies[5].measurements, 10u);
  for (const Remedy& remedy : study.remedies) {
    ASSERT_EQ(remedy.lost.size(), 3u);
    for (size_t d = 0; d < 3; ++d) EXPECT_LE(remedy.lost[d], 1) << remedy.name;
  }
  // The mean of what the others' fronts lose, by hand.
  EXPECT_NEAR(study.remedies[0].lost[0],
              (study.Transfer(1, 0).hypervolume_lost +
               study.Transfer(2, 0).hypervolume_lost) /
                  2,
              1e-12);
}

TEST_F(PlatformStudyTest, OnePlatformOrAnUnknownOneIsRefused) {
  spec_.platforms = {"synthetic-cpu"};
  EXPECT_THROW(RunPlatformStudy(*table_, spec_), Error);
  spec_.platforms = {"synthetic-cpu", "nobody"};
  try {
    RunPlatformStudy(*table_, spec_);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kNotFound);
  }
}

TEST_F(PlatformStudyTest, AnInterruptEndsIt) {
  try {
    RunPlatformStudy(*table_, spec_, [] { return true; });
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kInterrupted);
  }
}

}  // namespace
}  // namespace hwnas
