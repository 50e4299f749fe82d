#include "bench/transfer/signal_study.h"

#include <nlohmann/json.hpp>
#include <set>

#include "bench/report/transfer_data.h"
#include "bench/report/transfer_section.h"
#include "datasets/synthetic.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

constexpr char kStudy[] = R"(
name = "made"
title = "Made"
top = [1, 5]
elite = 0.2
[[signal]]
name = "itself"
metric = "accuracy:test"
[[signal]]
name = "its opposite"
metric = "min:accuracy:test"
[[signal]]
name = "both fidelities"
metric = ["accuracy:val/e12", "accuracy:val"]
cost = "train-seconds"
cost_scale = 2
[[target]]
name = "test"
metric = "accuracy:test"
)";

class SignalStudyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SyntheticOptions options;
    options.every = 7;
    WriteSyntheticTable(folder_.Path("table.db"), options);
    table_ = Table::Open(folder_.Path("table.db"));
  }

  SignalStudy Run(const std::string& text) {
    return RunSignalStudy(*table_,
                          TransferFile::ReadText(text, "made.toml").signals);
  }

  TempDir folder_;
  std::shared_ptr<const Table> table_;
};

TEST_F(SignalStudyTest, ATargetIsItsOwnBestSignal) {
  const SignalTransfer itself = Run(kStudy).transfers[0];
  EXPECT_EQ(itself.kendall, 1);
  EXPECT_EQ(itself.elite_kendall, 1);
  EXPECT_EQ(itself.elite_recall, 1);
  ASSERT_EQ(itself.choices.size(), 2u);
  EXPECT_EQ(itself.choices[0].rank, 1u);
  EXPECT_EQ(itself.choices[0].regret, 0);
}

TEST_F(SignalStudyTest, TheOppositeChoosesTheWorst) {
  const SignalStudy study = Run(kStudy);
  const SignalTransfer& opposite = study.transfers[1];
  EXPECT_EQ(opposite.kendall, -1);
  EXPECT_EQ(opposite.elite_recall, 0);
  const auto column = table_->LoadOrCompute(Metric::Parse("accuracy:test"));
  double worst = 100;
  double best = 0;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    if (!table_->Connected(row)) continue;
    worst = std::min(worst, column->Mean(row).value);
    best = std::max(best, column->Mean(row).value);
  }
  EXPECT_EQ(opposite.choices[0].best, worst);
  EXPECT_EQ(study.optimum[0], best);
  EXPECT_NEAR(opposite.choices[0].regret, best - worst, 1e-12);
}

TEST_F(SignalStudyTest, SeveralMetricsAreOneSignalWithItsCost) {
  const SignalStudy study = Run(kStudy);
  const SignalTransfer& both = study.transfers[2];
  EXPECT_GT(*both.kendall, 0.3);
  EXPECT_LT(*both.kendall, 1);
  EXPECT_GT(*study.seconds[2], 0);
  EXPECT_FALSE(study.seconds[0].has_value());
  EXPECT_LE(both.choices[1].regret, both.choices[0].regret);
}

TEST_F(SignalStudyTest, ANetworkCountsOnceWhereTheStudySaysSo) {
  std::set<size_t> networks;
  size_t architectures = 0;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    if (!table_->Connected(row)) continue;
    ++architectures;
    networks.insert(table_->EffectiveNetwork(row));
  }
  ASSERT_LT(networks.size(), architectures);
  EXPECT_EQ(Run(kStudy).transfers[0].architectures, architectures);
  EXPECT_EQ(Run("one_per_network = true\n" + std::string(kStudy + 1))
                .transfers[0]
                .architectures,
            networks.size());
}

TEST_F(SignalStudyTest, OnlyAnOptionalSignalMayLack) {
  const std::string more = std::string(kStudy) +
                           "[[signal]]\nname = \"other images\"\n"
                           "metric = \"accuracy:val/e12n77\"\n";
  EXPECT_THROW(Run(more), Error);
  const TransferAnswer answer = RunTransfer(
      TransferFile::ReadText(more + "optional = true\n", "made.toml"), *table_);
  EXPECT_THAT(std::get<SignalStudy>(answer.study).left_out,
              ::testing::ElementsAre("other images"));
  EXPECT_EQ(std::get<SignalStudy>(answer.study).transfers.size(), 3u);
  EXPECT_THAT(TransferFindings(answer),
              ::testing::Contains("Not in this table: other images."));
}

TEST_F(SignalStudyTest, WhatIsTheSameForAllOrdersNothing) {
  // Ranks of macs, up and down, have one mean.
  const TransferAnswer answer = RunTransfer(
      TransferFile::ReadText("name = \"n\"\ntitle = \"t\"\n"
                             "[[signal]]\nname = \"constant\"\n"
                             "metric = [\"max:macs\", \"min:macs\"]\n"
                             "[[target]]\nname = \"test\"\n"
                             "metric = \"accuracy:test\"\n",
                             "made.toml"),
      *table_);
  EXPECT_FALSE(
      std::get<SignalStudy>(answer.study).transfers[0].kendall.has_value());
  EXPECT_THAT(
      TransferFindings(answer),
      ::testing::ElementsAre(::testing::HasSubstr("test: nothing is ordered")));
  Document document;
  AddTransfer(answer, 0, &document);
  for (const DocumentBlock& block : document.Blocks()) {
    EXPECT_NE(block.figure, "order 0");
  }
}

TEST_F(SignalStudyTest, AGainIsThePairedDifferenceWithItsInterval) {
  const auto gain = [](const std::string& metric, const std::string& over) {
    return "[[gain]]\nname = \"g\"\nmetric = \"" + metric + "\"\nover = \"" +
           over + "\"\n";
  };
  const SignalStudy study = Run(kStudy + gain("accuracy:test", "accuracy:val") +
                                gain("accuracy:val", "accuracy:test") +
                                gain("accuracy:test", "accuracy:test"));
  ASSERT_EQ(study.gains.size(), 3u);
  const Gain& there = study.gains[0];
  EXPECT_EQ(there.unit, "%");
  EXPECT_EQ(there.architectures, study.transfers[0].architectures);
  EXPECT_NEAR(there.mean - there.over, there.difference.mean, 1e-9);
  EXPECT_LT(there.difference.low, there.difference.mean);
  EXPECT_GT(there.difference.high, there.difference.mean);
  EXPECT_NEAR(study.gains[1].difference.mean, -there.difference.mean, 1e-9);
  EXPECT_LE(there.higher + study.gains[1].higher, 1);
  EXPECT_EQ(study.gains[2].difference.low, 0);
  EXPECT_EQ(study.gains[2].difference.high, 0);
  EXPECT_EQ(study.gains[2].higher, 0);
}

TEST_F(SignalStudyTest, JsonHoldsEveryPair) {
  const TransferAnswer answer =
      RunTransfer(TransferFile::ReadText(std::string(kStudy) +
                                             "[[gain]]\nname = \"g\"\n"
                                             "metric = \"accuracy:test\"\n"
                                             "over = \"accuracy:val\"\n",
                                         "made.toml"),
                  *table_);
  const auto json = nlohmann::json::parse(TransferToJson(answer));
  EXPECT_EQ(json.at("kind"), "signals");
  EXPECT_EQ(json.at("synthetic"), true);
  EXPECT_EQ(json.at("transfers").size(), 3u);
  EXPECT_EQ(json.at("transfers")[0].at("choices").size(), 2u);
  EXPECT_TRUE(json.at("signals")[0].at("seconds").is_null());
  EXPECT_EQ(json.at("gains").size(), 1u);
}

TEST(TransferFile, BuiltInOnesAreReadableAndNamed) {
  std::vector<std::string> names;
  for (const TransferFile& file : BuiltInTransferFiles()) {
    names.push_back(file.name);
    EXPECT_EQ(file.data.empty(), !file.embedded_table.empty()) << file.name;
  }
  EXPECT_THAT(names,
              ::testing::ElementsAre("datasets-nb201", "fidelities-derived",
                                     "fidelities-nb201", "left-out-nb201",
                                     "platforms-nb201", "training-derived"));
  EXPECT_THROW(FindTransferFile("platform-nb201"), Error);
}

TEST(TransferFile, WhatIsWrongIsRefused) {
  const std::string start = "name = \"x\"\ntitle = \"x\"\n";
  const std::string target =
      "[[target]]\nname = \"t\"\nmetric = \"accuracy:test\"\n";
  const std::string signal = "[[signal]]\nname = \"s\"\nmetric = \"macs\"\n";
  for (const std::string& wrong :
       {start, start + signal, start + target,
        start + "elite = 2\n" + signal + target,
        start + "top = [0]\n" + signal + target,
        start + "top = []\n" + signal + target,
        start + "bottom = 1\n" + signal + target,
        start + "data = \"nobody\"\n" + signal + target,
        start +
            "data = \"embedded\"\n[[import]]\nsource = \"help\"\n"
            "paths = [\"x\"]\n" +
            signal + target,
        start + signal + target + "optional = true\n",
        start + signal + target + "[[gain]]\nname = \"g\"\nmetric = \"macs\"\n",
        start + "[platforms]\naccuracy = \"accuracy\"\nlimits = [0]\n",
        start + "[platforms]\naccuracy = \"accuracy\"\nsamples = 2\n",
        start + "[platforms]\nquantity = \"latency\"\n"}) {
    try {
      TransferFile::ReadText(wrong, "wrong.toml");
      FAIL() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kUsage) << wrong;
    }
  }
}

}  // namespace
}  // namespace hwnas
