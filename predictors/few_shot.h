#ifndef HWNAS_PREDICTORS_FEW_SHOT_H_
#define HWNAS_PREDICTORS_FEW_SHOT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "predictors/features.h"
#include "predictors/predictor.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas {

/// How the architectures to measure on a new platform are chosen.
enum class Sampler : uint8_t {
  kRandom,
  kDiverse,   // farthest first (Gonzalez 1985) in the kernel's distance
  kDOptimal,  // the largest posterior variance, one after the other
  kFixed,     // the candidates as they come: a reference set
};
/// `random`, `diverse`, `d-optimal`, `fixed`; Error(kUsage) naming the nearest.
Sampler ParseSampler(std::string_view name);
const char* SamplerName(Sampler sampler);

/// Predicts a metric on a new platform from few measurements there and from
/// source platforms on which more architectures were measured.
///
/// 1. For each source platform, a ridge regression from the features (penalty
///    by leave-one-out) gives its values for all architectures, standardised.
/// 2. The target's function is a Gaussian process over architectures. Its
///    kernel is Σ_i w_i φ_i·φ_i' over blocks φ: the mean of the sources, each
///    source's deviation from it (divided by the square root of their number),
///    and the features' blocks, each centred and scaled to mean square 1 (of
///    costs each column first). That is: a target is a source-like mixture plus
///    what features explain; costs (macs, ...) are what is left of a network on
///    a platform that is like no source.
/// 3. Weights and noise are not chosen but averaged over: 256 combinations (768
///    with costs) weighted by the marginal likelihood of the target's few
///    measurements (Rasmussen and Williams 2006, section 5.2; intercept and
///    amplitude integrated out, the latter under an inverse gamma prior of
///    shape and scale 1).
///
/// The combinations and the weights by which D-optimal samples are chosen are
/// constants, the same for every space and platform; they were chosen on
/// source platforms by leaving one out in turn, never on targets. See
/// predictors/README.md. Not a published method.
class FewShot {
 public:
  /// `blocks`: features of all architectures, as many rows each, one-hot like,
  /// structure and operation counts in this order, and costs or not (three or
  /// four blocks).
  /// `rows`: the source architectures; `values[d]`: their values on source
  /// platform d, of which there is at least one. Error(kUsage): fewer than 10
  /// rows; values that are not finite or all equal.
  FewShot(std::span<const Features> blocks, std::span<const uint32_t> rows,
          std::span<const std::vector<double>> values);

  size_t Rows() const { return rows_; }

  /// Architectures to measure, `count` of the candidates, in the order drawn.
  /// D-optimal choices depend on the candidates alone; `diverse` starts from a
  /// random one. Error(kUsage) when there are fewer candidates.
  std::vector<uint32_t> Choose(Sampler sampler, size_t count,
                               std::span<const uint32_t> candidates,
                               Rng& rng) const;

  /// Predictions for all architectures from measurements of `rows`: at least
  /// 3, finite and not all equal, else Error(kUsage). Standard deviations are
  /// the most likely combination's.
  Predictions Adapt(std::span<const uint32_t> rows,
                    std::span<const double> values) const;

 private:
  size_t rows_ = 0;
  std::vector<Matrix> blocks_;  // φ of all architectures
};

/// The encodings of FewShot's blocks on a space: one-hot with its effective
/// form; pairs with their effective form where there are at most 1,000 (nb201),
/// else counts by stage; operation counts; costs, where there are no pairs.
/// Stages and costs need layers, and images of a known size.
std::vector<std::string> FewShotEncodings(const SearchSpace& space,
                                          bool images_known = true);

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_FEW_SHOT_H_
