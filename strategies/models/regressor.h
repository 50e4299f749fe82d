#ifndef HWNAS_STRATEGIES_MODELS_REGRESSOR_H_
#define HWNAS_STRATEGIES_MODELS_REGRESSOR_H_

#include <cstddef>
#include <memory>
#include <span>

#include "tabular/rng.h"

namespace hwnas {

/// What a model believes of one value.
struct Belief {
  double mean = 0;
  double deviation = 0;  // standard deviation
};

/// A small model that a strategy fits to what it was told. Single-threaded;
/// deterministic for the Rng's state.
class Regressor {
 public:
  virtual ~Regressor() = default;

  /// Fits from scratch. `x` is row-major with `dims` values a row, as many
  /// rows as `y` has values (at least one; HWNAS_CHECK).
  virtual void Fit(std::span<const double> x, size_t dims,
                   std::span<const double> y, Rng& rng) = 0;
  /// After Fit; `x` has `dims` values.
  virtual Belief Predict(std::span<const double> x) const = 0;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_REGRESSOR_H_
