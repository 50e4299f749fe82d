#include "bench/harness/experiment.h"

#include <gtest/gtest.h>

#include <filesystem>

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
