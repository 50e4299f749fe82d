#ifndef HWNAS_DATASETS_DERIVE_IMAGES_H_
#define HWNAS_DATASETS_DERIVE_IMAGES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/derive/recipe.h"

namespace hwnas::derive {

/// Test images of each of Fashion-MNIST's classes.
inline constexpr int kTestImagesOfAClass = 1000;

/// An IDX file of unsigned bytes: its dimensions, first outermost.
struct IdxFile {
  std::vector<uint32_t> dimensions;
  std::string values;
};

/// Reads an IDX file (gzip or plain), at most 64 MiB unpacked. Errors:
/// kNotFound, kIo; kCorrupt for another type, more than 3 dimensions, or a
/// size that does not match.
IdxFile ReadIdx(const std::string& path);

/// Grey images as the network sees them, row by row.
struct ImageSet {
  int size = 0;  // height = width
  std::vector<float> pixels;
  std::vector<uint8_t> labels;

  size_t Count() const { return labels.size(); }
  std::span<const float> Image(size_t i) const {
    const auto n = static_cast<size_t>(size) * static_cast<size_t>(size);
    return std::span<const float>(pixels).subspan(i * n, n);
  }
};

struct ImageSets {
  ImageSet training;
  ImageSet validation;
  ImageSet test;
};

/// Fashion-MNIST as a recipe uses it. The 60,000 training images are shuffled
/// once by the stream `fashion-mnist/split` of seed 0: the first are trained
/// on (so that a smaller number is a prefix of a larger), the last validate.
/// Test is the official test set. With fewer classes, only their images
/// count, and labels are positions among the answers. Pixels are means of
/// squares, less 0.286, over 0.33: the published constants of the data set,
/// rounded. Errors: those of ReadIdx, with the Debian package in the message
/// where a file is missing; kUsage where the classes leave too few images.
ImageSets LoadFashionMnist(const Recipe& recipe, const std::string& folder);

/// Where Debian's `dataset-fashion-mnist` puts them.
inline constexpr char kFashionMnistFolder[] =
    "/usr/share/datasets/fashion-mnist";

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_IMAGES_H_
