// Deriving a table as a user does, from a recipe and folders, with what may go
// wrong: each a line and an exit code, and nothing lost.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tabular/table.h"
#include "tests/cli/process.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr char kRecipe[] = R"(
name = "tiny@1"
space = "nb201@1{cells=1,channels=8,stages=2,stem_stride=2}"
[data]
dataset = "fashion-mnist"
image_size = 14
classes = 10
training_images = 96
validation_images = 50
[training]
epochs = 2
batch = 32
peak_rate = 0.1
warm_up = 0.3
momentum = 0.9
weight_decay = 0.0005
flip = false
[[series]]
seed = 0
networks = 6
keep_weights = true
[[series]]
seed = 1
networks = 3
)";

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// A row but for its last field but one.
std::string WithoutSeconds(const std::string& row) {
  const size_t digest = row.rfind(',');
  if (digest == std::string::npos || digest == 0) return row;
  const size_t seconds = row.rfind(',', digest - 1);
  return row.substr(0, seconds) + row.substr(digest);
}

class DeriveCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = new TempDir();
    derive::WriteSyntheticFashionMnist(data_->Path(""));
  }
  static void TearDownTestSuite() {
    delete data_;
    data_ = nullptr;
  }

  DeriveCommand() { WriteBytes(Path("recipe.toml"), kRecipe); }

  std::string Path(const std::string& name) const { return dir_.Path(name); }

  ProcessResult Derive(std::vector<std::string> options,
                       const ProcessOptions& process = {}) const {
    options.insert(options.begin(), {"derive", Path("recipe.toml")});
    if (std::find(options.begin(), options.end(), "--data") == options.end()) {
      options.insert(options.end(), {"--data", data_->Path("")});
    }
    return RunHwnas(options, process);
  }

  // The answer to --format json.
  json Answer(std::vector<std::string> options, int exit_code = 0) const {
    options.insert(options.end(), {"--format", "json"});
    const ProcessResult result = Derive(options);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    const json document = json::parse(result.out);
    EXPECT_EQ(document.at("format_version"), 1);
    return document.at("derive");
  }

  static void ExpectOneLine(const ProcessResult& result, int exit_code,
                            const std::string& what) {
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(what));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
  }

  static TempDir* data_;
  TempDir dir_;
};

TempDir* DeriveCommand::data_ = nullptr;

TEST_F(DeriveCommand, TrainsCompressesAuditsAndWritesWithItsAnswersAsJson) {
  fs::create_directory(Path("shards"));
  const json trained = Answer({"--shards", Path("shards")});
  EXPECT_EQ(trained.at("recipe"), "tiny@1");
  EXPECT_EQ(trained.at("trained").at("now"), 9);
  EXPECT_EQ(trained.at("trained").at("done"), 9);
  EXPECT_EQ(trained.at("trained").at("total"), 9);
  EXPECT_EQ(trained.at("trained").at("interrupted"), false);
  const json compressed = Answer({"--shards", Path("shards"), "--compress"});
  EXPECT_EQ(compressed.at("compressed").at("now"), 6);
  const json audit = Answer({"--shards", Path("shards"), "--audit", "4"});
  EXPECT_EQ(audit.at("audit").at("rows").size(), 4u);
  EXPECT_EQ(audit.at("audit").at("exact"), 4);
  const json table =
      Answer({"--shards", Path("shards"), "--out", Path("t.db")});
  EXPECT_EQ(table.at("table").at("trainings"), 9);
  EXPECT_EQ(table.at("table").at("compressed"), 6);
  EXPECT_NE(Table::Open(Path("t.db"))
                ->FindColumn(Metric::Parse("accuracy:val;bits=4;sparsity=50")),
            nullptr);
  const json agreement =
      Answer({"--shards", Path("shards"), "--agreement", "--against",
              Path("t.db"), "--against-metric", "macs,params"})
          .at("agreement");
  EXPECT_EQ(agreement.at("distribution").at("networks"), 6);
  EXPECT_EQ(agreement.at("best").size(), 5u);
  EXPECT_EQ(agreement.at("seeds").size(), 2u);
  EXPECT_EQ(agreement.at("epochs").size(), 2u);
  EXPECT_EQ(agreement.at("noise")[0].at("networks"), 3);
  EXPECT_EQ(agreement.at("compressions").size(), 18u);
  EXPECT_EQ(agreement.at("chosen_compression").at("networks"), 6);
  EXPECT_EQ(agreement.at("against").size(), 2u);
  const ProcessResult text =
      Derive({"--shards", Path("shards"), "--agreement"});
  EXPECT_THAT(text.out, HasSubstr("of the variance"));
  EXPECT_THAT(text.out, HasSubstr("largest gain"));
}

TEST_F(DeriveCommand, WhatDoesNotGoTogetherIsRefused) {
  fs::create_directory(Path("shards"));
  const auto refused = [&](std::vector<std::string> arguments,
                           const std::string& what) {
    arguments.insert(arguments.begin(), {"--shards", Path("shards")});
    ExpectOneLine(Derive(arguments), 2, what);
    EXPECT_TRUE(fs::is_empty(Path("shards"))) << what;
    EXPECT_FALSE(fs::exists(Path("t.db"))) << what;
  };
  refused({"--agreement", "--out", Path("t.db")}, "--out excludes --agreement");
  refused({"--agreement", "--audit", "1"}, "--audit excludes --agreement");
  refused({"--agreement", "--compress"}, "--compress excludes --agreement");
  refused({"--audit", "1", "--out", Path("t.db")}, "--out excludes --audit");
  refused({"--audit", "1", "--compress"}, "--compress excludes --audit");
  refused({"--compress", "--out", Path("t.db")}, "two commands");
  refused({"--against", Path("t.db")}, "--against requires --agreement");
  ExpectOneLine(Derive({"--shards", Path("nowhere"), "--compress"}), 3,
                "no shard files to compress");
  EXPECT_FALSE(fs::exists(Path("nowhere")));
  ExpectOneLine(Derive({"--out", Path("t.db"), "--compress"}), 3,
                "no shard files to compress");
  EXPECT_FALSE(fs::exists(Path("t.db.shards")));
}

TEST_F(DeriveCommand, KilledAndRestartedOrInTwoSharesItIsOneTable) {
  for (const char* folder : {"whole", "killed"}) {
    fs::create_directory(Path(folder));
  }
  ASSERT_EQ(Derive({"--shards", Path("whole")}).exit_code, 0);
  // A kill, then again until it is done: each call may train two networks.
  ASSERT_EQ(Derive({"--shards", Path("killed"), "--limit", "2"}).exit_code, 0);
  const std::string part = Path("killed/seed0-images96-00000.part");
  WriteBytes(part, ReadBytes(part) + "2,0.0.1");
  ASSERT_EQ(Derive({"--shards", Path("killed")}).exit_code, 0);
  // Two tasks of a cluster's array job.
  for (const char* task : {"1", "2"}) {
    const std::string command =
        "HWNAS='" HWNAS_BINARY
        "' SLURM_ARRAY_TASK_COUNT=2 "
        "SLURM_ARRAY_TASK_ID=" +
        std::string(task) +
        " sh '" HWNAS_SOURCE_DIR "/datasets/derive/derive.sbatch' '" +
        Path("recipe.toml") + "' '" + Path("joined") + "' --data '" +
        data_->Path("") + "' >'" + Path("out") + "' 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << ReadBytes(Path("out"));
    if (*task == '1') {
      EXPECT_FALSE(fs::exists(Path("joined/seed1-images96-00000.csv")) &&
                   fs::exists(Path("joined/seed0-images96-00000.csv")));
    }
  }
  // Seconds are the machine's; all else is equal.
  const auto rows = [&](const std::string& folder) {
    std::string text;
    for (const char* name :
         {"/seed0-images96-00000.csv", "/seed1-images96-00000.csv"}) {
      for (const std::string& line : Lines(ReadBytes(Path(folder + name)))) {
        text += WithoutSeconds(line) + "\n";
      }
    }
    return text;
  };
  EXPECT_EQ(rows("killed"), rows("whole"));
  EXPECT_EQ(rows("joined"), rows("whole"));
}

TEST_F(DeriveCommand, WhatIsWrongIsOneLine) {
  fs::create_directory(Path("shards"));
  const std::string shards = Path("shards");
  ExpectOneLine(Derive({"--shards", shards, "--data", Path("nowhere")}), 3,
                "dataset-fashion-mnist");
  const std::string damaged = Path("damaged");
  fs::copy(data_->Path(""), damaged);
  WriteBytes(damaged + "/train-labels-idx1-ubyte.gz", "no labels");
  ExpectOneLine(Derive({"--shards", shards, "--data", damaged}), 4,
                "train-labels");
  EXPECT_TRUE(fs::is_empty(shards));
  ExpectOneLine(Derive({"--shards", shards, "--out", Path("t.db")}), 3,
                "no shard files");
  ASSERT_EQ(Derive({"--shards", shards, "--limit", "1"}).exit_code, 0);
  // A table of another space.
  std::string other = kRecipe;
  other.replace(other.find("channels=8"), 10, "channels=4");
  ASSERT_EQ(Derive({"--shards", shards, "--out", Path("t.db")}).exit_code, 0);
  const std::string before = Table::Open(Path("t.db"))->Digest();
  WriteBytes(Path("recipe.toml"), other);
  ExpectOneLine(Derive({"--shards", shards}), 6, "another recipe");
  fs::create_directory(Path("others"));
  ASSERT_EQ(Derive({"--shards", Path("others"), "--limit", "1"}).exit_code, 0);
  ExpectOneLine(Derive({"--shards", Path("others"), "--out", Path("t.db")}), 2,
                "give another file");
  EXPECT_EQ(Table::Open(Path("t.db"))->Digest(), before);
}

TEST_F(DeriveCommand, AFullDiskLeavesTheTableAndTheRows) {
  fs::create_directory(Path("shards"));
  ASSERT_EQ(Derive({"--shards", Path("shards"), "--limit", "2"}).exit_code, 0);
  const std::string rows = ReadBytes(Path("shards/seed0-images96-00000.part"));
  ProcessOptions full;
  full.max_file_bytes = 100000;
  ExpectOneLine(
      Derive({"--shards", Path("shards"), "--out", Path("t.db")}, full), 7,
      "t.db");
  EXPECT_FALSE(fs::exists(Path("t.db")));
  EXPECT_EQ(ReadBytes(Path("shards/seed0-images96-00000.part")), rows);
}

}  // namespace
}  // namespace hwnas
