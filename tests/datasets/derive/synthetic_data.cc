#include "tests/datasets/derive/synthetic_data.h"

#include <cstdint>
#include <string>

#include "tabular/rng.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

std::string BigEndian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(value >> shift & 255);
  }
  return bytes;
}

void WriteSet(const std::string& prefix, uint32_t count, uint64_t seed) {
  Rng rng(seed);
  std::string labels;
  std::string images;
  images.reserve(count * size_t{784});
  for (uint32_t i = 0; i < count; ++i) {
    const auto label = static_cast<int>(rng.Below(10));
    labels += static_cast<char>(label);
    uint64_t noise = rng.Next();
    for (int p = 0; p < 784; ++p) {
      noise = noise * 6364136223846793005ull + 1442695040888963407ull;
      const int bright = p / 28 / 3 == label ? 128 : 0;
      images += static_cast<char>(bright + static_cast<int>(noise >> 58));
    }
  }
  WriteBytes(prefix + "-labels-idx1-ubyte.gz",
             std::string("\0\0\x08\x01", 4) + BigEndian(count) + labels);
  WriteBytes(prefix + "-images-idx3-ubyte.gz",
             std::string("\0\0\x08\x03", 4) + BigEndian(count) + BigEndian(28) +
                 BigEndian(28) + images);
}

}  // namespace

void WriteSyntheticFashionMnist(const std::string& folder) {
  WriteSet(folder + "/train", 60000, 1);
  WriteSet(folder + "/t10k", 10000, 2);
}

Recipe TinyRecipe() {
  Recipe recipe;
  recipe.name = "tiny@1";
  recipe.space = "nb201@1{cells=1,channels=8,stages=2,stem_stride=2}";
  recipe.training_images = 96;
  recipe.validation_images = 50;  // the last group is not full
  recipe.epochs = 2;
  recipe.batch = 32;
  recipe.series = {{0, 96, 4, true}, {1, 96, 4, false}, {0, 64, 2, false}};
  return recipe;
}

}  // namespace hwnas::derive
