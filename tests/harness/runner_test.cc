#include "bench/harness/runner.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <set>

#include "bench/harness/results.h"
#include "datasets/synthetic.h"
#include "tabular/error.h"
#include "tabular/rng.h"
#include "tabular/table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;

/// A part of the table is enough, and quickly made under sanitizers.
constexpr uint64_t kEvery = 16;

constexpr char kExperiment[] = R"(
name = "test"
seed = 7
repetitions = 6
[protocol]
evaluations = 60
[[problem]]
name = "one"
objectives = ["accuracy:val"]
score = ["accuracy:test"]
[[problem]]
name = "two"
objectives = ["accuracy:val", "macs;graph=effective"]
score = ["accuracy:test", "macs;graph=effective"]
workers = 3
[[strategy]]
name = "random"
[[strategy]]
name = "regularized-evolution"
options = { population_size = 10 }
)";

class RunnerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_dir_ = new TempDir();
    SyntheticOptions options;
    options.every = kEvery;
    WriteSyntheticTable(shared_dir_->Path("table.db"), options);
    table_ = new std::shared_ptr<const Table>(
        Table::Open(shared_dir_->Path("table.db")));
  }
  static void TearDownTestSuite() {
    delete table_;
    delete shared_dir_;
  }

  static Experiment TestExperiment() {
    return Experiment::ReadText(kExperiment, "test.toml");
  }
  std::string Run(const Experiment& experiment, const std::string& name,
                  const RunOptions& options = {}) {
    const std::string path = dir_.Path(name);
    const auto results = Results::OpenOrCreate(path);
    summary_ = RunExperiment(experiment, *table_, *results, options);
    const std::string digest = results->Digest();
    results->Close();
    return digest;
  }
  static std::map<std::string, std::string> RunDigests(
      const std::string& path) {
    std::map<std::string, std::string> digests;
    for (const RunRecord& run : Results::Open(path)->Runs()) {
      digests[run.id] = run.digest;
    }
    return digests;
  }

  static TempDir* shared_dir_;
  static std::shared_ptr<const Table>* table_;
  TempDir dir_;
  RunSummary summary_;
};

TempDir* RunnerTest::shared_dir_ = nullptr;
std::shared_ptr<const Table>* RunnerTest::table_ = nullptr;

TEST_F(RunnerTest, ThreadsChangeNoValue) {
  RunOptions two;
  two.threads = 2;
  const std::string digest = Run(TestExperiment(), "a.db");
  EXPECT_EQ(summary_.ran, 24u);
  EXPECT_EQ(summary_.failed, 0u);
  EXPECT_EQ(Run(TestExperiment(), "b.db", two), digest);
  EXPECT_FALSE(fs::exists(dir_.Path("b.db-wal")));
}

TEST_F(RunnerTest, AnotherSeedGivesOtherResults) {
  Experiment other = TestExperiment();
  other.seed = 8;
  EXPECT_NE(Run(TestExperiment(), "a.db"), Run(other, "b.db"));
}

TEST_F(RunnerTest, AddingAStrategyOrRepetitionsChangesNoOtherRun) {
  Run(TestExperiment(), "a.db");
  Experiment larger = TestExperiment();
  larger.repetitions = 8;
  larger.strategies.insert(larger.strategies.begin(),
                           {"search", "local-search", {}});
  Run(larger, "b.db");
  const auto small = RunDigests(dir_.Path("a.db"));
  const auto large = RunDigests(dir_.Path("b.db"));
  EXPECT_EQ(large.size(), 48u);
  for (const auto& [id, digest] : small) {
    ASSERT_TRUE(large.contains(id));
    EXPECT_EQ(large.at(id), digest);
  }
}

TEST_F(RunnerTest, AStrategyOfFewerRepetitionsRunsTheFirstOfThem) {
  Run(TestExperiment(), "a.db");
  Experiment fewer = TestExperiment();
  fewer.strategies[1].repetitions = 2;
  Run(fewer, "b.db");
  EXPECT_EQ(summary_.planned, 16u);
  std::map<std::string, uint64_t> runs;
  const auto all = RunDigests(dir_.Path("a.db"));
  for (const RunRecord& run : Results::Open(dir_.Path("b.db"))->Runs()) {
    ++runs[run.strategy];
    EXPECT_LT(run.repetition, run.strategy == "random" ? 6u : 2u);
    ASSERT_TRUE(all.contains(run.id));
    EXPECT_EQ(all.at(run.id), run.digest);
  }
  EXPECT_EQ(runs.at("random"), 12u);
  EXPECT_EQ(runs.at("regularized-evolution"), 4u);
}

TEST_F(RunnerTest, CompleteRunsAreSkipped) {
  const std::string digest = Run(TestExperiment(), "a.db");
  EXPECT_EQ(Run(TestExperiment(), "a.db"), digest);
  EXPECT_EQ(summary_.skipped, 24u);
  EXPECT_EQ(summary_.ran, 0u);
}

TEST_F(RunnerTest, StrategiesOfARepetitionMeetTheSameLuck) {
  Run(TestExperiment(), "a.db");
  const auto results = Results::Open(dir_.Path("a.db"));
  // Within one repetition an architecture answers with one replicate.
  std::map<std::tuple<int64_t, uint64_t, std::string>, uint32_t> luck;
  size_t shared = 0;
  std::set<uint32_t> replicates;
  for (const RunRecord& run : results->Runs()) {
    for (const DictionaryEntry& entry : results->Outcome(run).entries) {
      replicates.insert(entry.replicate);
      const auto [found, is_new] = luck.try_emplace(
          {run.problem, run.repetition, entry.text}, entry.replicate);
      EXPECT_EQ(found->second, entry.replicate);
      shared += is_new ? 0 : 1;
    }
  }
  EXPECT_GT(shared, 0u);
  EXPECT_GT(replicates.size(), 1u);
}

TEST_F(RunnerTest, StoredRunsReadBackAsTheyWere) {
  Run(TestExperiment(), "a.db");
  const auto results = Results::Open(dir_.Path("a.db"));
  for (const RunRecord& run : results->Runs()) {
    EXPECT_EQ(results->Outcome(run).Digest(), run.digest);
  }
  EXPECT_TRUE(results->Check().empty());
}

TEST_F(RunnerTest, ThreeShardsMergedEqualOneRun) {
  const std::string whole = Run(TestExperiment(), "whole.db");
  std::vector<std::string> shards;
  uint64_t runs = 0;
  for (int i = 1; i <= 3; ++i) {
    RunOptions options;
    options.shard = i;
    options.shards = 3;
    const std::string name = "shard" + std::to_string(i) + ".db";
    Run(TestExperiment(), name, options);
    runs += summary_.ran;
    shards.push_back(dir_.Path(name));
  }
  EXPECT_EQ(runs, 24u);
  MergeSummary merged = MergeResults(shards, dir_.Path("merged.db"));
  EXPECT_EQ(merged.runs, 24u);
  EXPECT_EQ(Results::Open(dir_.Path("merged.db"))->Digest(), whole);
  // Merging again changes nothing.
  merged = MergeResults(shards, dir_.Path("merged.db"));
  EXPECT_EQ(merged.added, 0u);
  EXPECT_EQ(merged.duplicates, 24u);
  EXPECT_EQ(Results::Open(dir_.Path("merged.db"))->Digest(), whole);
}

TEST_F(RunnerTest, MergeRefusesAnotherTableAndLeavesTheOldFile) {
  Run(TestExperiment(), "a.db");
  SyntheticOptions options;
  options.seed = 99;
  options.every = kEvery;
  WriteSyntheticTable(dir_.Path("other-table.db"), options);
  const auto other = Table::Open(dir_.Path("other-table.db"));
  {
    const auto results = Results::OpenOrCreate(dir_.Path("b.db"));
    RunExperiment(TestExperiment(), other, *results, {});
    results->Close();
  }
  const std::string before = Results::Open(dir_.Path("a.db"))->Digest();
  try {
    MergeResults({dir_.Path("b.db")}, dir_.Path("a.db"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kDisagree);
  }
  EXPECT_EQ(Results::Open(dir_.Path("a.db"))->Digest(), before);
  // Nor does an experiment go on in results of another table.
  const auto results = Results::OpenOrCreate(dir_.Path("b.db"));
  EXPECT_THROW(RunExperiment(TestExperiment(), *table_, *results, {}), Error);
}

TEST_F(RunnerTest, VerifyAgreesAndSeesAChangedRun) {
  Run(TestExperiment(), "a.db");
  EXPECT_TRUE(
      VerifyResults(*Results::Open(dir_.Path("a.db")), *table_, {}).empty());
  const std::string command =
      "sqlite3 '" + dir_.Path("a.db") +
      "' \"UPDATE run SET evaluations=evaluations+1 WHERE rowid=3\"";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_FALSE(
      VerifyResults(*Results::Open(dir_.Path("a.db")), *table_, {}).empty());
}

TEST_F(RunnerTest, ALabelStandsForOneStrategyInAFile) {
  Run(TestExperiment(), "a.db");
  Experiment other = TestExperiment();
  other.strategies[1].options["population_size"] = "11";
  EXPECT_THROW(Run(other, "a.db"), Error);
}

/// Kills the process after a number of runs, starts it again, and compares.
TEST_F(RunnerTest, AKilledRunStartedAgainEndsAsOneNeverKilled) {
  const std::string whole = Run(TestExperiment(), "whole.db");
  Rng rng(20);
  const std::string path = dir_.Path("killed.db");
  for (int kill_point = 0; kill_point < 20; ++kill_point) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      fs::remove(path + suffix);
    }
    const uint64_t trials = 1 + rng.Below(24 * 60);
    const pid_t child = fork();
    if (child == 0) {
      uint64_t seen = 0;
      RunOptions options;
      options.interrupted = [&seen, trials] {
        if (++seen == trials) kill(getpid(), SIGKILL);
        return false;
      };
      const auto results = Results::OpenOrCreate(path);
      RunExperiment(TestExperiment(), *table_, *results, options);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "kill point " << kill_point;
    EXPECT_EQ(Run(TestExperiment(), "killed.db"), whole);
  }
}

TEST_F(RunnerTest, AnInterruptedRunGoesOn) {
  const std::string whole = Run(TestExperiment(), "whole.db");
  int asked = 0;
  RunOptions options;
  options.interrupted = [&asked] { return ++asked > 500; };
  Run(TestExperiment(), "a.db", options);
  EXPECT_TRUE(summary_.interrupted);
  EXPECT_LT(summary_.ran, 24u);
  EXPECT_EQ(Run(TestExperiment(), "a.db"), whole);
}

TEST_F(RunnerTest, AFullDiskKeepsWhatWasThere) {
  const std::string path = dir_.Path("full.db");
  Experiment small = TestExperiment();
  small.repetitions = 1;
  Run(small, "full.db");
  const auto before = RunDigests(path);
  const auto size = fs::file_size(path);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {size + 4096, size + 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    Experiment large = TestExperiment();
    large.repetitions = 200;
    try {
      const auto results = Results::OpenOrCreate(path);
      RunExperiment(large, *table_, *results, {});
    } catch (const Error& error) {
      _exit(error.ExitCode());
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(ErrorCode::kIo));
  const auto after = RunDigests(path);
  for (const auto& [id, digest] : before) EXPECT_EQ(after.at(id), digest);
  EXPECT_TRUE(Results::Open(path)->Check().empty());
}

TEST_F(RunnerTest, DamagedResultsAreRefusedOrFound) {
  Run(TestExperiment(), "a.db");
  const std::string good = ReadBytes(dir_.Path("a.db"));
  const std::string digest = Results::Open(dir_.Path("a.db"))->Digest();
  Rng rng(3);
  for (int i = 0; i < 60; ++i) {
    std::string bytes = good;
    if (i % 3 == 0) {
      bytes.resize(rng.Below(bytes.size()));
    } else {
      bytes[rng.Below(bytes.size())] ^= static_cast<char>(1 << rng.Below(8));
    }
    const std::string path = dir_.Path("bad.db");
    WriteBytes(path, bytes);
    try {
      const auto results = Results::Open(path);
      const bool same = results->Digest() == digest;
      const bool sound = results->Check().empty();
      // A flip in free space or in what no digest covers leaves all runs.
      if (sound && !same) ADD_FAILURE() << "damage " << i << " not found";
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kCorrupt) << error.what();
    }
  }
}

TEST_F(RunnerTest, MetricsThatTheTableLacksAreRefusedBeforeAnythingIsRun) {
  Experiment bad = TestExperiment();
  bad.problems[1].objectives[1].metric = "latency@nowhere";
  EXPECT_THROW(Run(bad, "a.db"), Error);
  EXPECT_EQ(Results::Open(dir_.Path("a.db"))->Runs().size(), 0u);
}

TEST_F(RunnerTest, ObservingATestSplitMustBeAllowedInSoManyWords) {
  Experiment bad = TestExperiment();
  bad.problems[0].objectives[0].metric = "accuracy:test";
  EXPECT_THROW(CheckExperiment(bad, *table_), Error);
  bad.problems[0].protocol.allow_test_observed = true;
  CheckExperiment(bad, *table_);
}

}  // namespace
}  // namespace hwnas
