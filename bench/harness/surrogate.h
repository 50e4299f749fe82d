#ifndef HWNAS_BENCH_HARNESS_SURROGATE_H_
#define HWNAS_BENCH_HARNESS_SURROGATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "predictors/predictor.h"
#include "tabular/table.h"

namespace hwnas {

/// What strategies observe of a metric instead of the table's values.
struct Surrogate {
  Metric metric;          // complete
  std::string predictor;  // name@version
  std::string encoding;   // versioned; empty for few-shot transfer
  /// By draw, then by row of the table.
  std::vector<Predictions> draws;
  /// Rows that can be answered: all but those that lack a stored feature.
  std::vector<uint8_t> known;
  uint64_t fitted_on = 0;      // values of the metric, each draw
  uint64_t source_values = 0;  // of other platforms, each draw
  /// Against measured values of rows that were not fitted on, means over
  /// draws; none where they are fewer than two or constant.
  std::optional<double> kendall;
  std::optional<double> mae;
  double query_seconds = 0;  // charged for the values fitted on
  double fit_seconds = 0;    // charged for fitting
};

/// Fits a surrogate on a table's own values. `seconds_each`: what measuring
/// one value takes. Errors as Fit, Encode and FewShot; Error(kUsage) when
/// there are fewer values than it is to be fitted on, or the metric's column
/// is predicted itself.
Surrogate FitSurrogate(const Table& table, const SurrogateSpec& spec,
                       double seconds_each);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_SURROGATE_H_
