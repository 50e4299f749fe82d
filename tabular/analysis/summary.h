#ifndef HWNAS_TABULAR_ANALYSIS_SUMMARY_H_
#define HWNAS_TABULAR_ANALYSIS_SUMMARY_H_

#include <optional>
#include <span>

namespace hwnas {

/// Descriptions of a sample. Values hold no NaN; spans are not empty
/// (HWNAS_CHECK). Sums run in the order given, so results do not depend on
/// anything else. Thread-safe.

double Mean(std::span<const double> values);

/// With n - 1 in the denominator; nullopt for fewer than two values.
std::optional<double> StandardDeviation(std::span<const double> values);

/// StandardDeviation / sqrt(n); nullopt for fewer than two values.
std::optional<double> StandardError(std::span<const double> values);

/// The `p`-quantile, 0 <= p <= 1, by linear interpolation between order
/// statistics (type 7 of Hyndman and Fan 1996, numpy's default).
double Quantile(std::span<const double> values, double p);
/// The same of values already in ascending order.
double SortedQuantile(std::span<const double> ascending, double p);

double Median(std::span<const double> values);

struct Summary {
  size_t count = 0;
  double mean = 0;
  std::optional<double> standard_deviation;
  double minimum = 0;
  double quartile1 = 0;
  double median = 0;
  double quartile3 = 0;
  double maximum = 0;
};
Summary Summarize(std::span<const double> values);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_SUMMARY_H_
