#include "datasets/derive/recipe.h"

#include <gtest/gtest.h>

#include <string>

#include "tabular/error.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

constexpr char kEmbedded[] =
    HWNAS_SOURCE_DIR "/datasets/derive/recipes/fashion-mnist-nb201.toml";

// A changed digest means that every stored row has to be trained again.
TEST(Recipe, TheEmbeddedTablesRecipeNeverChanges) {
  const Recipe recipe = ReadRecipe(kEmbedded);
  EXPECT_EQ(recipe.Digest(),
            "dbc850fb9763b64c9d97167207999693d443ee35978d0c4b11be36058b2b35fe");
  ASSERT_EQ(recipe.series.size(), 10u);
  EXPECT_TRUE(recipe.series[0].keep_weights);
  EXPECT_EQ(recipe.series[5].first, 512);
  EXPECT_EQ(recipe.series[7].images, 2500);
  EXPECT_EQ(recipe.series[7].networks, 1500);
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
  EXPECT_TRUE(differs([](Recipe* r) { r->flip = true; }));
  EXPECT_FALSE(differs([](Recipe* r) { r->series.clear(); }));
}

TEST(Recipe, TwoSeriesOfTheSameNetworksAreRefused) {
  const std::string text =
      "name='x'\nspace='nb201'\n[data]\ndataset='fashion-mnist'\n"
      "image_size=14\nclasses=10\ntraining_images=100\nvalidation_images=10\n"
      "[training]\nepochs=1\nbatch=16\npeak_rate=1\nwarm_up=0\nmomentum=0\n"
      "weight_decay=0\n[[series]]\nseed=1\nnetworks=512\n";
  const auto with = [&](const std::string& more) {
    return ParseRecipe(text + "[[series]]\n" + more, "x");
  };
  EXPECT_EQ(with("seed=1\nfirst=512\n").series.size(), 2u);
  EXPECT_EQ(with("seed=2\n").series.size(), 2u);
  EXPECT_EQ(with("seed=1\nimages=50\n").series.size(), 2u);
  EXPECT_THROW(with("seed=1\nfirst=511\n"), Error);
  EXPECT_THROW(with("seed=1\n"), Error);
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

std::string WithClasses(const std::string& classes) {
  return "name='x@1'\nspace='nb201'\n[data]\ndataset='fashion-mnist'\n"
         "image_size=14\nclasses=" +
         classes +
         "\ntraining_images=100\nvalidation_images=10\n[training]\nepochs=1\n"
         "batch=16\npeak_rate=1\nwarm_up=0\nmomentum=0\nweight_decay=0\n";
}

TEST(Recipe, ClassesAreANumberOrAList) {
  const Recipe first = ParseRecipe(WithClasses("3"), "x");
  EXPECT_EQ(first.classes, 3);
  EXPECT_EQ(first.AnswerOf(2), 2);
  EXPECT_EQ(first.AnswerOf(3), -1);
  const Recipe some = ParseRecipe(WithClasses("[9, 0, 4]"), "x");
  EXPECT_EQ(some.classes, 3);
  EXPECT_EQ(some.AnswerOf(9), 0);
  EXPECT_EQ(some.AnswerOf(0), 1);
  EXPECT_EQ(some.AnswerOf(1), -1);
  EXPECT_NE(some.Digest(), first.Digest());
  EXPECT_NE(ParseRecipe(WithClasses("[0, 9, 4]"), "x").Digest(), some.Digest());
  EXPECT_THROW(ParseRecipe(WithClasses("[1, 1]"), "x"), Error);
  EXPECT_THROW(ParseRecipe(WithClasses("[1, 10]"), "x"), Error);
  EXPECT_THROW(ParseRecipe(WithClasses("11"), "x"), Error);
}

TEST(Recipe, MayTrainMoreCellsThanItsSpaceHas) {
  const Recipe own = ParseRecipe(WithClasses("10"), "x");
  const Recipe deeper = ParseRecipe("cells=7\n" + WithClasses("10"), "x");
  EXPECT_EQ(own.TrainedSpace()->Spec(), "nb201@1");
  EXPECT_EQ(deeper.TrainedSpace()->Spec(), "nb201@1{cells=7}");
  EXPECT_EQ(deeper.space, own.space);
  EXPECT_NE(deeper.Digest(), own.Digest());
  EXPECT_THROW(ParseRecipe("cells=0\n" + WithClasses("10"), "x"), Error);
}

TEST(Recipe, MayTakeTheOrderOfAnother) {
  const Recipe own = ParseRecipe(WithClasses("10"), "x");
  const Recipe other = ParseRecipe("order='y@1'\n" + WithClasses("10"), "x");
  EXPECT_EQ(own.OrderLabel(), "x@1");
  EXPECT_EQ(other.OrderLabel(), "y@1");
  EXPECT_NE(other.Digest(), own.Digest());
}

TEST(Recipe, TransferRecipesTrainTheMainRecipesFirstNetworks) {
  const std::string folder = HWNAS_SOURCE_DIR "/datasets/derive/recipes/";
  for (const char* name : {"a", "b", "ab", "cells", "size"}) {
    const Recipe recipe = ReadRecipe(folder + "transfer-" + name + ".toml");
    EXPECT_EQ(recipe.OrderLabel(), "fashion-mnist-nb201@1") << name;
    for (const Series& series : recipe.series) {
      EXPECT_EQ(series.first, 0) << name;
      EXPECT_EQ(series.networks, 160) << name;
    }
  }
  EXPECT_FALSE(ReadRecipe(folder + "transfer-ab.toml").start->keep_head);
}

TEST(Recipe, AHotStartNamesAnotherRecipeOfTheSameSpace) {
  const TempDir folder;
  WriteBytes(folder.Path("other.toml"), WithClasses("5"));
  const std::string start = "[start]\nrecipe='other.toml'\nseed=2\n";
  const Recipe other = ReadRecipe(folder.Path("other.toml"));
  const Recipe same =
      ParseRecipe(WithClasses("5") + start, "x", folder.Path(""));
  ASSERT_TRUE(same.start.has_value());
  EXPECT_EQ(same.start->digest, other.Digest());
  EXPECT_EQ(same.start->seed, 2u);
  EXPECT_EQ(same.start->images, 100);
  EXPECT_TRUE(same.start->keep_head);
  EXPECT_EQ(same.OrderLabel(), "x@1");
  EXPECT_NE(same.Digest(), other.Digest());
  EXPECT_FALSE(ParseRecipe(WithClasses("4") + start, "x", folder.Path(""))
                   .start->keep_head);
  EXPECT_FALSE(
      ParseRecipe(WithClasses("[4,3,2,1,0]") + start, "x", folder.Path(""))
          .start->keep_head);
  std::string elsewhere = WithClasses("5") + start;
  elsewhere.replace(elsewhere.find("nb201"), 5, "nb201@1{channels=4}");
  EXPECT_THROW(ParseRecipe(elsewhere, "x", folder.Path("")), Error);
  // A recipe that starts from itself.
  WriteBytes(folder.Path("other.toml"), WithClasses("5") + start);
  EXPECT_THROW(ReadRecipe(folder.Path("other.toml")), Error);
}

}  // namespace
}  // namespace hwnas::derive
