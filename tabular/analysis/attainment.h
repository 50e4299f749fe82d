#ifndef HWNAS_TABULAR_ANALYSIS_ATTAINMENT_H_
#define HWNAS_TABULAR_ANALYSIS_ATTAINMENT_H_

#include <cstddef>
#include <span>
#include <vector>

namespace hwnas {

/// The empirical attainment surface of runs in two objectives, both minimised
/// (Fonseca and Fleming, PPSN 1996): what at least `level` of the runs attain,
/// as the corners of its lower left border (x, y row-major, x ascending, y
/// descending). `runs` holds a set of points (row-major) each; a run without
/// points attains nothing. `level` from 1 to the number of runs (HWNAS_CHECK);
/// no NaN. Empty where nothing is attained that often. Thread-safe.
std::vector<double> AttainmentSurface(std::span<const std::vector<double>> runs,
                                      size_t level);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_ATTAINMENT_H_
