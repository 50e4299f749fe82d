#include "datasets/derive/derive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "datasets/derive/audit.h"
#include "tabular/error.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

using ::testing::HasSubstr;

// The rows of a folder without what a clock says.
std::map<std::string, std::string> ResultsIn(const std::string& folder) {
  std::map<std::string, std::string> results;
  for (Shard& shard : ReadShards(folder)) {
    for (ShardRow& row : shard.rows) row.seconds = 0;
    results[ShardFileName(shard.header)] += FormatShard(shard);
  }
  return results;
}

class DeriveTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = new TempDir();
    WriteSyntheticFashionMnist(data_->Path(""));
  }
  static void TearDownTestSuite() {
    delete data_;
    data_ = nullptr;
  }

  static DeriveOptions Options(const TempDir& folder) {
    DeriveOptions options;
    options.folder = folder.Path("");
    options.data_folder = data_->Path("");
    return options;
  }

  static std::map<std::string, std::string> Whole(const Recipe& recipe) {
    const TempDir folder;
    const DeriveProgress progress = Derive(recipe, Options(folder), nullptr);
    EXPECT_EQ(progress.done, progress.total);
    return ResultsIn(folder.Path(""));
  }

  static TempDir* data_;
};

TempDir* DeriveTest::data_ = nullptr;

TEST_F(DeriveTest, ListsEveryEffectiveNetworkOnceAndTheEmptyOneLast) {
  const Recipe recipe = TinyRecipe();
  const auto space = MakeSpace(recipe.space);
  const std::vector<Architecture> networks = ListNetworks(recipe, *space);
  EXPECT_EQ(networks.size(), 6985u);
  std::set<std::string> keys;
  for (const Architecture& network : networks) {
    EXPECT_EQ(space->IsConnected(network), keys.size() < 6984);
    keys.insert(space->EffectiveKey(network));
  }
  EXPECT_EQ(keys.size(), 6985u);
}

TEST_F(DeriveTest, ShardsFollowTheRecipesOrderOfSeries) {
  Recipe recipe = TinyRecipe();
  recipe.series = {{0, 96, 0, true}, {1, 96, 600, false}};
  const auto shards = ListShards(recipe, 1100);
  ASSERT_EQ(shards.size(), 5u);
  EXPECT_EQ(ShardFileName(shards[0]), "seed0-images96-00000.csv");
  EXPECT_EQ(ShardFileName(shards[1]), "seed0-images96-00512.csv");
  EXPECT_EQ(shards[2].count, 76);
  EXPECT_EQ(ShardFileName(shards[3]), "seed1-images96-00000.csv");
  EXPECT_EQ(shards[4].count, 88);
}

TEST_F(DeriveTest, ASeriesMayBeginBehindAnother) {
  Recipe recipe = TinyRecipe();
  recipe.series = {
      {0, 96, 512, true}, {1, 96, 0, false}, {0, 96, 0, true, 512}};
  const auto shards = ListShards(recipe, 1100);
  ASSERT_EQ(shards.size(), 6u);
  EXPECT_EQ(ShardFileName(shards[0]), "seed0-images96-00000.csv");
  EXPECT_EQ(ShardFileName(shards[4]), "seed0-images96-00512.csv");
  EXPECT_EQ(shards[5].first, 1024);
  EXPECT_EQ(shards[5].count, 76);
}

TEST_F(DeriveTest, StoppedAndRestartedItEndsInTheSameRows) {
  const Recipe recipe = TinyRecipe();
  const TempDir folder;
  DeriveOptions options = Options(folder);
  options.limit = 3;
  EXPECT_EQ(Derive(recipe, options, nullptr).trained, 3);
  // As a kill within a write leaves it.
  const std::string part = folder.Path("seed0-images96-00000.part");
  WriteBytes(part, ReadBytes(part) + "3,0.0.0.3");
  options.limit = 2;
  EXPECT_EQ(Derive(recipe, options, nullptr).done, 5);
  EXPECT_TRUE(std::filesystem::exists(folder.Path("seed0-images96-00000.csv")));
  EXPECT_FALSE(std::filesystem::exists(part));
  // Killed while a file began.
  WriteBytes(folder.Path("seed0-images64-00000.part"), "hwnas-sh");
  options.limit = 0;
  const DeriveProgress last = Derive(recipe, options, nullptr);
  EXPECT_EQ(last.trained, 5);
  EXPECT_EQ(last.done, 10);
  EXPECT_EQ(ResultsIn(folder.Path("")), Whole(recipe));
  EXPECT_EQ(Derive(recipe, options, nullptr).trained, 0);
}

TEST_F(DeriveTest, ThreadsAndSharesChangeNoRow) {
  const Recipe recipe = TinyRecipe();
  const auto whole = Whole(recipe);
  const TempDir threaded;
  DeriveOptions options = Options(threaded);
  options.threads = 3;
  Derive(recipe, options, nullptr);
  EXPECT_EQ(ResultsIn(threaded.Path("")), whole);
  // Two processes' shares in two folders, put together.
  const TempDir shares[2];
  for (int i = 0; i < 2; ++i) {
    options = Options(shares[i]);
    options.shard = i;
    options.shards = 2;
    const DeriveProgress progress = Derive(recipe, options, nullptr);
    EXPECT_EQ(progress.done, progress.total);
    EXPECT_LT(progress.total, 10);
  }
  auto merged = ResultsIn(shares[0].Path(""));
  merged.merge(ResultsIn(shares[1].Path("")));
  EXPECT_EQ(merged, whole);
}

TEST_F(DeriveTest, TheStopFlagEndsItBetweenNetworks) {
  const TempDir folder;
  DeriveOptions options = Options(folder);
  std::atomic<bool> stop = false;
  options.stop = [&stop] { return stop.load(); };
  const DeriveProgress progress =
      Derive(TinyRecipe(), options,
             [&](const DeriveProgress& now) { stop = now.trained == 2; });
  EXPECT_EQ(progress.trained, 2);
  EXPECT_EQ(ReadShards(folder.Path(""))[0].rows.size(), 2u);
}

TEST_F(DeriveTest, KeptWeightsAreThoseOfTheRow) {
  const Recipe recipe = TinyRecipe();
  const TempDir folder;
  DeriveOptions options = Options(folder);
  options.limit = 5;
  Derive(recipe, options, nullptr);
  const auto shards = ReadShards(folder.Path(""));
  Training training;
  const std::string bytes = ReadBytes(folder.Path("weights/0-96-00000.f32"));
  training.weights.resize(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.end(),
            reinterpret_cast<char*>(training.weights.data()));
  EXPECT_EQ(training.WeightDigest(), shards[0].rows[0].digest);
  // Series 1 keeps none.
  EXPECT_FALSE(std::filesystem::exists(folder.Path("weights/1-96-00000.f32")));
}

TEST_F(DeriveTest, ANetworkThatDivergesIsARow) {
  Recipe recipe = TinyRecipe();
  recipe.peak_rate = 1e38;
  const TempDir folder;
  DeriveOptions options = Options(folder);
  options.limit = 4;
  EXPECT_EQ(Derive(recipe, options, nullptr).done, 4);
  const std::vector<Shard> shards = ReadShards(folder.Path(""));
  for (const ShardRow& row : shards[0].rows) {
    EXPECT_TRUE(row.diverged);
    EXPECT_LT(row.validation.size(), 2u);
  }
  const AuditReport audit = Audit(recipe, shards, data_->Path(""), 2, "x");
  EXPECT_EQ(audit.disagreeing, 0);
}

TEST_F(DeriveTest, AnotherRecipesFolderIsRefusedAndKept) {
  Recipe recipe = TinyRecipe();
  const TempDir folder;
  DeriveOptions options = Options(folder);
  options.limit = 1;
  Derive(recipe, options, nullptr);
  const auto before = ResultsIn(folder.Path(""));
  recipe.momentum = 0.8;
  try {
    Derive(recipe, options, nullptr);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kDisagree);
  }
  EXPECT_EQ(ResultsIn(folder.Path("")), before);
}

TEST_F(DeriveTest, AFullDiskIsOneLineAndLosesNothing) {
  const Recipe recipe = TinyRecipe();
  const TempDir folder;
  DeriveOptions options = Options(folder);
  options.limit = 2;
  Derive(recipe, options, nullptr);
  const auto size =
      std::filesystem::file_size(folder.Path("seed0-images96-00000.part"));
  std::filesystem::remove_all(folder.Path("weights"));
  // The system's limit on a file's size stands for the disk's end: the next
  // row fits half.
  struct rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  Recipe without_weights = recipe;
  without_weights.series[0].keep_weights = false;
  const struct rlimit full = {size + 20, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  std::string message;
  try {
    Derive(without_weights, options, nullptr);
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kIo);
    message = error.what();
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  signal(SIGXFSZ, handler);
  EXPECT_NE(message.find("cannot be written"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_EQ(
      std::filesystem::file_size(folder.Path("seed0-images96-00000.part")),
      size);
  options.limit = 0;
  Derive(recipe, options, nullptr);
  EXPECT_EQ(ResultsIn(folder.Path("")), Whole(recipe));
}

TEST_F(DeriveTest, AuditFindsTheRowThatWasChanged) {
  const Recipe recipe = TinyRecipe();
  const TempDir folder;
  Derive(recipe, Options(folder), nullptr);
  std::vector<Shard> shards = ReadShards(folder.Path(""));
  AuditReport report = Audit(recipe, shards, data_->Path(""), 100, "x");
  EXPECT_EQ(report.rows.size(), 10u);
  EXPECT_EQ(report.exact, 10);
  EXPECT_EQ(report.disagreeing, 0);
  // The network that is changed is the only one with two seeds, so that their
  // deviation is of what was changed and excuses nothing.
  std::erase_if(shards, [](const Shard& s) { return s.header.images != 96; });
  ASSERT_EQ(shards.size(), 2u);
  const ShardRow was = shards[0].rows[1];
  std::erase_if(shards[1].rows, [&](const ShardRow& row) {
    return row.architecture != was.architecture;
  });
  ShardRow& changed = shards[0].rows[1];
  const auto expect_found = [&] {
    report = Audit(recipe, shards, data_->Path(""), 100, "x");
    EXPECT_EQ(report.exact + 1, static_cast<int>(report.rows.size()));
    EXPECT_EQ(report.disagreeing, 1);
    for (const AuditedRow& row : report.rows) {
      EXPECT_EQ(row.agrees, row.exact);
      if (row.exact) continue;
      EXPECT_EQ(row.tolerance, 3);
      EXPECT_EQ(row.stored.position, was.position);
      EXPECT_EQ(row.seed, shards[0].header.seed);
    }
  };
  changed.test += changed.test < 5000 ? 5000 : -5000;
  EXPECT_GT(PooledDeviation(shards, 10000), 3);
  expect_found();
  changed = was;
  int& last = changed.validation.back();
  const int half = recipe.validation_images / 2;
  last += last < half ? half : -half;
  expect_found();
  changed = was;
  // What other processors might give is let pass, and said.
  changed.test += changed.test < 5000 ? 100 : -100;
  report = Audit(recipe, shards, data_->Path(""), 100, "x");
  EXPECT_EQ(report.exact + 1, static_cast<int>(report.rows.size()));
  EXPECT_EQ(report.disagreeing, 0);
  changed.test = 10001;
  EXPECT_THAT(Failure(ErrorCode::kCorrupt,
                      [&] { Audit(recipe, shards, data_->Path(""), 1, "x"); }),
              HasSubstr("position 1 classifies more images than there are"));
  changed = was;
  Recipe other = recipe;
  other.epochs = 3;
  EXPECT_THROW(Audit(other, shards, data_->Path(""), 1, "x"), Error);
}

TEST(PooledDeviation, PoolsVariancesByDegreesOfFreedom) {
  Shard a;
  a.header.images = 10;
  ShardRow row;
  row.architecture = Architecture{1};
  row.test = 50;
  a.rows = {row};
  Shard b = a;
  b.rows[0].test = 54;  // variance of {50, 54}: 8
  EXPECT_DOUBLE_EQ(PooledDeviation({a, b}, 100), std::sqrt(8.0));
  EXPECT_EQ(PooledDeviation({a}, 100), 0);
  EXPECT_EQ(PooledDeviation({a, b}, 100, &row.architecture), 0);
  b.rows[0].diverged = true;
  EXPECT_EQ(PooledDeviation({a, b}, 100), 0);
}

}  // namespace
}  // namespace hwnas::derive
