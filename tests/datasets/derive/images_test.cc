#include "datasets/derive/images.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tabular/error.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

template <typename Function>
std::string MessageOf(ErrorCode code, Function function) {
  try {
    function();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return "";
}

TEST(Idx, DamageIsRefused) {
  const TempDir folder;
  const std::string path = folder.Path("x.gz");
  const std::string good(
      "\0\0\x08\x01\0\0\0\x03"
      "abc",
      11);
  WriteBytes(path, good);
  EXPECT_EQ(ReadIdx(path).values, "abc");
  for (const std::string& bad :
       {std::string(), good.substr(0, 3), good.substr(0, 6), good.substr(0, 10),
        good + "d", std::string("\0\0\x0d\x01\0\0\0\x00", 8),
        std::string("\0\0\x08\x04\0\0\0\x00", 8),
        std::string(
            "\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16),
        std::string("\x1f\x8b\x08\0\0\0\0\0\0\0nonsense", 18)}) {
    WriteBytes(path, bad);
    MessageOf(ErrorCode::kCorrupt, [&] { ReadIdx(path); });
  }
}

TEST(FashionMnist, AMissingPackageIsNamed) {
  const TempDir folder;
  const std::string message = MessageOf(ErrorCode::kNotFound, [&] {
    LoadFashionMnist(TinyRecipe(), folder.Path(""));
  });
  EXPECT_NE(message.find("dataset-fashion-mnist"), std::string::npos);
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(FashionMnist, FewerImagesAreAPrefixAndTheSplitsAreDisjoint) {
  const TempDir folder;
  WriteSyntheticFashionMnist(folder.Path(""));
  Recipe recipe = TinyRecipe();
  const ImageSets small = LoadFashionMnist(recipe, folder.Path(""));
  recipe.training_images = 200;
  const ImageSets large = LoadFashionMnist(recipe, folder.Path(""));
  EXPECT_TRUE(std::equal(small.training.pixels.begin(),
                         small.training.pixels.end(),
                         large.training.pixels.begin()));
  EXPECT_EQ(small.validation.pixels, large.validation.pixels);
  EXPECT_EQ(small.test.Count(), 10000u);
  // All of it: every image is in exactly one of the two.
  recipe.training_images = 59950;
  const ImageSets all = LoadFashionMnist(recipe, folder.Path(""));
  double sum = 0;
  for (const float pixel : all.training.pixels) sum += pixel;
  for (const float pixel : all.validation.pixels) sum += pixel;
  recipe.training_images = 30000;
  recipe.validation_images = 30000;
  const ImageSets halves = LoadFashionMnist(recipe, folder.Path(""));
  double other = 0;
  for (const float pixel : halves.training.pixels) other += pixel;
  for (const float pixel : halves.validation.pixels) other += pixel;
  EXPECT_NEAR(sum, other, 1e-4);
}

TEST(FashionMnist, FewerClassesLeaveOnlyTheirImages) {
  const TempDir folder;
  WriteSyntheticFashionMnist(folder.Path(""));
  Recipe recipe = TinyRecipe();
  recipe.classes = 3;
  const ImageSets sets = LoadFashionMnist(recipe, folder.Path(""));
  EXPECT_EQ(sets.training.Count(), 96u);
  EXPECT_LT(sets.test.Count(), 4000u);
  EXPECT_LT(*std::max_element(sets.test.labels.begin(), sets.test.labels.end()),
            3);
  recipe.training_images = 50000;
  MessageOf(ErrorCode::kUsage,
            [&] { LoadFashionMnist(recipe, folder.Path("")); });
}

TEST(FashionMnist, ASubsetOfTheClassesIsNumberedInItsOrder) {
  const TempDir folder;
  WriteSyntheticFashionMnist(folder.Path(""));
  Recipe recipe = TinyRecipe();
  const ImageSets all = LoadFashionMnist(recipe, folder.Path(""));
  recipe.classes = 2;
  recipe.class_ids = {7, 2};
  const ImageSets two = LoadFashionMnist(recipe, folder.Path(""));
  size_t next = 0;
  for (size_t i = 0; i < all.test.Count(); ++i) {
    const uint8_t label = all.test.labels[i];
    if (label != 7 && label != 2) continue;
    ASSERT_LT(next, two.test.Count());
    ASSERT_EQ(two.test.labels[next], label == 7 ? 0 : 1);
    ASSERT_TRUE(std::ranges::equal(two.test.Image(next), all.test.Image(i)));
    ++next;
  }
  EXPECT_EQ(next, two.test.Count());
}

TEST(FashionMnist, AFileOfAnotherShapeIsRefused) {
  const TempDir folder;
  WriteSyntheticFashionMnist(folder.Path(""));
  const std::string labels = folder.Path("t10k-labels-idx1-ubyte.gz");
  std::string bytes = ReadBytes(labels);
  bytes[20] = 10;
  WriteBytes(labels, bytes);
  MessageOf(ErrorCode::kCorrupt,
            [&] { LoadFashionMnist(TinyRecipe(), folder.Path("")); });
  std::filesystem::copy_file(folder.Path("train-labels-idx1-ubyte.gz"), labels,
                             std::filesystem::copy_options::overwrite_existing);
  MessageOf(ErrorCode::kCorrupt,
            [&] { LoadFashionMnist(TinyRecipe(), folder.Path("")); });
}

}  // namespace
}  // namespace hwnas::derive
