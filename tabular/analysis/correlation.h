#ifndef HWNAS_TABULAR_ANALYSIS_CORRELATION_H_
#define HWNAS_TABULAR_ANALYSIS_CORRELATION_H_

#include <optional>
#include <span>

namespace hwnas {

/// Correlations of paired values `x[i]`, `y[i]`. Both spans have one length
/// and hold no NaN (HWNAS_CHECK). nullopt where the coefficient is undefined:
/// fewer than two pairs, or a side that is constant. Thread-safe.

/// Kendall's tau-b, which corrects for ties on both sides (Kendall,
/// "The treatment of ties in ranking problems", Biometrika 1945), counted by
/// merge sort in O(n log n) (Knight, JASA 1966).
std::optional<double> KendallTau(std::span<const double> x,
                                 std::span<const double> y);

/// Spearman's rho: Pearson's r of average ranks.
std::optional<double> SpearmanRho(std::span<const double> x,
                                  std::span<const double> y);

/// Pearson's r, computed about the means (two passes).
std::optional<double> PearsonR(std::span<const double> x,
                               std::span<const double> y);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_CORRELATION_H_
