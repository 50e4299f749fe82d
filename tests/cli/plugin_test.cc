// Strategies that are programs, run as a user would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "datasets/synthetic.h"
#include "tests/cli/process.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr int kFailedRuns = 5;

std::string Source(const std::string& path) {
  return std::string(HWNAS_SOURCE_DIR) + "/" + path;
}
std::string Misbehave(const std::string& what) {
  return what + "=exec:exec python3 " +
         Source("tests/cli/plugins/misbehave.py") + " " + what;
}
std::string Example() {
  return "exec:python3 " +
         Source("strategies/examples/python/random_search.py");
}

/// Every `reason` in a document.
std::vector<std::string> ReasonsIn(const json& document) {
  std::vector<std::string> reasons;
  for (const auto& [key, value] : document.items()) {
    if (key == "reason" && value.is_string()) reasons.push_back(value);
    if (!value.is_structured()) continue;
    for (std::string& reason : ReasonsIn(value)) {
      reasons.push_back(std::move(reason));
    }
  }
  return reasons;
}

std::string Library(const std::string& name) {
  return std::string(HWNAS_TEST_PLUGINS) + "/lib" + name + ".so";
}

class PluginTest : public testing::Test {
 protected:
  void SetUp() override {
    SyntheticOptions options;
    options.every = 16;
    WriteSyntheticTable(table_, options);
  }

  /// Runs strategies into `name`.
  ProcessResult Run(const std::string& name,
                    const std::vector<std::string>& strategies,
                    const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "run",           "--table", table_,  "--evaluations", "20",
        "--repetitions", "2",       "--out", dir_.Path(name)};
    for (const std::string& strategy : strategies) {
      arguments.push_back("--strategy");
      arguments.push_back(strategy);
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunHwnas(arguments);
  }

  /// What `export` gives of a results file, a line a record.
  std::vector<json> Export(const std::string& name, const std::string& what) {
    const ProcessResult result = RunHwnas(
        {"export", dir_.Path(name), "--what", what, "--format", "jsonl"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<json> records;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
      records.push_back(json::parse(line));
    }
    return records;
  }

  const TempDir dir_;
  const std::string table_ = dir_.Path("table.db");
};

TEST_F(PluginTest, WhateverGoesWrongIsAnOutcomeAndOtherRunsAreUntouched) {
  const std::map<std::string, std::string> kFailures = {
      {"crash", "RuntimeError: out of ideas"},
      {"signal", "it ended without an answer (signal Killed)"},
      {"quit", "it ended without an answer (exit status 0)"},
      {"stall", "no answer to 'ask' within 8 s (--plugin-timeout)"},
      {"garbage", "it answered 'ask' by a line that is no JSON: 'lorem ipsum'"},
      {"twice", "it proposed the id 1 twice"},
      {"unknown-id", "it resumes from the unknown id 77"},
      {"gigabyte", "a line of more than 16777216 bytes"},
      {"wait", "the strategy waits while nothing is under way"},
      {"mute", "it ended without an answer (exit status 1)"},
      {"unready", "RuntimeError: no such space"}};
  const std::vector<std::string> kHarmless = {"flood", "illegal", "duplicate"};

  std::vector<std::string> strategies = {"random"};
  for (const auto& [what, reason] : kFailures) {
    strategies.push_back(Misbehave(what));
  }
  for (const std::string& what : kHarmless) {
    strategies.push_back(Misbehave(what));
  }
  const ProcessResult run =
      Run("all.db", strategies, {"--plugin-timeout", "8"});
  EXPECT_EQ(run.exit_code, kFailedRuns) << run.err;
  EXPECT_THAT(run.err, HasSubstr("22 of 30 runs failed; the rest was run"));
  ASSERT_EQ(Run("random.db", {"random"}).exit_code, 0);

  std::map<std::string, std::string> digests;
  for (const json& alone : Export("random.db", "runs")) {
    digests[alone.at("run")] = alone.at("digest");
  }
  const ProcessResult report =
      RunHwnas({"report", dir_.Path("all.db"), "--format", "json"});
  ASSERT_EQ(report.exit_code, 0) << report.err;
  const std::vector<std::string> reasons = ReasonsIn(json::parse(report.out));
  size_t seen = 0;
  for (const json& one : Export("all.db", "runs")) {
    const std::string strategy = one.at("strategy");
    ++seen;
    if (const auto failure = kFailures.find(strategy);
        failure != kFailures.end()) {
      EXPECT_EQ(one.at("end"), "failed") << strategy;
      // Of those that write to standard error, what is there too.
      EXPECT_THAT(one.at("reason").get<std::string>(),
                  HasSubstr(failure->second))
          << strategy;
      EXPECT_THAT(reasons,
                  testing::Contains(one.at("reason").get<std::string>()));
      EXPECT_THAT(run.out, HasSubstr("failed: " + strategy +
                                     " (2 runs), first on 'run', repetition "
                                     "0: " +
                                     one.at("reason").get<std::string>()));
      const bool began = strategy != "mute" && strategy != "unready";
      EXPECT_EQ(one.at("trials"), began ? 3 : 0) << strategy;
    } else {
      EXPECT_EQ(one.at("end"), "budget") << strategy << one.at("reason");
      EXPECT_EQ(one.at("trials"), 20) << strategy;
    }
    if (strategy == "random") {
      EXPECT_EQ(one.at("digest"), digests.at(one.at("run")));
    }
  }
  EXPECT_EQ(seen, 30u);
  size_t illegal = 0;
  size_t repeated = 0;
  for (const json& trial : Export("all.db", "trials")) {
    if (trial.at("strategy") == "illegal") {
      ++illegal;
      EXPECT_EQ(trial.at("status"), "invalid");
    }
    if (trial.at("strategy") == "duplicate") {
      repeated += trial.at("repeated").get<int>();
    }
  }
  EXPECT_EQ(illegal, 40u);
  EXPECT_EQ(repeated, 2 * 17u);  // all but three starts
}

class MendedPluginTest : public PluginTest {
 protected:
  /// Writes `mine.py`: the example, with these lines in its `ask`.
  void WriteMine(const std::string& lines) {
    WriteBytes(dir_.Path("mine.py"),
               "import hwnas_client\n"
               "class Mine(hwnas_client.Strategy):\n"
               "  def ask(self, limit):\n" +
                   lines +
                   "    return [self.sample() for _ in range(limit)]\n"
                   "hwnas_client.serve(Mine, name='mine', options=[])\n");
  }
  std::string Mine() const {
    return "exec:PYTHONPATH=" + Source("strategies/examples/python") +
           " exec python3 " + dir_.Path("mine.py");
  }
  std::string DigestOf(const std::string& name) {
    const ProcessResult result =
        RunHwnas({"info", dir_.Path(name), "--format", "json"});
    return json::parse(result.out).at("results").at("digest");
  }
};

TEST_F(MendedPluginTest, WhatFailedIsRunAgainByTheSameCommand) {
  WriteMine("");
  ASSERT_EQ(Run("never.db", {"random", Mine()}).exit_code, 0);
  WriteMine("    raise KeyError('oops')\n");
  const ProcessResult failed = Run("r.db", {"random", Mine()});
  EXPECT_EQ(failed.exit_code, kFailedRuns);
  EXPECT_THAT(failed.err, HasSubstr("2 of 4 runs failed; the rest was run; the "
                                    "same command runs them again"));
  EXPECT_THAT(failed.out, HasSubstr("mine.py\", line 4, in ask"));
  EXPECT_NE(DigestOf("r.db"), DigestOf("never.db"));
  // As long as it fails, it is said; what is complete stays.
  const ProcessResult still = Run("r.db", {"random", Mine()});
  EXPECT_EQ(still.exit_code, kFailedRuns);
  EXPECT_THAT(still.out, HasSubstr("2 of 4 runs done now (2 before)"));
  EXPECT_THAT(still.out, HasSubstr("2 of these had failed before"));

  WriteMine("");
  const ProcessResult mended =
      Run("r.db", {"random", Mine()}, {"--format", "json"});
  EXPECT_EQ(mended.exit_code, 0) << mended.err;
  const json run = json::parse(mended.out).at("run");
  EXPECT_EQ(run.at("ran"), 2);
  EXPECT_EQ(run.at("again"), 2);
  EXPECT_EQ(run.at("skipped"), 2);
  EXPECT_EQ(DigestOf("r.db"), DigestOf("never.db"));
  const ProcessResult done = Run("r.db", {"random", Mine()});
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_THAT(done.out, HasSubstr("0 of 4 runs done now (4 before)"));
  EXPECT_THAT(done.out, testing::Not(HasSubstr("had failed")));
}

TEST_F(MendedPluginTest, OneThatDidNotEvenSayItsVersionMayBeMended) {
  WriteMine("");
  ASSERT_EQ(Run("never.db", {"random", Mine()}).exit_code, 0);
  WriteMine("  syntax error\n");
  ASSERT_EQ(Run("r.db", {"random", Mine()}).exit_code, kFailedRuns);
  WriteMine("");
  const ProcessResult mended = Run("r.db", {"random", Mine()});
  EXPECT_EQ(mended.exit_code, 0) << mended.err;
  EXPECT_EQ(DigestOf("r.db"), DigestOf("never.db"));
  EXPECT_EQ(Export("r.db", "runs").size(), 4u);
}

TEST_F(MendedPluginTest, MergingKeepsTheRunThatDidNotFail) {
  WriteMine("    raise KeyError('oops')\n");
  ASSERT_EQ(Run("failed.db", {"random", Mine()}).exit_code, kFailedRuns);
  WriteMine("");
  ASSERT_EQ(Run("mended.db", {"random", Mine()}).exit_code, 0);
  const std::vector<std::vector<std::string>> kOrders = {
      {"failed.db", "mended.db"}, {"mended.db", "failed.db"}};
  for (const std::vector<std::string>& order : kOrders) {
    const std::string out = "of-" + order[0];
    const ProcessResult merged =
        RunHwnas({"merge", dir_.Path(order[0]), dir_.Path(order[1]), "--out",
                  dir_.Path(out)});
    EXPECT_EQ(merged.exit_code, 0) << merged.err;
    EXPECT_THAT(merged.out, HasSubstr("4 runs"));
    EXPECT_EQ(DigestOf(out), DigestOf("mended.db"));
  }
}

TEST_F(PluginTest, TheSameSearchGivesTheIdenticalTraceInEveryForm) {
  ASSERT_EQ(Run("built-in.db", {"one=random"}).exit_code, 0);
  const std::vector<json> trials = Export("built-in.db", "trials");
  EXPECT_EQ(trials.size(), 40u);
  const std::vector<std::vector<std::string>> kForms = {
      {Example()},
      {Library("random_search_in_c")},
      {Library("random_search_in_c"), "--in-process"},
      {Library("random_as_library")},
      {Library("random_as_library"), "--in-process"}};
  for (const std::vector<std::string>& form : kForms) {
    const std::string file = "form" + std::to_string(&form - &kForms[0]);
    const ProcessResult run =
        Run(file, {"one=" + form[0]}, {form.begin() + 1, form.end()});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(trials, Export(file, "trials")) << form[0];
    EXPECT_EQ(Export("built-in.db", "recommendations"),
              Export(file, "recommendations"))
        << form[0];
  }
}

TEST_F(PluginTest, ALibraryThatFailsFailsItsRunsOnly) {
  const std::string library = Library("misbehave");
  const ProcessResult run =
      Run("r.db", {"random", "crash=" + library + ":what=crash",
                   "other-abi=" + Library("other_abi"),
                   "fine=" + library + ":what=illegal"});
  EXPECT_EQ(run.exit_code, kFailedRuns) << run.err;
  std::map<std::string, std::string> reasons;
  for (const json& one : Export("r.db", "runs")) {
    reasons[one.at("strategy")] =
        one.at("end") == "failed" ? one.at("reason").get<std::string>() : "";
  }
  EXPECT_EQ(reasons.at("random"), "");
  EXPECT_EQ(reasons.at("fine"), "");
  EXPECT_THAT(reasons.at("crash"), HasSubstr("(signal Aborted)"));
  EXPECT_THAT(reasons.at("other-abi"), HasSubstr("was built for ABI 2"));
  const ProcessResult unknown = Run("s.db", {"x=" + library + ":speed=3"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("speed"));
}

TEST_F(PluginTest, LabelsComeFromTheProgramOrStandInFront) {
  ASSERT_EQ(Run("r.db", {Example(), "x=" + Example(), "y=random"}).exit_code,
            0);
  std::map<std::string, int> runs;
  for (const json& run : Export("r.db", "runs")) ++runs[run.at("strategy")];
  EXPECT_EQ(runs, (std::map<std::string, int>{
                      {"random_search", 2}, {"x", 2}, {"y", 2}}));
  const ProcessResult twice = Run("r.db", {Example(), Example()});
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("the label 'random_search'"));
}

TEST_F(PluginTest, AMistypedProgramIsRefusedBeforeAnythingIsRun) {
  const ProcessResult result = Run("r.db", {"random", "exec:/no/such/thing"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("'/no/such/thing'"));
  EXPECT_FALSE(std::filesystem::exists(dir_.Path("r.db")));
}

TEST_F(PluginTest, VerifyingRunsProgramsOnlyIfItIsAllowedTo) {
  ASSERT_EQ(Run("r.db", {Example(), Misbehave("crash")}).exit_code,
            kFailedRuns);
  const ProcessResult refused =
      RunHwnas({"verify", dir_.Path("r.db"), "--table", table_});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--run-plugins"));
  const ProcessResult allowed = RunHwnas(
      {"verify", dir_.Path("r.db"), "--table", table_, "--run-plugins"});
  EXPECT_EQ(allowed.exit_code, 0) << allowed.out << allowed.err;
  EXPECT_THAT(allowed.out, HasSubstr("4 runs give the same results again"));
}

TEST_F(PluginTest, CheckAsksWhatIsAskedOfBuiltInStrategies) {
  const ProcessResult good =
      RunHwnas({"plugin", "check", Example(), "--format", "json"});
  EXPECT_EQ(good.exit_code, 0) << good.err;
  const json checked = json::parse(good.out).at("plugin");
  EXPECT_EQ(checked.at("name"), "random-search-in-python");
  EXPECT_EQ(checked.at("failed"), 0);
  EXPECT_EQ(checked.at("checks").size(), 15u);
  EXPECT_EQ(checked.at("checks").at(0).at("check"), "SameSeedSameTrace");

  const ProcessResult bad =
      RunHwnas({"plugin", "check", Misbehave("crash").substr(6)});
  EXPECT_EQ(bad.exit_code, kFailedRuns);
  EXPECT_THAT(bad.err, HasSubstr("of 15 checks failed"));
  EXPECT_THAT(bad.out, HasSubstr("SameSeedSameTrace"));
  EXPECT_THAT(bad.out, HasSubstr("RuntimeError: out of ideas"));
}

TEST_F(PluginTest, CheckStopsAskingWhatDoesNotAnswer) {
  const ProcessResult result =
      RunHwnas({"plugin", "check", Misbehave("stall").substr(6),
                "--plugin-timeout", "4", "--format", "json"});
  EXPECT_EQ(result.exit_code, kFailedRuns);
  EXPECT_THAT(result.err, HasSubstr("1 of 15 checks failed, 14 were not run"));
  const json checked = json::parse(result.out).at("plugin");
  EXPECT_EQ(checked.at("failed"), 1);
  EXPECT_EQ(checked.at("not_run"), 14);
  EXPECT_EQ(checked.at("checks").at(0).at("reason"),
            "no answer to 'ask' within 4 s (--plugin-timeout)");
  EXPECT_EQ(checked.at("checks").at(14).at("verdict"), "not run");
  EXPECT_EQ(checked.at("checks").at(14).at("reason"), "it does not answer");
}

TEST_F(PluginTest, StrategiesShowsWhatAProgramSaysOfItself) {
  const ProcessResult result =
      RunHwnas({"strategies", Example(), "--format", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out).at("strategies").at(0).at("name"),
            "random-search-in-python");
}

TEST_F(PluginTest, AnExperimentNamesProgramsAndTheirOptions) {
  const std::string path = dir_.Path("x.toml");
  WriteBytes(path,
             "name = \"x\"\n[protocol]\nevaluations = 5\n[[problem]]\n"
             "objectives = [\"accuracy:val\"]\n[[strategy]]\nname = '" +
                 Example() + "'\n");
  const std::vector<std::string> arguments = {
      "run", path, "--table", table_, "--out", dir_.Path("x.db")};
  const ProcessResult result = RunHwnas(arguments);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Export("x.db", "runs").at(0).at("strategy"), "random_search");
  WriteBytes(path, ReadBytes(path) + "options = { speed = 3 }\n");
  const ProcessResult refused = RunHwnas(arguments);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("speed"));
}

}  // namespace
}  // namespace hwnas
