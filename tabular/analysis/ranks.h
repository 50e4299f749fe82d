#ifndef HWNAS_TABULAR_ANALYSIS_RANKS_H_
#define HWNAS_TABULAR_ANALYSIS_RANKS_H_

#include <cstddef>
#include <span>
#include <vector>

namespace hwnas {

/// Ranks 1..n in ascending order of value; equal values share the average of
/// the ranks they cover ("fractional" ranks, as scipy.stats.rankdata). Values
/// must not be NaN (HWNAS_CHECK). O(n log n). Thread-safe.
std::vector<double> AverageRanks(std::span<const double> values);

/// Positions of the values, the largest first; equal ones in their order. No
/// value is NaN. O(n log n). Thread-safe.
std::vector<size_t> LargestFirst(std::span<const double> values);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_RANKS_H_
