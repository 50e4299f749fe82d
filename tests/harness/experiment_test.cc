#include "bench/harness/experiment.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "bench/harness/experiment_keys.h"
#include "bench/harness/runner.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr char kSmall[] = R"(
name = "small"
[protocol]
evaluations = 10
[[problem]]
objectives = ["accuracy:val"]
[[strategy]]
name = "random"
)";

std::string MessageOf(const std::string& text) {
  try {
    Experiment::ReadText(text, "e.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(Experiment, ProblemsInheritTheProtocolAndMayOverrideIt) {
  const Experiment e = Experiment::ReadText(R"(
name = "e"
[protocol]
evaluations = 10
workers = 4
[[problem]]
name = "a"
objectives = ["accuracy:val"]
[[problem]]
name = "b"
objectives = ["min:accuracy:val from nats-bench", "latency@x"]
evaluations = 20
  [[problem.rung]]
  fidelity = "e12"
  cost = "train-seconds"
  cost_scale = 0.06
  [[problem.factor]]
  name = "hardware"
  platforms = ["x", "y"]
[[strategy]]
name = "random"
label = "RS"
options = { unique = true }
)",
                                            "e.toml");
  EXPECT_EQ(e.problems[0].protocol.evaluations, 10u);
  EXPECT_EQ(e.problems[1].protocol.evaluations, 20u);
  EXPECT_EQ(e.problems[1].protocol.workers, 4);
  EXPECT_EQ(e.problems[1].objectives[0].metric, "accuracy:val");
  EXPECT_EQ(e.problems[1].objectives[0].source, "nats-bench");
  EXPECT_EQ(e.problems[1].objectives[0].direction, "min");
  EXPECT_EQ(e.problems[1].ladder[0].cost_scale, 0.06);
  EXPECT_EQ(e.problems[1].factors[0].values.size(), 2u);
  EXPECT_EQ(e.strategies[0].label, "RS");
  EXPECT_EQ(e.strategies[0].options.at("unique"), "true");
}

TEST(Experiment, JsonReadsBackAsTheSame) {
  const Experiment e = Experiment::ReadText(kSmall, "e.toml");
  const std::string json = e.ToJson();
  EXPECT_EQ(Experiment::FromJson(json).ToJson(), json);
  EXPECT_THROW(Experiment::FromJson("{\"name\":1}"), Error);
  EXPECT_THROW(Experiment::FromJson("["), Error);
}

TEST(Experiment, AStrategyMayHaveFewerRepetitions) {
  const std::string more = std::string("repetitions = 5\n") + kSmall +
                           "[[strategy]]\nname = \"bananas\"\n"
                           "repetitions = 2\n"
                           "[[strategy]]\nname = \"tpe\"\n"
                           "repetitions = 7\n";
  const Experiment e = Experiment::ReadText(more, "e.toml");
  ASSERT_EQ(e.strategies.size(), 3u);
  EXPECT_EQ(e.RepetitionsOf(e.strategies[0]), 5u);
  EXPECT_EQ(e.RepetitionsOf(e.strategies[1]), 2u);
  EXPECT_EQ(e.RepetitionsOf(e.strategies[2]), 5u);
  EXPECT_EQ(EstimateExperiment(e).runs, 12u);
  EXPECT_EQ(Experiment::FromJson(e.ToJson()).ToJson(), e.ToJson());
  EXPECT_EQ(Experiment::FromJson(e.ToJson()).strategies[1].repetitions, 2u);
  // Its runs are the same runs.
  StrategySpec all = e.strategies[1];
  all.repetitions = 0;
  EXPECT_EQ(StrategyJson(all), StrategyJson(e.strategies[1]));
  EXPECT_NE(MessageOf(kSmall + std::string("repetitions = 0\n"))
                .find("from 1 to 1000000"),
            std::string::npos);
}

TEST(Experiment, ThoseWhoseFiguresAreShownCanBeRead) {
  const Experiment options = Experiment::ReadFile(
      HWNAS_SOURCE_DIR "/bench/experiments/search-options.toml");
  ASSERT_EQ(options.problems.size(), 4u);
  EXPECT_TRUE(options.problems[1].early_stopping.on);
  EXPECT_EQ(options.problems[2].hot_start.count, 20u);
  EXPECT_EQ(options.problems[3].filter.size(), 1u);
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           HWNAS_SOURCE_DIR "/bench/experiments")) {
    if (entry.path().extension() != ".toml") continue;
    SCOPED_TRACE(entry.path().string());
    EXPECT_FALSE(
        Experiment::ReadFile(entry.path().string()).strategies.empty());
    ++count;
  }
  EXPECT_GE(count, 6u);
}

TEST(Experiment, EveryKeyOfTheReferenceCanBeReadAndNoOther) {
  // A wrong type is named for each key: it was looked at, and is no unknown
  // one.
  size_t keys = 0;
  for (const KeySection& section : ExperimentKeys().Sections()) {
    EXPECT_FALSE(section.about.empty()) << section.header;
    for (const KeyInfo& key : section.keys) {
      SCOPED_TRACE(section.header + " " + key.name);
      EXPECT_FALSE(key.type.empty());
      EXPECT_FALSE(key.about.empty());
      const std::string table = section.header.starts_with("[[problem.") ||
                                        section.header.starts_with("[problem.")
                                    ? "[[problem]]\n" + section.header
                                    : section.header;
      const std::string message =
          MessageOf(table + "\n" + key.name + " = 1979-05-27\n");
      EXPECT_EQ(message.find("unknown key"), std::string::npos) << message;
      EXPECT_NE(message, "accepted");
      ++keys;
    }
  }
  EXPECT_GT(keys, 50u);
  for (const char* table : {"", "[protocol]\n", "[[problem.rung]]\n",
                            "[problem.hot_start]\narchitectures = [\"x\"]\n",
                            "[[problem.surrogate]]\nmetric = \"x\"\n"}) {
    const std::string text = *table == '\0'
                                 ? "typo = 1\n" + std::string(kSmall)
                                 : std::string(
                                       "name = \"x\"\n[[problem]]\n"
                                       "objectives = [\"accuracy\"]\n") +
                                       table + "typo = 1\n";
    EXPECT_NE(MessageOf(text).find("unknown key 'typo'"), std::string::npos)
        << MessageOf(text);
  }
}

TEST(Experiment, TheReferenceShowsTheDefaultsThatAreRead) {
  std::map<std::string, std::string> defaults;
  for (const KeySection& section : ExperimentKeys().Sections()) {
    for (const KeyInfo& key : section.keys) {
      defaults[section.header + key.name] = key.default_value;
    }
  }
  EXPECT_EQ(defaults.at("[protocol]workers"), "1");
  EXPECT_EQ(defaults.at("[protocol]charge_missing"), "\"full\"");
  EXPECT_EQ(defaults.at("[problem.early_stopping]quantile"), "0.5");
  EXPECT_EQ(defaults.at("[[problem.surrogate]]predictor"), "\"xgboost\"");
  EXPECT_EQ(defaults.at("[[problem]]objectives"), "");  // required
}

TEST(Experiment, NumbersOutOfRangeAreRefusedWithTheRange) {
  const std::string small = kSmall;
  EXPECT_NE(MessageOf("repetitions = 0\n" + small)
                .find("expected a whole number from 1 to 1000000, found 0"),
            std::string::npos);
  EXPECT_NE(MessageOf(small + "[[problem]]\nworkers = 0\n").find("from 1"),
            std::string::npos);
  EXPECT_NE(MessageOf(small + "[[problem]]\ncharge_missing = \"ful\"\n")
                .find("expected one of \"full\", \"free\""),
            std::string::npos);
}

TEST(Experiment, MistakesAreNamed) {
  const std::string small = kSmall;
  EXPECT_EQ(MessageOf(small), "accepted");
  EXPECT_NE(MessageOf(small + "typo = 1\n").find("typo"), std::string::npos);
  EXPECT_NE(MessageOf(small + "[[strategy]]\nname = \"random\"\n")
                .find("label 'random'"),
            std::string::npos);
  EXPECT_NE(MessageOf(small + "[[strategy]]\nname = \"randon\"\n")
                .find("did you mean 'random'"),
            std::string::npos);
  EXPECT_NE(MessageOf(small + "[[strategy]]\nname = \"random\"\nlabel = \"r\"\n"
                              "options = { uniqe = true }\n")
                .find("did you mean 'unique'"),
            std::string::npos);
  EXPECT_NE(MessageOf("name = \"x\"\n").find("[[problem]]"), std::string::npos);
  EXPECT_NE(MessageOf(R"(
name = "small"
[[problem]]
objectives = ["accuracy:val"]
[[strategy]]
name = "random"
)")
                .find("no budget"),
            std::string::npos);
}

}  // namespace
}  // namespace hwnas
