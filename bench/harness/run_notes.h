#ifndef HWNAS_BENCH_HARNESS_RUN_NOTES_H_
#define HWNAS_BENCH_HARNESS_RUN_NOTES_H_

#include <span>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/tabular_benchmark.h"
#include "strategies/registry.h"

namespace hwnas {

/// A strategy of an experiment and what it says of itself.
struct NotedStrategy {
  StrategySpec spec;
  StrategyInfo info;
  bool built_in = false;
};

/// Whether a built-in strategy searches by the first of several objectives
/// alone.
bool SearchesFirstAlone(const StrategyInfo& info);

/// What would surprise who reads the results of one problem, a line each and
/// none without need:
/// - a metric that fewer than half of the rows have a value of, or whose gaps
///   were filled by predictions that the problem does not use;
/// - strategies whose `population_size` is not below the evaluations of a run;
/// - with several objectives, built-in strategies that see the first alone.
std::vector<std::string> RunNotes(const TabularBenchmark& benchmark,
                                  std::span<const NotedStrategy> strategies);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_RUN_NOTES_H_
