#ifndef HWNAS_BENCH_ANALYSIS_PAIRED_TESTS_H_
#define HWNAS_BENCH_ANALYSIS_PAIRED_TESTS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace hwnas {

/// Statistics of paired differences d[i] = a[i] - b[i]. Spans hold no NaN
/// (HWNAS_CHECK). Thread-safe; results depend on the arguments alone.

struct WilcoxonResult {
  size_t pairs = 0;    // that differ: ties of a pair are dropped
  double plus = 0;     // sum of ranks of the positive differences
  double minus = 0;    // of the negative ones
  double p = 1;        // two-sided; 1 when no pair differs
  bool exact = false;  // from the exact distribution
  /// Matched-pairs rank-biserial correlation (Kerby, 2014): (plus - minus) /
  /// (plus + minus), in [-1, 1]; 0 when no pair differs.
  double effect = 0;
};

/// Wilcoxon's signed-rank test (Wilcoxon, Biometrics 1945): pairs without a
/// difference are dropped, equal magnitudes share their average rank. The p
/// value is exact for at most 50 pairs of distinct magnitude when none was
/// dropped, else by the normal approximation, corrected for ties, without a
/// continuity correction, and at least 2^(1 - n), the least that the signs of n
/// pairs that differ allow.
WilcoxonResult WilcoxonSignedRank(std::span<const double> differences);

/// Holm's step-down adjustment (Holm, Scandinavian Journal of Statistics
/// 1979) of p values, in their order.
std::vector<double> HolmAdjust(std::span<const double> p_values);

/// Probability that a value of `a` exceeds one of `b`, ties counted half
/// (Vargha and Delaney, 2000): 0.5 is no effect. Neither is empty.
double VarghaDelaneyA(std::span<const double> a, std::span<const double> b);

/// Two one-sided paired t tests (Schuirmann, 1987) of |mean difference| <
/// `margin`, which is positive: the larger of the two p values. Small means
/// equivalent within the margin. nullopt for fewer than two pairs; without
/// spread 0 or 1.
std::optional<double> EquivalenceP(std::span<const double> differences,
                                   double margin);

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_PAIRED_TESTS_H_
