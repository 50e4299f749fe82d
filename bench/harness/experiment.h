#ifndef HWNAS_BENCH_HARNESS_EXPERIMENT_H_
#define HWNAS_BENCH_HARNESS_EXPERIMENT_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/toml_reader.h"
#include "strategies/registry.h"
#include "tabular/metric.h"

namespace hwnas {

/// What a proposal that brings nothing new costs.
enum class Charge : uint8_t {
  kFull,  // counts as an evaluation and costs what the rung costs
  kFree,  // counts as a trial only
};

/// How a run is conducted; part of a run's identity.
struct Protocol {
  /// Budgets, 0: unlimited; at least one must be set.
  uint64_t evaluations = 0;
  double simulated_seconds = 0;
  /// Cap on trials; 0: 100 × the size of the space or 10^6, the smaller.
  uint64_t max_trials = 0;
  int workers = 1;
  Charge repeated = Charge::kFull;
  Charge invalid = Charge::kFull;
  Charge missing = Charge::kFull;
  /// Whether the evaluation that crosses the simulated budget still counts.
  bool crossing_counts = true;
  /// Whether observed values are a replicate's (keyed by repetition and
  /// architecture) or the mean of replicates.
  bool replicates = true;
  /// In so many words: the strategy may see what reports judge.
  bool allow_test_observed = false;
  bool allow_scored_features = false;
};

/// An objective as an experiment states it.
struct ObjectiveSpec {
  std::string metric;  // text, completed by the table's defaults
  std::string source;  // "": the preferred one
  /// Empty: as the quantity says; else "min" or "max".
  std::string direction;
};

struct RungSpec {
  std::string fidelity;  // "": the objective's own
  std::string cost;      // metric text; "": the scale alone
  double cost_scale = 1;
};

/// A further factor of the space (co-design): see ProductSpace.
struct FactorSpec {
  std::string name;
  std::string binding;  // "qualifiers" or "platform"
  std::vector<std::string> values;
};

/// What strategies start from: architectures as given, or the best `count` of
/// `samples` random ones by a metric that is known before (a zero-cost score, a
/// cost), the same for all strategies of a repetition.
struct HotStartSpec {
  std::vector<std::string> architectures;  // text forms
  std::string metric;                      // empty: `architectures`
  std::string direction;                   // as ObjectiveSpec's
  uint64_t samples = 1000;
  uint64_t count = 10;
  double seconds = 0;  // charged for each metric read

  bool empty() const { return architectures.empty() && metric.empty(); }
};

/// A training at the highest rung is stopped at `rung` when its first
/// objective there is worse than the `quantile` of those that were there
/// before, of at least `after`.
struct EarlyStoppingSpec {
  bool on = false;
  int rung = 0;
  double quantile = 0.5;
  uint64_t after = 10;
};

/// A metric that strategies observe from a predictor instead of the table:
/// every objective and constraint that reads just this metric. Scores stay
/// what the table holds.
struct SurrogateSpec {
  std::string metric;
  std::string predictor = "xgboost";
  std::map<std::string, double> options;
  std::string encoding = "one-hot";
  std::vector<std::string> stored;  // metrics, of the encodings `stored*`
  /// Values of the metric that it is fitted on.
  uint64_t train = 100;
  uint64_t seed = 1;
  /// Predictors, each fitted on values of its own; a repetition meets one of
  /// them, the same for all strategies.
  uint64_t draws = 1;
  /// Whether what is observed is drawn around the prediction with the standard
  /// deviation that the predictor states.
  bool noise = false;
  /// Few-shot transfer from these platforms instead of a predictor: `train`
  /// values of the metric, `source_architectures` on each of them.
  std::vector<std::string> sources;
  uint64_t source_architectures = 900;
  bool charge_sources = false;  // or they are taken as known
  /// Simulated seconds that fitting takes; none: FitSeconds (bench/predict).
  std::optional<double> fit_seconds;
};

/// Whether gaps are answered from what `predict fill` wrote.
enum class Filled : uint8_t {
  kNo,
  kObserved,  // objectives and constraints, as strategies see them
  kAll,       // and what is judged
};

/// One problem of an experiment: what is searched on the table.
struct ProblemSpec {
  std::string name;
  std::vector<ObjectiveSpec> objectives;
  std::vector<std::string> constraints;  // `latency@pixel3<=20`
  std::vector<ObjectiveSpec> score;      // empty: the objectives
  std::vector<RungSpec> ladder;          // empty: one rung, cost 1
  std::vector<std::string> features;
  std::vector<FactorSpec> factors;
  /// Architectures whose output does not depend on their input answer as
  /// missing ('disconnected'), whatever costs are stored for them. Off by
  /// default, as published comparisons keep them.
  bool connected_only = false;
  /// The space is the table's rows of which every objective, constraint and
  /// score is known: where one was not measured (for any choice of a factor),
  /// the row is left out. Where none is left out, the space is as without.
  bool measured_only = false;
  /// The space is what satisfies all of these (`macs<=1e8`), read before the
  /// search for every row at `filter_seconds` each.
  std::vector<std::string> filter;
  double filter_seconds = 0;
  HotStartSpec hot_start;
  EarlyStoppingSpec early_stopping;
  std::vector<SurrogateSpec> surrogates;
  Filled filled = Filled::kNo;
  /// Simulated seconds that one value of a metric takes to measure: charged
  /// with every evaluation that observes it, or, where a surrogate answers,
  /// for every value that this was fitted on.
  std::map<std::string, double> query_seconds;
  Protocol protocol;  // the experiment's, with this problem's overrides
};

struct StrategySpec {
  std::string label;  // unique in an experiment; by default from the name
  std::string name;   // of the registry, `exec:COMMAND`, or a library's path
  OptionMap options;  // as given; defaults are not listed
  /// At most so many of the experiment's repetitions, the first ones; 0: all.
  /// No part of a run's identity.
  uint64_t repetitions = 0;
};

/// One TOML file: problems × strategies × repetitions on a table. The format
/// is documented in bench/harness/README.md, its keys in EXPERIMENT.md there.
struct Experiment {
  std::string name;
  std::string table;  // path as given, or empty
  uint64_t seed = 1;
  uint64_t repetitions = 1;
  std::vector<ProblemSpec> problems;
  std::vector<StrategySpec> strategies;

  /// A canonical JSON text of all of it but the table's path; FromJson is its
  /// inverse. Stored with the results.
  std::string ToJson() const;
  static Experiment FromJson(std::string_view json);  // Error(kCorrupt)

  /// Error(kUsage) with file, line and key for what is wrong; unknown keys
  /// are refused. A relative `table` is taken from the file's folder.
  static Experiment ReadFile(const std::string& path);
  static Experiment ReadText(std::string_view text, const std::string& name);
  /// The same, of a part of a document; refuses what it does not know there.
  static Experiment FromToml(const TomlTable& toml);

  /// Error(kUsage) unless names and labels are unique, budgets set,
  /// strategies known and their options valid.
  void Check() const;

  /// How many repetitions of a strategy there are.
  uint64_t RepetitionsOf(const StrategySpec& strategy) const {
    return strategy.repetitions == 0
               ? repetitions
               : std::min(strategy.repetitions, repetitions);
  }
};

/// Parts of an experiment's document, for others that have some of them: a
/// `[protocol]`, a problem on top of one, a `[[strategy]]`. Errors as
/// Experiment::ReadFile's; what else stands there is the caller's to read.
Protocol ProtocolFromToml(const TomlTable& toml);
ProblemSpec ProblemFromToml(const TomlTable& toml, const Protocol& protocol,
                            const std::string& default_name);
StrategySpec StrategyFromToml(const TomlTable& toml);

/// Canonical texts that identify runs: keys sorted, numbers shortest.
std::string ProblemJson(const ProblemSpec& problem);
/// Inverse of ProblemJson; Error(kCorrupt).
ProblemSpec ProblemFromText(std::string_view json);
/// Label, name and options.
std::string StrategyJson(const StrategySpec& strategy);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_EXPERIMENT_H_
