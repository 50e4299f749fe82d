#ifndef HWNAS_DATASETS_DERIVE_RECIPE_H_
#define HWNAS_DATASETS_DERIVE_RECIPE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas::derive {

/// A round of trainings: `networks` of the fixed order, from position `first`
/// on, with one seed, on the first `images` training images. No two rounds
/// train the same.
struct Series {
  uint64_t seed = 0;
  int images = 0;
  int networks = 0;  // 0: all that follow
  bool keep_weights = false;
  int first = 0;

  /// The position behind the last.
  int64_t End() const;
};

/// Where a hot start's weights come from: the trainings of another recipe
/// with one seed on so many images.
struct HotStart {
  std::string name;    // of that recipe
  std::string digest;  // of that recipe
  std::string order;   // its OrderLabel()
  uint64_t seed = 0;
  int images = 0;
  /// Its classes are this recipe's, in the same order: its head is kept.
  bool keep_head = false;
};

/// How a table is made, from a TOML file. Everything here moves numbers, and
/// all of it is in the digest, but for the series: they are rows.
struct Recipe {
  std::string name;   // label of every random stream
  std::string space;  // spec, as in MakeSpace()
  /// Of a stage of the networks that are trained, in place of the space's; 0:
  /// as many as it has. Rows and columns are still of the space.
  int cells = 0;
  /// Label of another recipe's order of networks, taken for this one; empty:
  /// its own.
  std::string order;
  int image_size = 14;
  int classes = 10;  // number of them
  /// Which of Fashion-MNIST's ten, in the order of the network's answers;
  /// empty: the first `classes`.
  std::vector<int> class_ids;
  int training_images = 10000;
  int validation_images = 5000;
  int epochs = 6;
  int batch = 128;  // a multiple of 16; an epoch's incomplete rest is left out
  double peak_rate = 0.3;
  double warm_up = 0.3;  // share of the steps in which the rate rises
  double momentum = 0.9;
  double weight_decay = 5e-4;
  bool flip = true;  // left and right, of half of the training images
  std::optional<HotStart> start;
  std::vector<Series> series;

  /// Position of a label of Fashion-MNIST among the answers, -1 if it is not
  /// among them.
  int AnswerOf(int label) const;
  /// Label of the order of networks: `order`, or its name, or that of the
  /// recipe it starts from, so that the first networks of both are the same.
  std::string OrderLabel() const;
  /// The space with `cells` a stage: what layers are taken from.
  std::shared_ptr<const SearchSpace> TrainedSpace() const;
  /// SHA-256 over everything that moves a number, 64 hex digits.
  std::string Digest() const;
  /// One-cycle: a linear rise to peak_rate, then half a cosine to 0.
  double Rate(int step, int steps) const;
};

/// Errors: those of TomlTable; Error(kUsage) for a value out of bounds. The
/// recipe of a hot start is read too, its path being relative to `path`'s
/// folder, or to `folder`.
Recipe ReadRecipe(const std::string& path);
Recipe ParseRecipe(std::string_view text, const std::string& name,
                   const std::string& folder = ".");

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_RECIPE_H_
