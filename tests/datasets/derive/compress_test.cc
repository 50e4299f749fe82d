#include "datasets/derive/compress.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "datasets/derive/derive.h"
#include "datasets/derive/images.h"
#include "datasets/derive/plan.h"
#include "datasets/derive/trainer.h"
#include "gtest/gtest.h"
#include "tabular/search_space.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

float Round(float x, const Rounding& r) {
  return r.step *
         std::clamp(std::nearbyint(x / r.step), r.lowest, r.lowest + r.levels);
}

TEST(ChooseRounding, FindsTheGridThatValuesLieOn) {
  // A grid from 0 on, and one on both sides of it. Each value often, so that
  // cutting the largest off costs more than it brings.
  for (const float from : {0.0f, -1.0f}) {
    std::vector<float> values;
    for (int i = 0; i < 400; ++i) {
      values.push_back(0.5f * (from + static_cast<float>(i % 4)));
    }
    const Rounding rounding = ChooseRounding(values, 2);
    EXPECT_EQ(rounding.levels, 3.0f);
    EXPECT_EQ(rounding.lowest, from);
    for (const float value : values) {
      EXPECT_NEAR(Round(value, rounding), value, 0.02f);
    }
  }
}

TEST(ChooseRounding, CutsALoneOutlierOffWhereThatHelpsTheRest) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) {
    values.push_back(static_cast<float>(i % 100) / 100);
  }
  values.push_back(4.0f);
  const Rounding rounding = ChooseRounding(values, 2);
  EXPECT_LT(rounding.step * rounding.levels, 2.0f);
}

TEST(ChooseRounding, LeavesZerosAlone) {
  EXPECT_EQ(ChooseRounding(std::vector<float>(9, 0.0f), 4).step, 0.0f);
}

TEST(ChooseRounding, LeavesValuesAloneThatOnlyDifferBelowAnyScale) {
  EXPECT_EQ(ChooseRounding(std::vector<float>{0, 1e-40f, 3e-40f}, 4).step,
            0.0f);
}

TEST(RoundWeights, GivesOneBitAMagnitudeAndLeavesPrunedOnesOut) {
  std::vector<float> weights = {1, -3, 0, 2};
  RoundWeights(weights, 1);
  EXPECT_EQ(weights, (std::vector<float>{2, -2, 0, 2}));
}

TEST(RoundWeights, UsesLevelsSymmetricAboutZero) {
  std::vector<float> weights = {0.9f, -1.0f, 0.1f, -0.2f, 0, 1.0f};
  RoundWeights(weights, 2);
  const float level = std::abs(weights[0]);
  EXPECT_GT(level, 0.8f);
  for (const float weight : weights) {
    EXPECT_TRUE(weight == 0 || std::abs(weight) == level) << weight;
  }
  std::vector<float> fine;
  for (int i = -50; i <= 50; ++i) fine.push_back(static_cast<float>(i) / 50);
  const std::vector<float> before = fine;
  RoundWeights(fine, 8);
  for (size_t i = 0; i < fine.size(); ++i) {
    EXPECT_NEAR(fine[i], before[i], 0.5f / 127 + 1e-6f);
  }
}

constexpr size_t kTestImages = 500;

class CompressTest : public testing::Test {
 protected:
  CompressTest() : recipe_(TinyRecipe()) {
    WriteSyntheticFashionMnist(folder_.Path(""));
    data_ = LoadFashionMnist(recipe_, folder_.Path(""));
    // Fewer, for speed.
    data_.test.labels.resize(kTestImages);
    data_.test.pixels.resize(kTestImages * data_.test.pixels.size() / 10000);
    const auto space = MakeSpace(recipe_.space);
    const NetworkInput input = {{1, recipe_.image_size, recipe_.image_size},
                                recipe_.classes};
    plan_ = MakePlan(*space, ListNetworks(recipe_, *space)[0], input);
    training_ = Train(plan_, recipe_, data_, 0, recipe_.training_images,
                      BestKernels(), &workspace_);
  }

  std::vector<CompressedNetwork> Run() {
    return Compress(plan_, recipe_, data_, 0, recipe_.training_images,
                    training_.weights, BestKernels(), &workspace_);
  }

  TempDir folder_;
  Recipe recipe_;
  ImageSets data_;
  Plan plan_;
  Workspace workspace_;
  Training training_;
};

TEST_F(CompressTest, UnchangedNetworksScoreAsTheirTrainingDid) {
  const auto networks = Run();
  ASSERT_EQ(networks.size(), 3u);
  ASSERT_FALSE(training_.diverged);
  ASSERT_EQ(networks[0].scores.size(), 6u);
  EXPECT_EQ(networks[0].scores[0].validation, training_.validation.back());
  EXPECT_EQ(networks[0].scores[0].test, training_.test);
}

TEST_F(CompressTest, PrunesTheShareThatWasAskedFor) {
  const auto networks = Run();
  Network network(plan_, 1, BestKernels(), &workspace_);
  int all = 0, half = 0, tenth = 0;
  for (const Network::FoldedLayer& layer : network.FoldedLayers()) {
    const int count = layer.outputs * layer.each;
    all += count;
    half += count - count * 50 / 100;
    tenth += count - count * 90 / 100;
  }
  EXPECT_EQ(networks[0].nonzero, all);
  EXPECT_EQ(networks[1].nonzero, half);
  EXPECT_EQ(networks[2].nonzero, tenth);
}

TEST_F(CompressTest, EightBitsScoreNearlyAsThirtyTwoAndOneBitDoesNot) {
  const CompressedNetwork dense = Run()[0];
  const int count = static_cast<int>(data_.test.Count());
  EXPECT_LE(std::abs(dense.scores[1].test - dense.scores[0].test), count / 20);
  EXPECT_LT(dense.scores[5].test, dense.scores[0].test);
}

TEST_F(CompressTest, ANetworkWhoseActivationsOverflowIsDiverged) {
  for (float& weight : training_.weights) weight *= 1e20f;
  const auto networks = Run();
  ASSERT_EQ(networks.size(), 3u);
  EXPECT_TRUE(networks[0].diverged);
  EXPECT_TRUE(networks[0].scores.empty());
}

TEST_F(CompressTest, IsAPureFunctionOfItsArguments) {
  const auto first = Run();
  Train(plan_, recipe_, data_, 1, recipe_.training_images, BestKernels(),
        &workspace_);
  EXPECT_EQ(Run(), first);
}

}  // namespace
}  // namespace hwnas::derive
