#include "bench/transfer/data_set_study.h"

#include <functional>
#include <set>

#include "bench/predict/evaluation.h"
#include "bench/report/transfer_data.h"
#include "bench/transfer/transfer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/spaces/nb201.h"
#include "tabular/table_writer.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

constexpr const char* kDataSets[] = {"cifar10", "cifar100", "imagenet16-120"};
constexpr size_t kArchitecture = 2;  // among the methods
constexpr size_t kDescriptors = 3;

// Connected nb201 cells with an accuracy on each of three data sets.
class DataSetStudyTest : public ::testing::Test {
 protected:
  using ValueOf = std::function<double(const Architecture&, size_t data_set)>;

  void Write(const ValueOf& value) {
    auto space = std::make_shared<Nb201Space>();
    TableInfo info;
    info.title = "three data sets";
    info.defaults = {"cifar10", "val", Fidelity::Parse("e200")};
    auto writer = TableWriter::Create(folder_.Path("t.db"), space, info);
    Source source;
    source.name = "made";
    writer->AddSource(source);
    std::vector<int64_t> columns;
    for (const char* data_set : kDataSets) {
      Column column;
      column.metric =
          Metric::Parse(std::string("accuracy:") + data_set + "/val/e200");
      column.source = "made";
      columns.push_back(writer->AddColumn(column));
    }
    Rng rng(5);
    for (size_t i = 0; i < 400; ++i) {
      Architecture a(6);
      for (size_t e = 0; e < 6; ++e) {
        a[e] = static_cast<uint16_t>(1 + rng.Below(4));
      }
      const int64_t row = writer->AddArchitecture(a);
      for (size_t d = 0; d < 3; ++d) {
        writer->Set(columns[d], "", row,
                    {50 + 10 * double(d) + value(a, d), Missing::kNone});
      }
    }
    writer->Commit();
    writer.reset();
    table_ = Table::Open(folder_.Path("t.db"));
  }

  static TransferFile File(const std::string& settings) {
    std::string text =
        "name = \"made\"\ntitle = \"Made\"\n[data_sets]\nnetworks = 60\n"
        "judged = 150\ndraws = 3\ntop = 3\n"
        "options = { trees = 30, members = 1, folds = 0 }\n" +
        settings;
    for (const std::string id : kDataSets) {
      text += "[[data_set]]\nname = \"" + id + "\"\nlearn = \"accuracy:" + id +
              "/val\"\njudge = \"accuracy:" + id + "/val\"\n";
    }
    return TransferFile::ReadText(text, "made.toml");
  }

  DataSetStudy Run(const std::string& settings) {
    return RunDataSetStudy(*table_, File(settings).data_sets);
  }

  TempDir folder_;
  std::shared_ptr<const Table> table_;
};

// A sum over edges, so that few cells are equal.
double Weight(const Architecture& a) {
  double sum = 0;
  for (size_t e = 0; e < 6; ++e) sum += a[e] * (1 + 0.13 * double(e));
  return sum;
}

TEST_F(DataSetStudyTest, DataSetsThatAgreeOrderOneAnother) {
  Write([](const Architecture& a, size_t) { return Weight(a); });
  const DataSetStudy study = Run("samples = [0]\n");
  ASSERT_EQ(study.data_sets.size(), 3u);
  for (size_t t = 0; t < 3; ++t) {
    const DataSetFigure* order = study.Find(t, 0, 0);
    ASSERT_NE(order, nullptr);
    EXPECT_NEAR(order->tau.mean, 1, 1e-3);  // but for rounded ties
    EXPECT_EQ(order->regret.mean, 0);
    EXPECT_FALSE(order->to_order.has_value());
    const DataSetFigure* learnt = study.Find(t, kArchitecture, 0);
    EXPECT_GT(learnt->tau.mean, 0.6);
    EXPECT_LT(learnt->to_order->high, 0);
  }
  // Nothing is known of the data set left out.
  EXPECT_EQ(study.Find(0, 1, 0), nullptr);
}

TEST_F(DataSetStudyTest, DescriptorsTellWhoseSamplesTheyAre) {
  // The third orders against the others.
  Write([](const Architecture& a, size_t d) {
    return d == 2 ? -Weight(a) : Weight(a);
  });
  const DataSetStudy study = Run("samples = [0, 40]\n");
  EXPECT_NEAR(study.Find(2, 0, 0)->tau.mean, -1, 1e-3);
  EXPECT_LT(study.Find(2, kArchitecture, 0)->tau.mean, -0.5);
  EXPECT_LT(study.Find(2, kDescriptors, 0)->tau.mean, -0.5);
  const DataSetFigure* blind = study.Find(2, kArchitecture, 40);
  const DataSetFigure* seeing = study.Find(2, kDescriptors, 40);
  EXPECT_GT(seeing->tau.mean, blind->tau.mean);
  EXPECT_GT(seeing->to_blind->low, 0);
  EXPECT_NEAR(seeing->to_blind->mean, seeing->tau.mean - blind->tau.mean,
              1e-12);
  EXPECT_GT(study.Find(2, 1, 40)->tau.mean, 0.3);  // samples alone
}

TEST_F(DataSetStudyTest, NoClassIsLearntFromAndJudged) {
  Write([](const Architecture& a, size_t) { return Weight(a); });
  const DataSetStudy study = Run("samples = [0]\n");
  const std::vector<uint32_t> groups = TableLeakGroups(*table_);
  ASSERT_EQ(study.draws.size(), 3u);
  EXPECT_NE(study.draws[0].learnt, study.draws[1].learnt);
  for (const DataSetDraw& draw : study.draws) {
    EXPECT_EQ(draw.learnt.size(), 60u);
    EXPECT_EQ(draw.judged.size(), 150u);
    std::set<uint32_t> learnt;
    for (const uint32_t row : draw.learnt) learnt.insert(groups[row]);
    for (const uint32_t row : draw.judged) {
      EXPECT_EQ(learnt.count(groups[row]), 0u);
    }
  }
}

TEST_F(DataSetStudyTest, AnotherNumberOfSamplesChangesNoOtherFigure) {
  Write([](const Architecture& a, size_t d) {
    return Weight(a) + double((a[0] * 7 + d * 3) % 5);
  });
  const DataSetStudy one = Run("samples = [10]\n");
  const DataSetStudy two = Run("samples = [10, 20]\n");
  for (const DataSetFigure& figure : one.figures) {
    const DataSetFigure* other =
        two.Find(figure.data_set, figure.method, figure.samples);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(figure.kendall, other->kendall);
    EXPECT_EQ(figure.tau.low, other->tau.low);
  }
  const TransferFile file = File("samples = [10]\n");
  EXPECT_EQ(TransferToJson(RunTransfer(file, *table_)),
            TransferToJson(RunTransfer(file, *table_)));
}

TEST_F(DataSetStudyTest, ADataSetOfOneValueIsNamed) {
  Write([](const Architecture& a, size_t d) { return d == 1 ? 0 : Weight(a); });
  try {
    Run("samples = [0]\n");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("'cifar100'"));
  }
}

TEST_F(DataSetStudyTest, WhatCannotBeAskedIsRefused) {
  Write([](const Architecture& a, size_t) { return Weight(a); });
  DataSetStudySpec spec = File("").data_sets;
  spec.networks = 5000;
  EXPECT_THROW(RunDataSetStudy(*table_, spec), Error);
  spec = File("").data_sets;
  spec.data_sets[1].learn.metric = "accuracy:svhn/val";
  try {
    RunDataSetStudy(*table_, spec);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kNotFound);
  }
  spec = File("").data_sets;
  try {
    RunDataSetStudy(*table_, spec, [] { return true; });
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kInterrupted);
  }
  EXPECT_THROW(File("samples = [61]\n"), Error);
  EXPECT_THROW(File("samples = []\n"), Error);
}

}  // namespace
}  // namespace hwnas
