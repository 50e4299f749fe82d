#include "datasets/derive/compress_pass.h"

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/derive/compression_shard.h"
#include "datasets/derive/hot_start.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

namespace fs = std::filesystem;

class CompressPassTest : public testing::Test {
 protected:
  // Trained and compressed once; tests work on copies.
  struct Made {
    TempDir data, folder;
    Recipe recipe = TinyRecipe();
    ShardHeader header;
    DeriveProgress progress;
  };

  static void SetUpTestSuite() {
    made_ = new Made();
    WriteSyntheticFashionMnist(made_->data.Path(""));
    Recipe& recipe = made_->recipe;
    recipe.series = {{0, recipe.training_images, 2, true},
                     {1, recipe.training_images, 1, false}};
    made_->header = ListShards(recipe, 6985)[0];
    const DeriveOptions options = Options(made_->folder);
    Derive(recipe, options, nullptr);
    made_->progress = CompressTrained(recipe, options, nullptr);
  }
  static void TearDownTestSuite() {
    delete made_;
    made_ = nullptr;
  }

  static DeriveOptions Options(const TempDir& folder) {
    DeriveOptions options;
    options.data_folder = made_->data.Path("");
    options.folder = folder.Path("");
    return options;
  }

  static CompressionShard ReadFrom(const TempDir& folder) {
    const std::string path = CompressionPath(folder.Path(""), made_->header);
    return CompressionShard::Parse(ReadBytes(path), path, false);
  }

  CompressPassTest() : recipe_(made_->recipe), header_(made_->header) {
    fs::copy(made_->folder.Path(""), folder_.Path(""),
             fs::copy_options::recursive);
    options_ = Options(folder_);
    whole_ = ReadFrom(folder_);
  }

  void Forget() { fs::remove_all(folder_.Path("compression")); }

  static Made* made_;
  const Recipe& recipe_;
  const ShardHeader& header_;
  TempDir folder_;
  DeriveOptions options_;
  CompressionShard whole_;
};

CompressPassTest::Made* CompressPassTest::made_ = nullptr;

TEST_F(CompressPassTest, CompressesTheNetworksWhoseWeightsAreKept) {
  EXPECT_EQ(made_->progress.total, 2);
  EXPECT_EQ(made_->progress.trained, 2);
  const Shard trained = Shard::Parse(
      ReadBytes(folder_.Path(ShardFileName(header_))), "trained", false);
  ASSERT_EQ(whole_.rows.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const CompressionRow& row = whole_.rows[i];
    EXPECT_EQ(row.architecture, trained.rows[i].architecture);
    EXPECT_EQ(row.digest, trained.rows[i].digest);
    EXPECT_EQ(row.networks[0].scores[0].validation,
              trained.rows[i].validation.back());
    EXPECT_EQ(row.networks[0].scores[0].test, trained.rows[i].test);
  }
  EXPECT_EQ(CompressTrained(recipe_, options_, nullptr).trained, 0);
}

TEST_F(CompressPassTest, StoppedAndRestartedItEndsInTheSameRows) {
  Forget();
  options_.limit = 1;
  EXPECT_EQ(CompressTrained(recipe_, options_, nullptr).done, 1);
  const std::string part =
      folder_.Path("compression/" + ShardFileName(header_));
  const std::string growing = part.substr(0, part.size() - 4) + ".part";
  WriteBytes(growing, ReadBytes(growing) + "1,0.0");  // as a kill leaves it
  options_.limit = 0;
  EXPECT_EQ(CompressTrained(recipe_, options_, nullptr).trained, 1);
  EXPECT_EQ(ReadFrom(folder_).rows, whole_.rows);
}

TEST_F(CompressPassTest, LostOrDamagedWeightsAreTrainedAgain) {
  Forget();
  options_.threads = 2;
  const auto path = [&](int position) {
    return WeightsPath(folder_.Path(""), 0, recipe_.training_images, position);
  };
  fs::remove(path(0));
  WriteBytes(path(1), "damaged");
  CompressTrained(recipe_, options_, nullptr);
  EXPECT_EQ(ReadFrom(folder_).rows, whole_.rows);
}

TEST_F(CompressPassTest, WeightsThatCannotBeMadeAgainAreRefused) {
  Forget();
  const std::string path = folder_.Path(ShardFileName(header_));
  Shard trained = Shard::Parse(ReadBytes(path), path, false);
  trained.rows[0].digest[0] = trained.rows[0].digest[0] == '0' ? '1' : '0';
  WriteBytes(path, trained.Text());
  const std::string message = Failure(ErrorCode::kDisagree, [&] {
    CompressTrained(recipe_, options_, nullptr);
  });
  EXPECT_NE(message.find("position 0"), std::string::npos) << message;
}

TEST_F(CompressPassTest, ACompressionOfOtherWeightsIsRefused) {
  const std::string path = CompressionPath(folder_.Path(""), header_);
  CompressionShard shard = whole_;
  shard.rows[1].digest = std::string(32, '0');
  WriteBytes(path, shard.Text());
  Failure(ErrorCode::kDisagree,
          [&] { CompressTrained(recipe_, options_, nullptr); });
}

TEST_F(CompressPassTest, WhatDivergedInTrainingIsARowThatSaysSo) {
  const TempDir folder;
  Recipe recipe = recipe_;
  recipe.peak_rate = 1e38;
  DeriveOptions options = Options(folder);
  options.limit = 2;
  Derive(recipe, options, nullptr);
  EXPECT_EQ(CompressTrained(recipe, options, nullptr).done, 2);
  for (const CompressionRow& row : ReadFrom(folder).rows) {
    ASSERT_EQ(row.networks.size(), 3u);
    for (const CompressedNetwork& network : row.networks) {
      EXPECT_TRUE(network.diverged);
    }
  }
}

CompressionShard OneRow() {
  CompressionShard shard;
  shard.header = {"tiny@1", std::string(64, 'a'), "nb201@1", 1, 96, 5, 1, 0};
  CompressionRow row;
  row.position = 5;
  row.architecture = Architecture{3, 0, 1};
  row.digest = std::string(32, '0');
  row.networks = {{false, 70, std::vector<CompressedScore>(6, {11, 12})},
                  {true, 0, {}},
                  {false, 7, std::vector<CompressedScore>(6, {13, 14})}};
  shard.rows.push_back(row);
  return shard;
}

TEST(CompressionShard, ReadsBackWhatItWrote) {
  const CompressionShard shard = OneRow();
  const CompressionShard read =
      CompressionShard::Parse(shard.Text(), "c.csv", false);
  EXPECT_EQ(read.header, shard.header);
  EXPECT_EQ(read.rows, shard.rows);
}

TEST(CompressionShard, DamageIsRefused) {
  const std::string text = OneRow().Text();
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"hwnas-compression", "hwnas-shard"},
        {"nonzero50", "nonzero"},
        {"\n5,", "\n6,"},
        {",70,", ",,"},
        {",14\n", "\n"},
        {",11,", ",-1,"},
        {"00000000000000000000000000000000", "0"}}) {
    std::string damaged = text;
    damaged.replace(damaged.find(from), from.size(), to);
    Failure(ErrorCode::kCorrupt,
            [&] { CompressionShard::Parse(damaged, "c.csv", false); });
  }
}

}  // namespace
}  // namespace hwnas::derive
