#include "bench/predict/transfer_study.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/predict/made_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

class TransferStudyTest : public testing::Test {
 protected:
  TransferStudyTest() : table_(Table::Open(MadeTable(dir_.Path("t.db")))) {
    spec_.sources = {"p0", "p1", "p2"};
    spec_.targets = {"p3"};
    spec_.source_architectures = 150;
    spec_.samples = {5, 12};
    spec_.draws = 3;
  }

  TempDir dir_;
  std::shared_ptr<const Table> table_;
  TransferStudySpec spec_;
};

TEST_F(TransferStudyTest, OrdersANewPlatformAndScoresAllOthers) {
  const TransferStudy study = RunTransferStudy(*table_, spec_);
  ASSERT_EQ(study.figures.size(), 4u);  // p3 and mean, twice
  EXPECT_EQ(study.scored, 350u);
  EXPECT_EQ(study.figures[2].samples, 12u);
  EXPECT_GT(study.figures[2].mean.mean, 0.75);
  EXPECT_EQ(study.figures[3].target, "mean");
  EXPECT_EQ(study.figures[3].spearman, study.figures[2].spearman);
  EXPECT_EQ(RunTransferStudy(*table_, spec_).figures[0].spearman,
            study.figures[0].spearman);
}

TEST_F(TransferStudyTest, ADrawDoesNotDependOnHowManyThereAre) {
  spec_.draws = 1;
  const double first = RunTransferStudy(*table_, spec_).figures[0].spearman[0];
  spec_.draws = 2;
  EXPECT_EQ(RunTransferStudy(*table_, spec_).figures[0].spearman[0], first);
}

TEST_F(TransferStudyTest, LeavesEachSourceOutInTurn) {
  const TransferStudy study = RunLeaveOneSourceOut(*table_, spec_);
  ASSERT_EQ(study.figures.size(), 8u);
  EXPECT_EQ(study.figures[1].target, "p1");
  EXPECT_GT(study.figures[7].mean.mean, 0.7);
}

TEST_F(TransferStudyTest, AReferenceSetIsMeasuredInEveryDraw) {
  {
    const auto writer = TableWriter::Open(dir_.Path("t.db"));
    for (int64_t row = 0; row < 20; ++row) {
      writer->AddAlias("lab", std::to_string(100 + row), row + 1);
    }
    writer->Commit();
  }
  const auto table = Table::Open(dir_.Path("t.db"));
  spec_.sampler = Sampler::kFixed;
  spec_.samples = {5};
  EXPECT_THROW(RunTransferStudy(*table, spec_), Error) << "no set is given";
  spec_.reference = {"lab", {119, 101, 105, 102, 110, 103}};
  const TransferStudy study = RunTransferStudy(*table, spec_);
  EXPECT_EQ(study.scored, 350u);
  EXPECT_GT(study.figures[0].mean.mean, 0.5);
  spec_.samples = {7};
  EXPECT_THROW(RunTransferStudy(*table, spec_), Error) << "there are six";
  spec_.samples = {5};
  spec_.reference->indices[0] = 99;
  EXPECT_THROW(RunTransferStudy(*table, spec_), Error) << "it is not there";
  spec_.reference->indices[0] = 119;
  spec_.sampler = Sampler::kRandom;
  EXPECT_THROW(RunTransferStudy(*table, spec_), Error) << "a set unused";
}

TEST_F(TransferStudyTest, RefusesWhatCannotBe) {
  spec_.targets = {"p0"};
  EXPECT_THROW(RunTransferStudy(*table_, spec_), Error);
  spec_.targets = {"p9"};
  EXPECT_THROW(RunTransferStudy(*table_, spec_), Error);
  spec_.targets = {"p3"};
  spec_.source_architectures = 499;
  EXPECT_THROW(RunTransferStudy(*table_, spec_), Error);
  EXPECT_THROW(RunTransferStudy(*table_, spec_, [] { return true; }), Error);
}

}  // namespace
}  // namespace hwnas
