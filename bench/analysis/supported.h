#ifndef HWNAS_BENCH_ANALYSIS_SUPPORTED_H_
#define HWNAS_BENCH_ANALYSIS_SUPPORTED_H_

#include <span>
#include <vector>

namespace hwnas {

/// Which points of a front minimise some weighted sum of the two objectives
/// with positive weights: what a search for one weighted sum, or a sweep over
/// all, can end at when it finds its optimum. These are the vertices and edges
/// of the front's convex hull ("supported" points, Ehrgott, Multicriteria
/// Optimization, 2005, section 8.2); others no weights reach.
///
/// `points` is row-major with two values a point, both minimised, finite
/// (HWNAS_CHECK); none dominates another, copies are allowed. O(n log n).
std::vector<bool> SupportedPoints(std::span<const double> points);

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_SUPPORTED_H_
