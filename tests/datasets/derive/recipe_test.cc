#include "datasets/derive/recipe.h"

#include <gtest/gtest.h>

#include <string>

#include "tabular/error.h"

namespace hwnas::derive {
namespace {

constexpr char kEmbedded[] =
    HWNAS_SOURCE_DIR "/datasets/derive/recipes/fashion-mnist-nb201.toml";

// A changed digest means that every stored row has to be trained again.
TEST(Recipe, TheEmbeddedTablesRecipeNeverChanges) {
  const Recipe recipe = ReadRecipe(kEmbedded);
  EXPECT_EQ(recipe.Digest(),
            "7ada53c8e0f9ab789f68cdc29d3a0b42c6dd333d8db5907691e3701807c0fe1d");
  ASSERT_EQ(recipe.series.size(), 5u);
  EXPECT_TRUE(recipe.series[0].keep_weights);
  EXPECT_EQ(recipe.series[4].images, 2500);
  EXPECT_EQ(recipe.series[4].networks, 1500);
}

TEST(Recipe, TheDigestKnowsEveryValueThatMovesANumber) {
  const Recipe recipe = ReadRecipe(kEmbedded);
  const auto differs = [&](auto change) {
    Recipe other = recipe;
    change(&other);
    return other.Digest() != recipe.Digest();
  };
  EXPECT_TRUE(differs([](Recipe* r) { r->name = "x"; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->space = "x"; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->image_size = 28; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->classes = 5; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->training_images = 9999; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->validation_images = 4999; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->epochs = 7; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->batch = 64; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->peak_rate = 0.31; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->warm_up = 0.31; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->momentum = 0.8; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->weight_decay = 0; }));
  EXPECT_TRUE(differs([](Recipe* r) { r->flip = false; }));
  EXPECT_FALSE(differs([](Recipe* r) { r->series.clear(); }));
}

TEST(Recipe, TheRateRisesToItsPeakAndFallsToNothing) {
  Recipe recipe;
  EXPECT_NEAR(recipe.Rate(0, 1000), 0.0005, 1e-9);
  EXPECT_NEAR(recipe.Rate(300, 1000), recipe.peak_rate, 1e-5);
  EXPECT_NEAR(recipe.Rate(999, 1000), 0, 1e-5);
}

TEST(Recipe, ABatchThatIsNoMultipleOfTheLanesIsRefused) {
  const std::string text =
      "name='x'\nspace='nb201'\n[data]\ndataset='fashion-mnist'\n"
      "image_size=14\nclasses=10\ntraining_images=100\nvalidation_images=10\n"
      "[training]\nepochs=1\nbatch=20\npeak_rate=1\nwarm_up=0\nmomentum=0\n"
      "weight_decay=0\n";
  try {
    ParseRecipe(text, "r.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("multiple of 16"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace hwnas::derive
