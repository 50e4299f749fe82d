#include "datasets/derive/hot_start.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/derive/audit.h"
#include "datasets/derive/derive.h"
#include "datasets/derive/plan.h"
#include "tabular/error.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

Recipe StartingFrom(const Recipe& other) {
  Recipe recipe = other;
  recipe.name = "warm@1";
  recipe.series = {{3, 96, 3, false}};
  recipe.start =
      HotStart{other.name, other.Digest(), other.OrderLabel(), 0, 96, true};
  return recipe;
}

class HotStartTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = new TempDir();
    WriteSyntheticFashionMnist(data_->Path(""));
    cold_ = new TempDir();
    Recipe recipe = TinyRecipe();
    DeriveOptions options;
    options.data_folder = data_->Path("");
    options.folder = cold_->Path("");
    Derive(recipe, options, nullptr);
  }
  static void TearDownTestSuite() {
    delete data_;
    delete cold_;
    data_ = cold_ = nullptr;
  }

  static TempDir* data_;
  static TempDir* cold_;  // shards and weights of TinyRecipe
};

TempDir* HotStartTest::data_ = nullptr;
TempDir* HotStartTest::cold_ = nullptr;

// With a rate of 0 nothing moves but running statistics, so that the first
// epoch shows where a training began.
Training TrainAtRest(const Recipe& recipe, const std::string& data,
                     const Architecture& architecture,
                     const StartWeights* start) {
  const auto space = MakeSpace(recipe.space);
  Workspace workspace;
  Recipe resting = recipe;
  resting.peak_rate = 0;
  return Train(
      MakePlan(*space, architecture,
               {{1, recipe.image_size, recipe.image_size}, recipe.classes}),
      resting, LoadFashionMnist(recipe, data), 3, 96, BestKernels(), &workspace,
      start);
}

TEST_F(HotStartTest, BeginsWithTheTrainedWeights) {
  const Recipe cold = TinyRecipe();
  const Recipe warm = StartingFrom(cold);
  const HotStarts starts(*warm.start, cold_->Path(""));
  const Architecture network = ListNetworks(cold, *MakeSpace(cold.space))[0];
  const StartWeights start = starts.Load(network);
  EXPECT_TRUE(start.keep_head);
  const Training at_rest = TrainAtRest(warm, data_->Path(""), network, &start);
  ASSERT_EQ(at_rest.weights.size(), start.weights.size());
  const auto differ = std::mismatch(
      at_rest.weights.begin(), at_rest.weights.end(), start.weights.begin());
  // The running statistics at the end: two for each channel of a batch norm.
  const auto same = static_cast<size_t>(differ.first - at_rest.weights.begin());
  EXPECT_LT(same, start.weights.size());
  EXPECT_GT(same, start.weights.size() * 9 / 10);
}

TEST_F(HotStartTest, DrawsTheHeadAnewWhereClassesDiffer) {
  Recipe cold = TinyRecipe();
  Recipe warm = StartingFrom(cold);
  warm.classes = 4;
  warm.class_ids = {9, 8, 7, 6};
  warm.start->keep_head = false;
  const HotStarts starts(*warm.start, cold_->Path(""));
  const Architecture network = ListNetworks(cold, *MakeSpace(cold.space))[1];
  const StartWeights start = starts.Load(network);
  const Training hot = TrainAtRest(warm, data_->Path(""), network, &start);
  const Training fresh = TrainAtRest(warm, data_->Path(""), network, nullptr);
  ASSERT_EQ(hot.weights.size(), fresh.weights.size());
  // 16 features and a bias for each class are fewer.
  EXPECT_EQ(start.weights.size() - hot.weights.size(), 6u * 17);
  const auto differ = std::mismatch(hot.weights.begin(), hot.weights.end(),
                                    start.weights.begin());
  const auto body = static_cast<size_t>(differ.first - hot.weights.begin());
  // From there to the last bias it is as drawn for this recipe.
  for (size_t i = body; i < body + 4 * 17; ++i) {
    EXPECT_EQ(hot.weights[i], fresh.weights[i]) << i;
  }
}

TEST_F(HotStartTest, DerivesAndAuditsFromAFolder) {
  const Recipe warm = StartingFrom(TinyRecipe());
  const TempDir folder;
  DeriveOptions options;
  options.data_folder = data_->Path("");
  options.folder = folder.Path("");
  options.init_from = cold_->Path("");
  EXPECT_EQ(Derive(warm, options, nullptr).trained, 3);
  const std::vector<Shard> shards = ReadShards(folder.Path(""));
  const AuditReport report =
      Audit(warm, shards, data_->Path(""), 3, "x", cold_->Path(""));
  EXPECT_EQ(report.exact, 3);
  // The start moves the result.
  Recipe cold = warm;
  cold.start.reset();
  const TempDir other;
  options.folder = other.Path("");
  Derive(cold, options, nullptr);
  EXPECT_NE(ReadShards(other.Path(""))[0].rows[0].digest,
            shards[0].rows[0].digest);
}

TEST_F(HotStartTest, WhatCannotBeStartedFromIsSaid) {
  const auto code_of = [](auto run) {
    try {
      run();
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return error.Code();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorCode::kInternal;
  };
  const Recipe cold = TinyRecipe();
  const Recipe warm = StartingFrom(cold);
  const auto networks = ListNetworks(cold, *MakeSpace(cold.space));
  HotStart missing = *warm.start;
  missing.seed = 7;
  EXPECT_EQ(code_of([&] { HotStarts(missing, cold_->Path("")); }),
            ErrorCode::kUsage);
  const HotStarts starts(*warm.start, cold_->Path(""));
  EXPECT_EQ(code_of([&] { starts.Load(networks[100]); }), ErrorCode::kNotFound);
  const TempDir copy;
  std::filesystem::copy(cold_->Path(""), copy.Path(""),
                        std::filesystem::copy_options::recursive);
  const HotStarts copied(*warm.start, copy.Path(""));
  const std::string path = WeightsPath(copy.Path(""), 0, 96, 0);
  std::string bytes = ReadBytes(path);
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  WriteBytes(path, bytes);
  EXPECT_EQ(code_of([&] { copied.Load(networks[0]); }), ErrorCode::kCorrupt);
  std::filesystem::remove(path);
  EXPECT_EQ(code_of([&] { copied.Load(networks[0]); }), ErrorCode::kNotFound);
  // Another network's weights do not fit.
  StartWeights start = starts.Load(networks[1]);
  start.weights.resize(100);
  EXPECT_EQ(
      code_of([&] { TrainAtRest(warm, data_->Path(""), networks[0], &start); }),
      ErrorCode::kUsage);
}

}  // namespace
}  // namespace hwnas::derive
