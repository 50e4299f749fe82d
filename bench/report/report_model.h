#ifndef HWNAS_BENCH_REPORT_REPORT_MODEL_H_
#define HWNAS_BENCH_REPORT_REPORT_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/results.h"
#include "tabular/analysis/bootstrap.h"

namespace hwnas {

struct ReportOptions {
  /// Bootstrap of means over repetitions; its draws come from a stream named
  /// after what is estimated, so that a strategy more changes no interval.
  BootstrapOptions bootstrap{.resamples = 2000, .confidence = 0.95};
  /// Fewer scored repetitions than this are warned of.
  size_t few_repetitions = 10;
  /// Objectives whose rank correlation over all architectures met is at least
  /// this, in absolute value, are called redundant.
  double redundant_correlation = 0.98;
};

/// A quantity over repetitions. Without repetitions (count 0) all else is 0.
struct SampleSummary {
  size_t count = 0;
  double mean = 0;
  std::optional<double> sd;  // of the sample (n - 1); none for one value
  double low = 0;            // bootstrap interval of the mean
  double high = 0;
  double minimum = 0;
  double median = 0;
  double maximum = 0;
};

/// What strategies are compared by in a problem. One objective: every score
/// metric, of the architecture a run recommends (the first, where it
/// recommends several). Several objectives: the hypervolume of the scores of
/// all that a run recommends, each score scaled so that the best
/// non-dominated set of all runs together spans 0 to 1, reference 1.1 in
/// each; `score` is then none.
struct ReportMeasure {
  std::string name;  // metric text, or `hypervolume`
  std::string unit;
  Direction direction = Direction::kMaximize;
  std::optional<size_t> score;    // index into ReportProblem::scores
  std::optional<double> optimum;  // of the table, where it is known
};

/// One strategy's standing in one measure.
struct ReportScore {
  SampleSummary value;
  /// Distance to the optimum, not negative; where the optimum is known.
  std::optional<SampleSummary> regret;
  /// Finished runs that left nothing to judge: nothing recommended, or its
  /// score is missing in the table.
  size_t unscored = 0;
  /// Per repetition of ReportProblem::repetitions; none for failed, absent
  /// and unscored runs.
  std::vector<std::optional<double>> values;
};

/// Progress of one strategy in one measure, over its finished runs, after the
/// counts of evaluations in ReportProblem::evaluations. One objective: the
/// measure of the best architecture observed by then; several: the hypervolume
/// of all that was observed by then. A run that ended earlier stays where it
/// ended; runs that have nothing to judge yet are left out.
struct ReportCurve {
  std::vector<size_t> runs;
  std::vector<double> mean;
  std::vector<double> quartile1;
  std::vector<double> median;
  std::vector<double> quartile3;
};

struct ReportFailure {
  uint64_t repetition = 0;
  std::string reason;
};

/// One strategy in one problem.
struct ReportStrategy {
  std::string label;  // untrusted text
  std::string id;     // name@version
  std::string options;
  size_t runs = 0;  // recorded, failed ones included
  std::map<std::string, size_t> ends;
  std::vector<ReportFailure> failures;  // by repetition
  /// Over runs that did not fail.
  uint64_t trials = 0;
  uint64_t repeated = 0;
  uint64_t invalid = 0;
  uint64_t missing = 0;
  uint64_t infeasible = 0;
  double mean_evaluations = 0;
  double mean_simulated_seconds = 0;
  double mean_strategy_seconds = 0;
  /// Runs whose (first) recommended architecture violates a constraint.
  size_t infeasible_answers = 0;
  std::vector<ReportScore> scores;  // one per measure
  /// One per measure; empty for strategies that answer otherwise than by the
  /// best observed (they are asked at checkpoints, which are stored).
  std::vector<ReportCurve> curves;
  /// The best answer over runs by the first measure (one objective only).
  std::string best_architecture;
};

/// `a` against `b`, paired by repetition, in one measure.
struct ReportDifference {
  size_t measure = 0;
  size_t a = 0;  // strategies; a < b
  size_t b = 0;
  size_t pairs = 0;
  double mean = 0;  // of a - b, in the measure's unit
  double low = 0;
  double high = 0;
  size_t a_wins = 0;  // repetitions in which a is better
  size_t ties = 0;
  size_t b_wins = 0;
  /// Wilcoxon's signed-rank test, adjusted by Holm over all pairs of the
  /// problem's measure.
  double holm_p = 1;
  /// Matched-pairs rank-biserial correlation of a - b, in [-1, 1].
  double effect = 0;
  /// The interval excludes 0: who is better. Else none, "no clear
  /// difference".
  std::optional<size_t> better;
};

/// A point that no run's answer of the problem dominates.
struct ReportFrontPoint {
  std::string architecture;
  std::vector<double> scores;
  std::vector<size_t> strategies;  // that recommended it
};

struct ReportProblem {
  std::string experiment;
  std::string name;
  std::string table_title;
  std::string table_digest;
  bool synthetic = false;
  std::string space;
  Protocol protocol;
  std::vector<RungSpec> ladder;
  std::vector<std::string> features;
  bool connected_only = false;
  std::vector<ResultsProblem::Named> objectives;
  std::vector<ResultsProblem::Named> constraints;
  std::vector<double> bounds;
  std::vector<bool> upper;
  std::vector<ResultsProblem::Named> scores;
  uint64_t architectures_met = 0;  // distinct, over all runs

  std::vector<uint64_t> repetitions;  // ascending, of any strategy
  std::vector<uint64_t> evaluations;  // grid of the curves
  std::vector<ReportMeasure> measures;
  std::vector<ReportStrategy> strategies;  // by label
  /// Strategies with a value in the first measure, best mean first.
  std::vector<size_t> ranking;
  std::vector<ReportDifference> differences;
  std::vector<ReportFrontPoint> front;  // several objectives only
  std::vector<std::string> warnings;
};

struct ReportExperiment {
  std::string name;
  uint64_t seed = 0;
};

/// Mean ranks over problems (blocks) in each problem's first measure, of the
/// strategies that have a value in every problem; 1 is best. Repetitions are
/// no blocks. Only where there are two problems and three strategies at least.
struct ReportAcross {
  size_t problems = 0;
  std::vector<std::string> labels;  // best mean rank first
  std::vector<double> mean_ranks;
  double statistic = 0;  // Friedman's chi-squared
  double p = 1;
  double critical_difference = 0;  // Nemenyi, 5 %
};

/// What recorded results say: a pure function of them. It holds no date, host,
/// build or path and does not depend on the order in which runs were added or
/// files merged: problems are ordered by experiment and name, strategies by
/// label.
struct ReportModel {
  std::string digest;  // of the results
  bool synthetic = false;
  std::vector<ReportExperiment> experiments;
  std::vector<ReportProblem> problems;
  std::optional<ReportAcross> across;
  std::vector<std::string> warnings;  // about the whole
};

/// Reads run by run; memory grows with runs and architectures met, not with
/// trials. Errors: kUsage when there is no run; kDisagree when problems of one
/// experiment stand on tables of different digests.
ReportModel MakeReport(const Results& results,
                       const ReportOptions& options = {});

/// Summary with an interval whose draws come from the stream of `label`.
SampleSummary Summarise(const std::vector<double>& values,
                        const BootstrapOptions& options,
                        const std::string& label);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_REPORT_MODEL_H_
