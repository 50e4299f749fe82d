#ifndef HWNAS_BENCH_ANALYSIS_FRIEDMAN_H_
#define HWNAS_BENCH_ANALYSIS_FRIEDMAN_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace hwnas {

struct FriedmanResult {
  std::vector<double> mean_ranks;  // per treatment, 1 is the lowest value
  double statistic = 0;            // chi-squared, corrected for ties
  double p = 1;
};

/// Friedman's test (Friedman, JASA 1937) of treatments (strategies) over
/// blocks. Blocks are problems: repetitions of one problem are no independent
/// blocks. `values` is row-major, a block a row, without NaN. nullopt for
/// fewer than two blocks or three treatments, and when every block is one
/// tie. Thread-safe.
std::optional<FriedmanResult> Friedman(std::span<const double> values,
                                       size_t treatments);

/// Nemenyi's critical difference of mean ranks (Demsar, JMLR 2006): q_alpha
/// sqrt(k (k + 1) / (6 N)), where q_alpha is the quantile of the studentized
/// range of k treatments and infinitely many degrees of freedom, over sqrt 2.
/// `treatments` from 2 to 1,000, `blocks` at least 1 (HWNAS_CHECK).
double NemenyiCriticalDifference(size_t treatments, size_t blocks,
                                 double alpha = 0.05);

/// P(range of k standard normal values <= q).
double NormalRangeCdf(double q, size_t k);

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_FRIEDMAN_H_
