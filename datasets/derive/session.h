#ifndef HWNAS_DATASETS_DERIVE_SESSION_H_
#define HWNAS_DATASETS_DERIVE_SESSION_H_

#include <cstdint>
#include <functional>
#include <span>

#include "datasets/derive/images.h"
#include "datasets/derive/kernels.h"
#include "datasets/derive/network.h"
#include "datasets/derive/plan.h"
#include "datasets/derive/recipe.h"
#include "tabular/rng.h"

namespace hwnas::derive {

/// A network and the buffers that feed it images: what training, compression
/// and tests of it share. One thread's.
class Session {
 public:
  Session(const Plan& plan, const Recipe& recipe, const Kernels& kernels,
          Workspace* workspace);

  Network& Net() { return network_; }

  /// Runs a batch for every `recipe.batch` images of `order`; an incomplete
  /// rest is left out. Flips, where the recipe has them, are drawn from `rng`.
  /// `rate` gives the learning rate of the epoch's i-th step, of n; behind each
  /// update `updated`, where given, is called. False if an output was not
  /// finite.
  bool Epoch(const ImageSet& set, std::span<const uint32_t> order, Rng* rng,
             const std::function<double(int i, int n)>& rate,
             const std::function<void()>& updated = nullptr);

  /// Images that PrepareEvaluation()'s network classifies correctly.
  int CountCorrect(const ImageSet& set);

  /// Evaluates the set, group by group of images: `seen(groups)` is called
  /// behind each, when Network::ReadAt() can be asked.
  void Evaluate(const ImageSet& set, size_t images,
                const std::function<void(int groups)>& seen);

 private:
  // Evaluates the images from `first` on, as many as fit, and says how many.
  size_t EvaluateFrom(const ImageSet& set, size_t first, size_t end,
                      int* groups);

  const Recipe& recipe_;
  int pixels_;
  int classes_;
  Network network_;
  Workspace buffers_;
  float* images_ = nullptr;
  float* scores_ = nullptr;
};

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_SESSION_H_
