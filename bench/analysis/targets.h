#ifndef HWNAS_BENCH_ANALYSIS_TARGETS_H_
#define HWNAS_BENCH_ANALYSIS_TARGETS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace hwnas {

/// When runs reach targets, as COCO measures it (Hansen, Auger, Ros, Mersmann,
/// Tusar, Brockhoff, Optimization Methods and Software 2021). Values are
/// minimised, without NaN. Thread-safe.

/// 22 targets between `start` and `best` (the lower): 21 whose distance to
/// `best` falls from the whole gap to a hundredth of it, ten to a decade, then
/// `best` itself. One target where the gap is not positive.
std::vector<double> TargetLadder(double start, double best);

/// A run's value, once it is better than all before.
struct Improvement {
  double at = 0;  // evaluations, from 1
  double value = 0;
};

/// When a run first is at least as good as each target; none where it never
/// is. `improvements` in order, values descending; `targets` descending.
std::vector<std::optional<double>> HittingTimes(
    std::span<const Improvement> improvements, std::span<const double> targets);

/// Expected running time to a target (Auger and Hansen, CEC 2005): all
/// evaluations of all runs until they hit, or ended, over the number of hits.
/// None without a hit. `lengths` are the evaluations of whole runs.
std::optional<double> ExpectedRunningTime(
    std::span<const std::optional<double>> hits,
    std::span<const double> lengths);

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_TARGETS_H_
