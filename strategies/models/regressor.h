#ifndef HWNAS_STRATEGIES_MODELS_REGRESSOR_H_
#define HWNAS_STRATEGIES_MODELS_REGRESSOR_H_

#include <cstddef>
#include <span>

#include "tabular/rng.h"

namespace hwnas {

/// What a model believes of one value.
struct Belief {
  double mean = 0;
  double deviation = 0;  // standard deviation
};

/// A small model that a strategy fits again and again to what it was told: a
/// few hundred rows, so it has to be quick and keeps its buffers. (The models
/// of `predictors/` are those for tables and surrogates.) Single-threaded;
/// deterministic for the Rng's state.
class Regressor {
 public:
  virtual ~Regressor() = default;

  /// `x` is row-major with `dims` values a row, as many rows as `y` has values
  /// (at least one; HWNAS_CHECK). What was fitted before is forgotten.
  virtual void Fit(std::span<const double> x, size_t dims,
                   std::span<const double> y, Rng& rng) = 0;
  /// After Fit; `x` has as many rows as `out` (HWNAS_CHECK).
  virtual void Predict(std::span<const double> x, std::span<Belief> out) = 0;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_REGRESSOR_H_
