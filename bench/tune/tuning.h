#ifndef HWNAS_BENCH_TUNE_TUNING_H_
#define HWNAS_BENCH_TUNE_TUNING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/report/report_model.h"
#include "tabular/rng.h"
#include "tabular/table.h"

namespace hwnas {

/// What an option is drawn from.
struct OptionRange {
  enum class Kind : uint8_t { kChoices, kInteger, kReal };

  std::string option;
  Kind kind = Kind::kChoices;
  std::vector<std::string> choices;  // kChoices: equally likely
  double low = 0;                    // else, both included; reals: [low, high)
  double high = 0;
  bool log = false;  // uniform in the logarithm

  /// `5..100` (whole numbers), `0.1..0.9`, `log:1e-4..0.1`, or choices
  /// `2,3,5`. Error(kUsage).
  static OptionRange Parse(const std::string& option, const std::string& text);
  std::string Draw(Rng& rng) const;
};

struct TunedStrategy {
  StrategySpec spec;                // with the options that stay
  std::vector<OptionRange> search;  // empty: only tested
};

/// Options of strategies chosen on some problems and tested on others. The
/// format is described in bench/tune/README.md.
struct TuningSpec {
  std::string name;
  std::string table;       // path as given, or empty
  std::string test_table;  // empty: the same
  uint64_t seed = 1;
  uint64_t configurations = 20;    // of each strategy, its defaults included
  uint64_t repetitions = 20;       // of each on each tuning problem
  uint64_t test_repetitions = 50;  // of the defaults and the chosen one
  std::vector<ProblemSpec> problems;
  std::vector<ProblemSpec> tests;
  std::vector<TunedStrategy> strategies;

  /// Errors as Experiment's; kUsage too for a test problem that is a tuning
  /// problem on the same table, and where nothing is searched.
  static TuningSpec ReadFile(const std::string& path);
  static TuningSpec ReadText(std::string_view text, const std::string& name);
  void Check() const;
};

/// The options of a strategy that are tried, the given ones first. The i-th
/// depends on seed, tuning's name, label, ranges and i alone, and on those
/// before it only in not being one of them: more configurations keep the
/// first ones.
struct DrawnConfigurations {
  std::vector<OptionMap> options;
  /// Draws that the strategy refused (options that exclude each other) and
  /// one reason; others were drawn instead.
  uint64_t refused = 0;
  std::string reason;
  bool exhausted = false;  // nothing new was found before there were enough
};
/// `problems`: on which the strategy must be able to start. Error(kUsage) for
/// options that it does not have, and where it refuses the given ones.
DrawnConfigurations DrawConfigurations(
    const TuningSpec& spec, const TunedStrategy& strategy,
    const std::vector<std::shared_ptr<const Problem>>& problems,
    const PluginOptions& plugins);

/// A configuration and how it did on the tuning problems.
struct TriedConfiguration {
  std::string label;  // LABEL, or LABEL#i
  OptionMap options;
  /// Mean over repetitions of each tuning problem's first measure; none where
  /// a run failed or left nothing to judge.
  std::vector<std::optional<double>> means;
  double mean_rank = 0;  // over problems; 1 is best
};

struct TunedResult {
  StrategySpec strategy;                  // as given
  std::vector<TriedConfiguration> tried;  // best first: tried[0] is chosen
  uint64_t refused = 0;                   // see DrawnConfigurations
  std::string reason;
  bool exhausted = false;
  // The tuning budget, as spent.
  uint64_t runs = 0;
  uint64_t evaluations = 0;
  double simulated_seconds = 0;

  bool Tuned() const { return tried.size() > 1; }
};

struct Tuning {
  std::vector<TunedResult> strategies;
  std::vector<ReportProblem> problems;  // the tuning problems, for measures
  std::vector<ReportProblem> tests;     // with differences between strategies
  RunSummary summary;                   // of both stages
};

/// Runs what is not there yet into `results` (experiments NAME-tune and
/// NAME-test), so that an interrupted tuning goes on where it stopped. The
/// configuration with the least mean rank over the tuning problems is chosen;
/// of equal ones the earliest. Deterministic: threads change nothing.
/// Errors as RunExperiment; kInterrupted.
Tuning RunTuning(const TuningSpec& spec, std::shared_ptr<const Table> table,
                 std::shared_ptr<const Table> test_table, Results& results,
                 const RunOptions& options);

}  // namespace hwnas

#endif  // HWNAS_BENCH_TUNE_TUNING_H_
