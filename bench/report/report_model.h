#ifndef HWNAS_BENCH_REPORT_REPORT_MODEL_H_
#define HWNAS_BENCH_REPORT_REPORT_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/results.h"
#include "bench/transfer/transfer.h"
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
  /// Differences below this, in each measure's unit, do not matter; none: see
  /// ReportMeasure::margin. Positive.
  std::optional<double> margin;
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
/// recommends several). Several objectives: of the scores of all that a run
/// recommends, each scaled so that the reference front spans 0 to 1, the
/// hypervolume (reference point 1.1 in each), then IGD+ and the additive
/// epsilon against that front; `score` is then none. The reference front is the
/// true one where results hold it, else the best non-dominated set of all runs
/// together. Its points count once each; where it is one value in a score, that
/// score's unit is the scale.
struct ReportMeasure {
  std::string name;  // metric text, `hypervolume`, `igd+`, `epsilon`
  std::string unit;
  Direction direction = Direction::kMaximize;
  std::optional<size_t> score;  // index into ReportProblem::scores
  /// Of the table, where it is known; of hypervolume, the true front's.
  std::optional<double> optimum;
  /// Differences below this do not matter. Unless an option says otherwise 0.1
  /// where the unit is %, 0.01 of hypervolume, else a hundredth of the best
  /// mean's size, or of the optimum's where it is known; 0 (none) where that
  /// is 0 or nothing is known.
  double margin = 0;
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

/// Progress of one strategy in one measure, over its finished runs, at the
/// points of one of ReportProblem::axes: the measure of what it would have
/// answered by then. One objective: the best architecture observed; several:
/// the observed ones that no other dominates, and their hypervolume. They are
/// chosen by what was observed and judged by the scores: where these differ a
/// curve may fall. A run that ended earlier stays where it ended. Runs that
/// have nothing to judge yet are left out of one objective's, and are 0 in a
/// hypervolume.
struct ReportCurve {
  std::vector<size_t> runs;
  std::vector<double> mean;
  std::vector<double> quartile1;
  std::vector<double> median;
  std::vector<double> quartile3;
};

/// What runs have spent, and where on the way their progress is looked at.
struct ReportAxis {
  /// `evaluations` (charged); `simulated_seconds`, the clock, which strategies'
  /// own work delays; `cost_seconds`, what all evaluations took together, only
  /// where several workers make it differ from the clock.
  std::string name;
  std::vector<double> grid;  // ascending
};

/// When one strategy's runs reach the targets of one measure.
struct ReportHits {
  std::vector<size_t> reached;                  // runs, by target
  std::vector<std::optional<double>> expected;  // evaluations, by target
  /// Share of all pairs of run and target that are reached, by point of the
  /// evaluations axis.
  std::vector<double> ecdf;
};

/// What at least `share` of a strategy's runs attain in two scores: corners in
/// natural units, the first score ascending in cost.
struct ReportAttainment {
  double share = 0;
  std::vector<double> first;
  std::vector<double> second;
};

struct ReportFailure {
  uint64_t repetition = 0;
  std::string reason;
};

/// How much of what a problem shows of a metric was predicted, not measured:
/// of the values that strategies observed of the architectures met, or of the
/// scores of those that runs recommended.
struct ReportPredicted {
  std::string metric;
  bool judged = false;
  uint64_t predicted = 0;
  uint64_t values = 0;
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
  /// Several objectives: architectures recommended, over runs, and those of
  /// them that break no constraint and lack a score in the table.
  uint64_t answers = 0;
  uint64_t unscored_answers = 0;
  std::vector<ReportScore> scores;  // one per measure
  /// By axis, one for each measure that has progress: every score of one
  /// objective, the hypervolume of several. Empty for strategies that answer
  /// otherwise than by the best observed (they are asked at checkpoints, which
  /// are stored).
  std::vector<std::vector<ReportCurve>> curves;
  std::vector<ReportHits> hits;              // for the same measures
  std::vector<ReportAttainment> attainment;  // two objectives only
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
  /// Who is better, where that is clear: the interval excludes 0 and `holm_p`
  /// is below kClearP. Else none, "no clear difference".
  std::optional<size_t> better;
  /// Two one-sided t tests of a mean difference below the measure's margin;
  /// none for fewer than two pairs, and without a margin.
  std::optional<double> equivalence_p;
};

/// What a clear difference's Holm p is below.
constexpr double kClearP = 0.05;

/// Whether a difference matters, against the measure's margin.
enum class Relevance : uint8_t {
  kUnclear,     // the data do not say
  kEquivalent,  // smaller than the margin: equivalence_p below 5 %
  kMatters,     // clear, and its whole interval is beyond the margin
};
Relevance RelevanceOf(const ReportDifference& difference, double margin);

/// A point that no run's answer of the problem dominates.
struct ReportFrontPoint {
  std::string architecture;  // the first by its text
  size_t architectures = 1;  // recommended ones that have these scores
  std::vector<double> scores;
  std::vector<size_t> strategies;  // that recommended one of them; ascending
};

struct ReportProblem {
  std::string experiment;
  std::string name;
  std::string table_title;
  std::string table_digest;
  bool synthetic = false;
  std::string space;       // its whole description
  std::string space_name;  // short: `space`, or its id where that is long
  Protocol protocol;
  std::vector<RungSpec> ladder;
  std::vector<std::string> features;
  bool connected_only = false;
  Coverage searched;  // of the table; all 0: not recorded
  /// Architectures of the whole space that the table's are of, where it is
  /// known and can be counted.
  std::optional<uint64_t> space_size;
  std::vector<ResultsProblem::Named> objectives;
  std::vector<ResultsProblem::Named> constraints;
  std::vector<double> bounds;
  std::vector<bool> upper;
  std::vector<ResultsProblem::Named> scores;
  uint64_t architectures_met = 0;  // distinct, over all runs

  std::vector<uint64_t> repetitions;       // ascending, of any strategy
  std::vector<ReportAxis> axes;            // evaluations first
  std::vector<ReportPredicted> predicted;  // metrics that are so in any part
  std::vector<ResultsProblem::Predicted> surrogates;
  double set_up_seconds = 0;  // in every run's clock, before its first proposal
  std::vector<ReportMeasure> measures;
  /// Of each measure that has progress: 21 values whose distance to the best
  /// falls from the whole gap to a hundredth, then the best. The best is the
  /// optimum or, where it is not known, the best of all runs (of hypervolume,
  /// that of the reference front); the gap is from the median of runs' first
  /// values. One target where there is no gap.
  std::vector<std::vector<double>> targets;
  std::vector<ReportStrategy> strategies;  // by label
  /// Strategies with a value in the first measure, best mean first.
  std::vector<size_t> ranking;
  std::vector<ReportDifference> differences;
  std::vector<ReportFrontPoint> front;  // several objectives only
  /// Scores of the table's, ascending; empty where results do not hold it, and
  /// the reference of ReportMeasure is the combined front.
  std::vector<std::vector<double>> true_front;
  std::vector<std::string> warnings;
};

/// Strategies with a value in a measure, best mean first; ties by label.
std::vector<size_t> RankBy(const ReportProblem& problem, size_t measure);

/// The least Holm p that the signs of the problem's pairs of runs allow: from
/// kClearP on no difference in it can be clear. None without differences.
std::optional<double> LeastHolmP(const ReportProblem& problem);

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

/// In how many problems a strategy is clearly better than another in the first
/// measure. Only where there are two problems at least.
struct ReportWins {
  std::vector<std::string> labels;        // ascending
  std::vector<std::vector<size_t>> wins;  // [row][column]: row over column
  std::vector<std::vector<size_t>> compared;
};

/// What recorded results say: a pure function of them. It holds no date, host,
/// build or path and does not depend on the order in which runs were added or
/// files merged: problems are ordered by experiment and name, strategies by
/// label. Beside them, or alone, transfer studies, in the order asked for.
struct ReportModel {
  std::string digest;  // of the results; empty without
  bool synthetic = false;
  std::vector<ReportExperiment> experiments;
  std::vector<ReportProblem> problems;
  std::optional<ReportAcross> across;
  std::optional<ReportWins> wins;
  std::vector<std::string> warnings;  // about the whole
  std::vector<TransferAnswer> studies;

  bool HasResults() const { return !problems.empty(); }
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
