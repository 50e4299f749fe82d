#include "tabular/analysis/summary.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tabular/error.h"

namespace hwnas {
namespace {

std::vector<double> Sorted(std::span<const double> values) {
  for (const double value : values) HWNAS_CHECK(!std::isnan(value));
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

double Mean(std::span<const double> values) {
  HWNAS_CHECK(!values.empty());
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> StandardDeviation(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double mean = Mean(values);
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::optional<double> StandardError(std::span<const double> values) {
  const std::optional<double> deviation = StandardDeviation(values);
  if (!deviation) return std::nullopt;
  return *deviation / std::sqrt(static_cast<double>(values.size()));
}

double SortedQuantile(std::span<const double> ascending, double p) {
  HWNAS_CHECK(!ascending.empty());
  HWNAS_CHECK(p >= 0 && p <= 1);
  const double position = p * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<size_t>(std::floor(position));
  const double weight = position - static_cast<double>(below);
  if (weight == 0) return ascending[below];
  return ascending[below] + weight * (ascending[below + 1] - ascending[below]);
}

double Quantile(std::span<const double> values, double p) {
  return SortedQuantile(Sorted(values), p);
}

double Median(std::span<const double> values) { return Quantile(values, 0.5); }

Summary Summarize(std::span<const double> values) {
  HWNAS_CHECK(!values.empty());
  const std::vector<double> sorted = Sorted(values);
  Summary summary;
  summary.count = values.size();
  summary.mean = Mean(values);
  summary.standard_deviation = StandardDeviation(values);
  summary.minimum = sorted.front();
  summary.quartile1 = SortedQuantile(sorted, 0.25);
  summary.median = SortedQuantile(sorted, 0.5);
  summary.quartile3 = SortedQuantile(sorted, 0.75);
  summary.maximum = sorted.back();
  return summary;
}

}  // namespace hwnas
