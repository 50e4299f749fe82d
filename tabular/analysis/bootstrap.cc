#include "tabular/analysis/bootstrap.h"

#include <algorithm>
#include <vector>

#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {

Interval BootstrapMean(std::span<const double> values, Rng& rng,
                       const BootstrapOptions& options) {
  HWNAS_CHECK(!values.empty());
  HWNAS_CHECK(options.resamples > 0);
  HWNAS_CHECK(options.confidence > 0 && options.confidence < 1);
  const size_t n = values.size();
  std::vector<double> means(options.resamples);
  for (double& mean : means) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += values[rng.Below(n)];
    mean = sum / static_cast<double>(n);
  }
  std::sort(means.begin(), means.end());
  Interval interval;
  interval.mean = Mean(values);
  interval.low = SortedQuantile(means, 0.5 * (1 - options.confidence));
  interval.high = SortedQuantile(means, 0.5 * (1 + options.confidence));
  return interval;
}

Interval BootstrapPairedDifference(std::span<const double> a,
                                   std::span<const double> b, Rng& rng,
                                   const BootstrapOptions& options) {
  HWNAS_CHECK(a.size() == b.size());
  std::vector<double> differences(a.size());
  for (size_t i = 0; i < a.size(); ++i) differences[i] = a[i] - b[i];
  return BootstrapMean(differences, rng, options);
}

}  // namespace hwnas
