// predict on the command line: what predictors cannot learn from, damaged
// models, and LibTorch, which is loaded by those who ask for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/cli/process.h"
#include "tests/predict/made_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::HasSubstr;
using testing::Not;

// An environment variable while it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    setenv(name, value, 1);
  }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

struct Learner {
  const char* predictor;
  const char* encoding;
  const char* settings;
};
constexpr Learner kLearners[] = {
    {"xgboost", "one-hot", "trees=10"},
    {"mlp", "one-hot", "epochs=2"},
    {"graph-network", "graph", "epochs=1,members=2,width=8"}};

class Predict : public testing::Test {
 protected:
  Predict() : table_(MadeTable(folder_.Path("made.db"))) {
    const auto writer = TableWriter::Open(table_);
    Platform platform;
    platform.id = "flat";
    writer->AddPlatform(platform);
    Column column;
    column.metric = Metric::Parse("latency@flat");
    column.source = "lab";
    const int64_t id = writer->AddColumn(column);
    for (int64_t row = 1; row <= 100; ++row) {
      writer->Set(id, "", row, {7, Missing::kNone});
    }
    writer->Commit();
  }

  std::string Path(const std::string& name) const { return folder_.Path(name); }

  ProcessResult Fit(const Learner& learner, const std::string& metric,
                    std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {
        "predict",         "fit",        table_,
        "--metric",        metric,       "--predictor",
        learner.predictor, "--encoding", learner.encoding,
        "--out",           Path("model")};
    if (*learner.settings != '\0') {
      arguments.insert(arguments.end(), {"--set", learner.settings});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunHwnas(arguments);
  }

  static void ExpectOneLine(const ProcessResult& result, int exit_code,
                            const std::string& says) {
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("hwnas: error: "));
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
  }

  TempDir folder_;
  std::string table_;
};

TEST_F(Predict, WhatCannotBeLearntFromIsOneLineForEveryPredictor) {
  for (const Learner& learner : kLearners) {
    SCOPED_TRACE(learner.predictor);
    ExpectOneLine(Fit(learner, "latency@p0", {"--train", "2"}), 2, "too few");
    ExpectOneLine(Fit(learner, "latency@flat"), 2, "nothing to learn");
    ExpectOneLine(Fit(learner, "latency@nowhere"), 3, "nowhere");
    ExpectOneLine(Fit(learner, "latncy@p0"), 2, "did you mean 'latency'");
    EXPECT_FALSE(std::filesystem::exists(Path("model")));
  }
}

TEST_F(Predict, AnEncodingThatIsNotThereIsOneLine) {
  const Learner stored = {"mlp", "stored", ""};
  ExpectOneLine(Fit(stored, "latency@p0"), 2, "no stored features");
  const Learner unknown = {"graph-network", "grpah", ""};
  ExpectOneLine(Fit(unknown, "latency@p0"), 2, "did you mean 'graph'");
  const Learner columns = {"graph-network", "one-hot", ""};
  ExpectOneLine(Fit(columns, "latency@p0"), 2, "add the encoding 'graph'");
  const Learner graph = {"xgboost", "graph", ""};
  ExpectOneLine(Fit(graph, "latency@p0"), 2, "has no columns");

  const auto space = MakeSpace("nats-sss");
  const auto writer = TableWriter::Create(Path("sizes.db"), space, {});
  Source source;
  source.name = "lab";
  writer->AddSource(source);
  Platform platform;
  platform.id = "p";
  writer->AddPlatform(platform);
  Column column;
  column.metric = Metric::Parse("latency@p");
  column.source = "lab";
  const int64_t id = writer->AddColumn(column);
  Rng rng(1);
  for (int i = 0; i < 30; ++i) {
    writer->Set(id, "", writer->AddArchitecture(space->Sample(rng)),
                {1.0 + i, Missing::kNone});
  }
  writer->Commit();
  for (const char* encoding : {"paths", "adjacency"}) {
    ExpectOneLine(
        RunHwnas({"predict", "eval", Path("sizes.db"), "--metric", "latency@p",
                  "--encoding", encoding, "--train", "20", "--splits", "1"}),
        2, "no space of cells");
  }
}

TEST_F(Predict, ASavedModelFillsAndADamagedOneIsOneLine) {
  for (const Learner& learner : kLearners) {
    SCOPED_TRACE(learner.predictor);
    const ProcessResult fitted = Fit(learner, "latency@p4");
    ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
    const std::string bytes = ReadBytes(Path("model"));
    const std::string before = ReadBytes(table_);
    const auto fill = [&](const std::string& model) {
      WriteBytes(Path("model"), model);
      return RunHwnas({"predict", "fill", table_, "--with", Path("model"),
                       "--encoding", learner.encoding});
    };
    std::string other = bytes;
    other[8] = 7;
    ExpectOneLine(fill(other), 4, "version 7");
    ExpectOneLine(fill(bytes.substr(0, bytes.size() / 2)), 4, "cut short");
    std::string flipped = bytes;
    flipped[bytes.size() / 2] ^= 1;
    ExpectOneLine(fill(flipped), 4, "damaged");
    ExpectOneLine(fill("not a model at all"), 4, "not a saved predictor");
    EXPECT_TRUE(ReadBytes(table_) == before);

    const ProcessResult filled = fill(bytes);
    EXPECT_EQ(filled.exit_code, 0) << filled.err;
    EXPECT_THAT(filled.out,
                HasSubstr(std::string("filled by ") + learner.predictor));
    EXPECT_EQ(RunHwnas({"predict", "fill", table_, "--metric", "latency@p4",
                        "--remove"})
                  .exit_code,
              0);
  }
}

TEST_F(Predict, ModelsHaveTheSameBitsWhateverTheNumberOfThreads) {
  for (const Learner& learner : kLearners) {
    SCOPED_TRACE(learner.predictor);
    std::vector<std::string> models;
    for (const char* threads : {"1", "5"}) {
      const Variable variable("OMP_NUM_THREADS", threads);
      ASSERT_EQ(Fit(learner, "latency@p0", {"--train", "200"}).exit_code, 0);
      models.push_back(ReadBytes(Path("model")));
    }
    EXPECT_TRUE(models[0] == models[1]);
  }
}

TEST_F(Predict, LibTorchIsLoadedByItsOwnPredictorsAlone) {
  const Variable variable("LD_DEBUG", "files");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"--help"},
           {"predict", "--help"},
           {"query", table_, "--arch", "random", "--metrics", "latency@p0"},
           {"predict", "eval", table_, "--metric", "latency@p0", "--predictor",
            "ridge", "--splits", "1"}}) {
    const ProcessResult result = RunHwnas(arguments);
    EXPECT_THAT(result.err, HasSubstr("libhwnas"));
    EXPECT_THAT(result.err, Not(HasSubstr("libtorch")));
  }
  const Learner mlp = {"mlp", "one-hot", "epochs=1"};
  EXPECT_THAT(Fit(mlp, "latency@p0").err, HasSubstr("libtorch"));
}

}  // namespace
}  // namespace hwnas
