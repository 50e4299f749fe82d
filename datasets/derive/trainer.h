#ifndef HWNAS_DATASETS_DERIVE_TRAINER_H_
#define HWNAS_DATASETS_DERIVE_TRAINER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/derive/images.h"
#include "datasets/derive/kernels.h"
#include "datasets/derive/network.h"
#include "datasets/derive/plan.h"
#include "datasets/derive/recipe.h"

namespace hwnas::derive {

/// What a training leaves.
struct Training {
  bool diverged = false;  // a score was no finite number; stopped there
  /// Images classified correctly, after every finished epoch.
  std::vector<int> validation;
  int test = 0;        // after the last
  double seconds = 0;  // of this thread's processor
  /// Parameters, then running means and variances.
  std::vector<float> weights;

  /// First 32 hex digits of the SHA-256 of the weights' bytes.
  std::string WeightDigest() const;
};

/// Weights to start from instead of random ones.
struct StartWeights {
  std::vector<float> weights;  // as in Training
  bool keep_head = false;      // else the linear layer is drawn anew
};

/// The kernels of this processor: the widest it has.
const Kernels& BestKernels();

/// Trains a network by the recipe with one seed, on the first `images`
/// training images. A pure function of its arguments but for `seconds`; the
/// workspace is scratch. The order of images and their flips are the stream
/// NAME/order of the seed, the same for every network. With `start`, weights
/// and running statistics begin there; Error(kUsage) when they are those of
/// another network.
Training Train(const Plan& plan, const Recipe& recipe, const ImageSets& data,
               uint64_t seed, int images, const Kernels& kernels,
               Workspace* workspace, const StartWeights* start = nullptr);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_TRAINER_H_
