#ifndef HWNAS_TABULAR_ANALYSIS_BOOTSTRAP_H_
#define HWNAS_TABULAR_ANALYSIS_BOOTSTRAP_H_

#include <cstddef>
#include <span>

#include "tabular/rng.h"

namespace hwnas {

struct BootstrapOptions {
  size_t resamples = 10000;
  double confidence = 0.95;  // in (0, 1)
};

/// A mean and its interval.
struct Interval {
  double mean = 0;
  double low = 0;
  double high = 0;

  bool Excludes(double value) const { return value < low || value > high; }
};

/// Percentile bootstrap interval of the mean (Efron and Tibshirani, "An
/// Introduction to the Bootstrap", 1993, chapter 13): resamples of the same
/// size with replacement, quantiles (1 ∓ confidence)/2 of their means by
/// linear interpolation. `values` is not empty (HWNAS_CHECK). The result
/// depends on values, options and the Rng's state alone.
Interval BootstrapMean(std::span<const double> values, Rng& rng,
                       const BootstrapOptions& options = {});

/// The same of the paired differences a[i] - b[i].
Interval BootstrapPairedDifference(std::span<const double> a,
                                   std::span<const double> b, Rng& rng,
                                   const BootstrapOptions& options = {});

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_BOOTSTRAP_H_
