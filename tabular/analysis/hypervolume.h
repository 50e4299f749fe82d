#ifndef HWNAS_TABULAR_ANALYSIS_HYPERVOLUME_H_
#define HWNAS_TABULAR_ANALYSIS_HYPERVOLUME_H_

#include <span>
#include <vector>

namespace hwnas {

/// Exact hypervolume: the measure of the region that is dominated by `points`
/// (row-major, all objectives minimised) and bounded by `reference`, whose
/// length is the number of dimensions, at least 1. Points that are not better
/// than the reference in every objective add nothing; so do dominated points
/// and copies. No NaN (HWNAS_CHECK).
///
/// Two dimensions: sort and sweep. Three: a sweep along the third objective
/// over a sorted staircase (Fonseca, Paquete, Lopez-Ibanez, CEC 2006, with an
/// array for the tree: O(n log n) comparisons; moves of the array are what
/// grows faster). Four: a sweep along the fourth over the front of the first
/// three, each new point's exclusive volume by a sweep of its own that ends
/// where all is covered (the idea of HV4D, Guerreiro, Fonseca and Emmerich,
/// CCCG 2012, with arrays). More: WFG (While, Bradstreet, Barone, IEEE TEC
/// 2012) as a sweep along the last objective, each recursion dropping it.
/// Thread-safe.
double Hypervolume(std::span<const double> points,
                   std::span<const double> reference);

/// What each point adds: Hypervolume(all) - Hypervolume(all but it). For a
/// two-dimensional front (nothing dominated, all better than the reference)
/// one sweep, otherwise a hypervolume of the rest for each point.
std::vector<double> HypervolumeContributions(std::span<const double> points,
                                             std::span<const double> reference);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_HYPERVOLUME_H_
