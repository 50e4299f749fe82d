#ifndef HWNAS_BENCH_HARNESS_RESULTS_H_
#define HWNAS_BENCH_HARNESS_RESULTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/coverage.h"
#include "bench/harness/experiment.h"
#include "bench/harness/run.h"
#include "bench/harness/trial_log.h"
#include "tabular/sha256.h"

namespace hwnas {

/// A problem as results remember it; reports need no table.
struct ResultsProblem {
  int64_t id = 0;
  std::string experiment;  // its name
  ProblemSpec spec;
  std::string json;   // ProblemJson(spec)
  std::string space;  // Spec() of the space searched
  std::string table_digest;
  std::string table_title;
  bool synthetic = false;
  /// Completed texts and units, in order.
  struct Named {
    std::string metric;
    std::string unit;
    Direction direction = Direction::kMinimize;
    std::string origin;  // of the column
    std::string source;
  };
  std::vector<Named> objectives;
  std::vector<Named> constraints;
  std::vector<double> bounds;  // of the constraints
  std::vector<bool> upper;
  std::vector<Named> scores;
  /// How much of the table was searched; all 0 where it was not recorded.
  Coverage searched;
  /// What strategies observed from predictors instead of the table.
  struct Predicted {
    std::string metric;
    std::string predictor;  // name@version
    std::string encoding;   // empty: few-shot transfer
    uint64_t fitted_on = 0;
    uint64_t source_values = 0;
    uint64_t draws = 1;
    bool noise = false;
    std::optional<double> kendall;  // against measured values, not fitted on
    std::optional<double> mae;
    double query_seconds = 0;  // charged to every run
    double fit_seconds = 0;
  };
  std::vector<Predicted> surrogates;
  double set_up_seconds = 0;  // charged to every run before its first proposal
  /// Best scores in the table, where it is a whole: the optimum of each score
  /// metric over its rows; empty when not known.
  std::vector<Value> optimum;
  /// TabularBenchmark::TrueFront; empty where it is not known, as in files
  /// written before it was recorded.
  std::vector<std::vector<double>> true_front;
};

/// A run's identity and what became of it, without its trials.
struct RunRecord {
  std::string id;  // 64 hex digits
  int64_t problem = 0;
  std::string strategy;  // label
  uint64_t repetition = 0;
  RunEnd end = RunEnd::kBudget;
  std::string reason;
  uint64_t trials = 0;
  uint64_t evaluations = 0;
  double simulated_seconds = 0;
  double strategy_seconds = 0;
  double wall_seconds = 0;
  std::string digest;
};

/// A run with its trials, resolved against the problem's dictionary.
struct RunTrials {
  std::vector<LoggedTrial> trials;
  std::vector<uint32_t> recommended;
  std::vector<Checkpoint> checkpoints;
};

/// What an experiment in a results file was run with.
struct ResultsExperiment {
  std::string name;
  uint64_t seed = 0;
  std::string json;   // of the Experiment that was last run
  std::string table;  // path as given
  std::string build;  // version, compiler, flags
  std::string host;   // processor
};

/// Identity of runs: SHA-256 over table digest, problem, protocol, master
/// seed, experiment name, the strategy's label, name@version, options, and
/// the repetition. Adding strategies or repetitions changes no other run.
class RunIdentity {
 public:
  RunIdentity(const std::string& table_digest, const std::string& experiment,
              uint64_t seed, const ProblemSpec& problem,
              const StrategySpec& strategy, int strategy_version);
  /// 64 hex digits.
  std::string Id(uint64_t repetition) const;

 private:
  Sha256 prefix_;
};

/// A results file: one SQLite database, documented in bench/harness/
/// RESULTS.md. A killed process loses at most the runs under way and a tenth
/// of a second's worth of finished ones. AddRun is thread-safe; all else is
/// not.
/// Errors: kIo, kCorrupt, kUsage (a results file of something else).
class Results {
 public:
  /// Opens for writing, creating it if it is not there.
  static std::unique_ptr<Results> OpenOrCreate(const std::string& path);
  /// Opens read-only. Error(kNotFound, kCorrupt).
  static std::unique_ptr<Results> Open(const std::string& path);
  /// Whether the file begins as a results file does; false where it cannot be
  /// read. What stands behind the beginning is Open's to judge.
  static bool Recognizes(const std::string& path);
  virtual ~Results() = default;

  virtual void SetExperiment(const ResultsExperiment& experiment) = 0;
  virtual std::vector<ResultsExperiment> Experiments() const = 0;

  /// Adds a problem, or finds the equal one, which gets the true front if it
  /// has none; returns its id. Error(kDisagree) when one of that experiment and
  /// name exists with another table, or the equal one with another true front.
  virtual int64_t AddProblem(const ResultsProblem& problem) = 0;
  virtual std::vector<ResultsProblem> Problems() const = 0;

  /// Strategies by label: the canonical StrategyJson with version.
  /// Error(kUsage) where the label stands for something else; but of another
  /// version of it that has only failed runs, those are removed and this one
  /// takes its place: a plug-in that was mended may say another version.
  virtual void AddStrategy(const StrategySpec& spec, int version) = 0;
  struct StrategyRow {
    StrategySpec spec;
    int version = 1;
  };
  virtual std::vector<StrategyRow> Strategies() const = 0;

  virtual bool HasRun(const std::string& id) const = 0;
  /// Stores a finished run, in place of one of the same id; it is on the disk a
  /// tenth of a second later, or when the next one is added, or after Commit.
  /// `space` writes the text of architectures not met before; null: the entries
  /// carry it.
  virtual void AddRun(const RunRecord& record, const RunOutcome& outcome,
                      const SearchSpace* space) = 0;
  /// Makes runs that were added readable for others, and safe from a kill.
  virtual void Commit() = 0;

  /// Runs by problem, strategy, repetition.
  virtual std::vector<RunRecord> Runs() const = 0;
  /// The dictionary of a problem, read once and kept until it is released.
  virtual const std::vector<DictionaryEntry>& Dictionary(
      int64_t problem) const = 0;
  /// Frees a dictionary; what Dictionary returned for it is gone. So whoever
  /// goes from problem to problem needs memory for one.
  virtual void ReleaseDictionary(int64_t problem) const = 0;
  virtual RunTrials Trials(const RunRecord& run) const = 0;
  /// A run as it was when recorded (entries in order of first meeting).
  RunOutcome Outcome(const RunRecord& run) const;

  /// SHA-256 over (run id, run digest) in order of id.
  std::string Digest() const;
  /// What is wrong with the file, a line each; recomputes every run's digest.
  virtual std::vector<std::string> Check() const = 0;
  /// Ends writing: one file remains, without a journal beside it.
  virtual void Close() = 0;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_RESULTS_H_
