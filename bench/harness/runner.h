#ifndef HWNAS_BENCH_HARNESS_RUNNER_H_
#define HWNAS_BENCH_HARNESS_RUNNER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/results.h"
#include "strategies/strategy_source.h"
#include "tabular/table.h"

namespace hwnas {

struct RunOptions {
  int threads = 1;
  /// Only runs whose id falls to shard `shard` of `shards` (1-based).
  int shard = 1;
  int shards = 1;
  /// Asked between trials, from several threads; true: stop, losing only the
  /// runs under way. Empty: never.
  std::function<bool()> interrupted;
  /// Called after each run, serialised: runs done, runs in all.
  std::function<void(uint64_t done, uint64_t total)> progress;
  /// How strategies that are programs or libraries are run. One that does not
  /// even say what it is has version 0, and failed runs.
  PluginOptions plugins;
  /// For VerifyResults: whether programs and libraries that a file names may
  /// be run at all.
  bool recorded_plugins = false;
};

/// What failed of a strategy, by the first of its runs that did.
struct FailedStrategy {
  std::string strategy;  // label
  uint64_t runs = 0;     // that failed
  std::string problem;
  uint64_t repetition = 0;
  std::string reason;  // one line
};

struct RunSummary {
  uint64_t planned = 0;  // of this shard
  uint64_t skipped = 0;  // complete before
  uint64_t ran = 0;
  uint64_t again = 0;   // of those run: had failed before
  uint64_t failed = 0;  // of those run
  uint64_t trials = 0;
  std::vector<std::string> notes;        // RunNotes of every problem
  std::vector<FailedStrategy> failures;  // in order of their first runs
  bool interrupted = false;
};

/// Runs what is not there yet of an experiment into a results file, and again
/// what failed there: its record is replaced, so that the file is that of an
/// experiment that never failed. Whole runs are spread over threads; their
/// number changes no value.
RunSummary RunExperiment(const Experiment& experiment,
                         std::shared_ptr<const Table> table, Results& results,
                         const RunOptions& options);

/// Error(kUsage or kNotFound) for what RunExperiment would refuse: metrics
/// that the table lacks, bad options, programs that are not there, constraints
/// that no architecture keeps. Returns RunSummary's notes.
std::vector<std::string> CheckExperiment(const Experiment& experiment,
                                         std::shared_ptr<const Table> table,
                                         const PluginOptions& plugins = {});

/// Number of runs and an upper bound of evaluations, for `run --check`.
struct RunEstimate {
  uint64_t runs = 0;
  uint64_t evaluations = 0;  // where budgets are in evaluations
};
RunEstimate EstimateExperiment(const Experiment& experiment);

/// Re-runs what a results file holds on a table and compares digests, and true
/// fronts.
/// Error(kUsage) where that would run programs or libraries and the options do
/// not allow it.
struct Difference {
  std::string run;   // problem/strategy/repetition, or less of it
  std::string what;  // one line
};
std::vector<Difference> VerifyResults(const Results& results,
                                      std::shared_ptr<const Table> table,
                                      const RunOptions& options);

/// Joins results files into `out` (new or existing). Error(kDisagree), with
/// nothing changed, when a run or a table digest differs. Idempotent. A run
/// that failed in one file and not in another is the one that did not.
struct MergeSummary {
  uint64_t runs = 0;  // in the result
  uint64_t added = 0;
  uint64_t duplicates = 0;
  uint64_t replaced = 0;  // had failed there
};
MergeSummary MergeResults(const std::vector<std::string>& paths,
                          const std::string& out);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_RUNNER_H_
