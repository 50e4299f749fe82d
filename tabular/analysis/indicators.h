#ifndef HWNAS_TABULAR_ANALYSIS_INDICATORS_H_
#define HWNAS_TABULAR_ANALYSIS_INDICATORS_H_

#include <span>

namespace hwnas {

/// Quality of an approximation of a Pareto front, all objectives minimised.
/// `points` (what was found) and `reference_front` are row-major with `dims`
/// values each, neither empty, without NaN (HWNAS_CHECK). Objectives on
/// different scales must be normalised by the caller. O(n * m). Thread-safe.

/// Modified inverted generational distance (Ishibuchi et al., EMO 2015, eq.
/// 15): mean over reference points z of the least sqrt(Σ max(a_i - z_i, 0)²).
/// 0 when every reference point is reached.
double IgdPlus(std::span<const double> points,
               std::span<const double> reference_front, size_t dims);

/// Unary additive epsilon (Zitzler et al., IEEE TEC 2003): the least e so
/// that every reference point is weakly dominated by a point moved by e.
double AdditiveEpsilon(std::span<const double> points,
                       std::span<const double> reference_front, size_t dims);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_INDICATORS_H_
