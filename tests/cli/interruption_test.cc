// Long work that is interrupted, killed or meets a full disk, as a user sees
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
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

class LongWork : public testing::Test {
 protected:
  LongWork() : table_(folder_.Path("table.db")) {
    SyntheticOptions options;
    options.every = 16;
    WriteSyntheticTable(table_, options);
  }

  std::vector<std::string> Run(const std::string& out, int repetitions) const {
    return {"run",
            "--table",
            table_,
            "--strategy",
            "random",
            "--strategy",
            "local-search",
            "--evaluations",
            "100",
            "--repetitions",
            std::to_string(repetitions),
            "--seed",
            "5",
            "--threads",
            "2",
            "--format",
            "json",
            "--out",
            folder_.Path(out)};
  }

  json Info(const std::string& results) const {
    const ProcessResult info =
        RunHwnas({"info", folder_.Path(results), "--format", "json"});
    EXPECT_EQ(info.exit_code, 0) << info.err;
    return json::parse(info.out).at("results");
  }

  void ExpectSound(const std::string& results) const {
    const ProcessResult check =
        RunHwnas({"info", folder_.Path(results), "--check"});
    EXPECT_EQ(check.exit_code, 0) << check.err;
  }

  TempDir folder_;
  std::string table_;
};

void ExpectOneLine(const ProcessResult& result, int exit_code,
                   const std::string& says) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_THAT(result.err, HasSubstr("hwnas: error: "));
  EXPECT_THAT(result.err, HasSubstr(says));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
      << result.err;
}

// The signal is sent when the first run's progress is shown; thousands are
// left then.
TEST_F(LongWork, CtrlCKeepsWhatIsCompleteAndTheSameCommandGoesOn) {
  constexpr int kRepetitions = 1500;
  const ProcessResult whole = RunHwnas(Run("whole.db", kRepetitions));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  for (const int number : {SIGINT, SIGTERM}) {
    const std::string name = std::to_string(number) + ".db";
    ProcessOptions options;
    options.terminal = true;
    options.signal_after_output = number;
    const ProcessResult stopped = RunHwnas(Run(name, kRepetitions), options);
    EXPECT_EQ(stopped.exit_code, 130);
    EXPECT_THAT(stopped.err, HasSubstr("the same command goes on"));
    const json summary = json::parse(stopped.out).at("run");
    EXPECT_EQ(summary.at("interrupted"), true);
    const uint64_t kept = summary.at("ran");
    EXPECT_GE(kept, 1u);
    EXPECT_LT(kept, 2u * kRepetitions);
    EXPECT_EQ(Info(name).at("runs"), kept);
    ExpectSound(name);

    const ProcessResult resumed = RunHwnas(Run(name, kRepetitions));
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    const json rest = json::parse(resumed.out).at("run");
    EXPECT_EQ(rest.at("skipped"), kept);
    EXPECT_EQ(rest.at("ran"), 2u * kRepetitions - kept);
    EXPECT_EQ(rest.at("digest"), json::parse(whole.out).at("run").at("digest"));
  }
}

TEST_F(LongWork, KilledItLosesATenthOfASecondAndGoesOn) {
  constexpr int kRepetitions = 1500;
  const ProcessResult whole = RunHwnas(Run("whole.db", kRepetitions));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  ProcessOptions options;
  options.terminal = true;
  options.signal_after_output = SIGKILL;
  const ProcessResult killed = RunHwnas(Run("a.db", kRepetitions), options);
  EXPECT_EQ(killed.exit_code, -1);
  // Journals of the killed process stand beside it; the next run reads them.
  const ProcessResult resumed = RunHwnas(Run("a.db", kRepetitions));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(json::parse(resumed.out).at("run").at("digest"),
            json::parse(whole.out).at("run").at("digest"));
  ExpectSound("a.db");
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("a.db-wal")));
}

TEST_F(LongWork, AFullDiskIsOneLineAndWhatWasThereStays) {
  ASSERT_EQ(RunHwnas(Run("r.db", 2)).exit_code, 0);
  const json before = Info("r.db");
  ProcessOptions options;
  options.max_file_bytes =
      std::filesystem::file_size(folder_.Path("r.db")) + 8192;
  const ProcessResult full = RunHwnas(Run("r.db", 1500), options);
  ExpectOneLine(full, 7, "r.db");
  EXPECT_EQ(full.out, "");
  ExpectSound("r.db");
  EXPECT_GE(Info("r.db").at("runs"), before.at("runs"));
  // With room again the same command completes it.
  const ProcessResult resumed = RunHwnas(Run("r.db", 50));
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_GE(json::parse(resumed.out).at("run").at("skipped"), 4);
}

TEST_F(LongWork, AReportThatDoesNotFitLeavesTheOldOne) {
  ASSERT_EQ(RunHwnas(Run("r.db", 2)).exit_code, 0);
  const std::string report = folder_.Path("report.md");
  WriteBytes(report, "the old one\n");
  ProcessOptions options;
  options.max_file_bytes = 64;
  ExpectOneLine(
      RunHwnas({"report", folder_.Path("r.db"), "--out", report}, options), 7,
      "report.md");
  EXPECT_EQ(ReadBytes(report), "the old one\n");
  EXPECT_FALSE(std::filesystem::exists(report + ".tmp"));
}

TEST_F(LongWork, AnImportThatDoesNotFitLeavesTheTable) {
  const std::string csv = folder_.Path("mine.csv");
  const std::string schema = folder_.Path("mine.toml");
  WriteBytes(csv,
             "cell,ms\n"
             "|nor_conv_3x3~0|+|none~0|none~1|+"
             "|skip_connect~0|none~1|none~2|,7.5\n");
  WriteBytes(schema,
             "space = \"nb201\"\ntitle = \"Mine\"\nkey = \"cell\"\n"
             "defaults = {dataset = \"cifar10\"}\n"
             "[[source]]\nname = \"mine\"\norigin = \"here\"\n"
             "licence = \"MIT\"\n"
             "[[platform]]\nid = \"mine\"\ndevice = \"mine\"\n"
             "[[column]]\nname = \"ms\"\nmetric = \"latency@mine\"\n"
             "source = \"mine\"\n");
  const std::vector<std::string> import = {"import", "csv",   csv,   "--schema",
                                           schema,   "--out", table_};
  const std::string before = ReadBytes(table_);
  ProcessOptions options;
  options.max_file_bytes = 4096;
  ExpectOneLine(RunHwnas(import, options), 7, "table.db");
  EXPECT_TRUE(ReadBytes(table_) == before);
  // It was the disk, not the file.
  const ProcessResult imported = RunHwnas(import);
  EXPECT_EQ(imported.exit_code, 0) << imported.err;
}

}  // namespace
}  // namespace hwnas
