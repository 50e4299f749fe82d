// Options tuned, and frameworks' counterparts, as a user asks for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datasets/synthetic.h"
#include "tests/cli/process.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr int kUsage = 2;

class TuneTest : public testing::Test {
 protected:
  void SetUp() override {
    SyntheticOptions options;
    options.every = 16;
    WriteSyntheticTable(table_, options);
  }

  ProcessResult Tune(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"tune",
                                          "--table",
                                          table_,
                                          "--out",
                                          dir_.Path("r.db"),
                                          "--strategy",
                                          "regularized-evolution",
                                          "--search",
                                          "population_size=5..20",
                                          "--configurations",
                                          "4",
                                          "--repetitions",
                                          "3",
                                          "--test-repetitions",
                                          "3",
                                          "--evaluations",
                                          "40"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunHwnas(arguments);
  }

  const TempDir dir_;
  const std::string table_ = dir_.Path("table.db");
};

TEST_F(TuneTest, PrintsTheBudgetTheChoiceAndWhatItGainsElsewhere) {
  const std::vector<std::string> test = {"--test", "accuracy:val/e12"};
  const ProcessResult text = Tune(test);
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out,
              HasSubstr("tuning budget: 4 configurations x 1 problem x 3 "
                        "repetitions = 12 runs, 480 evaluations\n"));
  EXPECT_THAT(text.out, HasSubstr("chosen: "));
  EXPECT_THAT(text.out, HasSubstr("SYNTHETIC"));
  EXPECT_THAT(text.out, HasSubstr("test 'test1': accuracy"));

  // Nothing is run again, and JSON says the same.
  std::vector<std::string> as_json = test;
  as_json.insert(as_json.end(), {"--format", "json"});
  const ProcessResult again = Tune(as_json);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const json tune = json::parse(again.out).at("tune");
  const json& strategy = tune.at("strategies").at(0);
  EXPECT_EQ(strategy.at("configurations"), 4);
  EXPECT_EQ(strategy.at("evaluations"), 480);
  EXPECT_EQ(strategy.at("tried").at(0).at("label"), strategy.at("chosen"));
  EXPECT_FALSE(tune.at("tests").at(0).at("strategies").empty());
}

TEST_F(TuneTest, RefusesWhatMakesNoSense) {
  const ProcessResult nowhere = Tune({});
  EXPECT_EQ(nowhere.exit_code, kUsage);
  EXPECT_THAT(nowhere.err, HasSubstr("no problem to test on"));
  const ProcessResult same = Tune({"--test", "accuracy:val"});
  EXPECT_EQ(same.exit_code, kUsage);
  EXPECT_THAT(same.err, HasSubstr("a test is the tuning problem"));
  const ProcessResult range =
      Tune({"--test", "accuracy:val/e12", "--search", "sample_size=9..2"});
  EXPECT_EQ(range.exit_code, kUsage);
  EXPECT_THAT(range.err, HasSubstr("the first bound must be less"));
  EXPECT_EQ(RunHwnas({"tune"}).exit_code, kUsage);
}

TEST(StrategiesLike, ShowsAFrameworkAndTheNearestName) {
  const ProcessResult text = RunHwnas({"strategies", "--like", "nni"});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("population_size=100"));
  const ProcessResult closed = RunHwnas({"strategies", "--like", "autonac"});
  ASSERT_EQ(closed.exit_code, 0) << closed.err;
  EXPECT_THAT(closed.out, HasSubstr("It cannot run here: "));
  const ProcessResult document =
      RunHwnas({"strategies", "--like", "tpot", "--format", "json"});
  ASSERT_EQ(document.exit_code, 0) << document.err;
  EXPECT_EQ(json::parse(document.out)
                .at("like")
                .at("strategies")
                .at(0)
                .at("counterpart"),
            "nsga2");
  const ProcessResult wrong = RunHwnas({"strategies", "--like", "nnni"});
  EXPECT_EQ(wrong.exit_code, kUsage);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean 'nni'"));
}

}  // namespace
}  // namespace hwnas
