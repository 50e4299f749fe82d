#ifndef HWNAS_TABULAR_ANALYSIS_LEAST_SQUARES_H_
#define HWNAS_TABULAR_ANALYSIS_LEAST_SQUARES_H_

#include <optional>
#include <span>
#include <vector>

namespace hwnas {

/// Ordinary least squares of `y` on the columns of `x` (row-major, `columns`
/// values a row, at least one) and a constant: the constant, then a
/// coefficient for each column. By the normal equations of centred columns,
/// with pivoting: for a handful of columns of like scale. nullopt when the
/// columns depend on each other (a pivot below 1e-10 of its column's sum of
/// squares) or there are fewer rows than coefficients. Spans fit each other
/// and hold no NaN (HWNAS_CHECK). Thread-safe.
std::optional<std::vector<double>> LeastSquares(std::span<const double> x,
                                                size_t columns,
                                                std::span<const double> y);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_LEAST_SQUARES_H_
