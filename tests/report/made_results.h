#ifndef HWNAS_TESTS_REPORT_MADE_RESULTS_H_
#define HWNAS_TESTS_REPORT_MADE_RESULTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/results.h"
#include "tabular/sha256.h"
#include "tests/temp_dir.h"

namespace hwnas {

/// A point that a made run evaluates.
struct MadePoint {
  uint16_t architecture = 0;
  std::vector<double> scores;  // empty: missing, did not compile
  TrialStatus status = TrialStatus::kOk;
  bool repeated = false;
  std::vector<double> observed = {};  // empty: the scores
};

/// A results file whose runs are written down by a test.
class MadeResults {
 public:
  explicit MadeResults(const std::string& name = "results.db")
      : results_(Results::OpenOrCreate(folder_.Path(name))) {
    SetExperiment("made", 7);
  }

  void SetExperiment(const std::string& name, uint64_t seed) {
    ResultsExperiment experiment;
    experiment.name = name;
    experiment.seed = seed;
    experiment.json = "{}";
    results_->SetExperiment(experiment);
  }

  static ResultsProblem OneObjective(const std::string& name) {
    ResultsProblem problem;
    problem.experiment = "made";
    problem.spec.name = name;
    problem.spec.objectives = {{"accuracy:cifar10/val/e200", "", ""}};
    problem.spec.protocol.evaluations = 4;
    problem.space = "nb201@1";
    problem.table_digest = std::string(64, 'a');
    problem.table_title = "a table";
    problem.objectives = {{"accuracy:cifar10/val/e200", "%",
                           Direction::kMaximize, "measured", "made"}};
    problem.scores = problem.objectives;
    problem.optimum = {{95, Missing::kNone}};
    return problem;
  }

  static ResultsProblem TwoObjectives(const std::string& name) {
    ResultsProblem problem = OneObjective(name);
    problem.spec.objectives.push_back({"latency@pixel3", "", ""});
    problem.objectives.push_back(
        {"latency@pixel3", "ms", Direction::kMinimize, "measured", "made"});
    problem.scores = problem.objectives;
    problem.optimum = {{95, Missing::kNone}, {1, Missing::kNone}};
    return problem;
  }

  int64_t AddProblem(ResultsProblem problem) {
    problem.json = ProblemJson(problem.spec);
    const int64_t id = results_->AddProblem(problem);
    names_[id] = problem.experiment + "/" + problem.spec.name;
    return id;
  }

  void AddStrategy(const std::string& label, const std::string& name = "random",
                   int version = 1) {
    results_->AddStrategy({label, name, {}}, version);
  }

  /// A finished run whose answers are `recommended`, indices into `points`.
  void AddRun(int64_t problem, const std::string& label, uint64_t repetition,
              const std::vector<MadePoint>& points,
              std::vector<uint32_t> recommended) {
    RunOutcome outcome;
    double clock = 0;
    for (const MadePoint& point : points) {
      DictionaryEntry entry;
      entry.architecture = Architecture{point.architecture};
      entry.text = "arch-" + std::to_string(point.architecture);
      entry.status = point.status;
      entry.full_cost_seconds = 10;
      if (point.scores.empty()) {
        entry.missing = Missing::kDidNotCompile;
        entry.scores = {{0, Missing::kDidNotCompile}};
        entry.values.assign(point.observed.begin(), point.observed.end());
      } else {
        const std::vector<double>& observed =
            point.observed.empty() ? point.scores : point.observed;
        entry.values.assign(observed.begin(), observed.end());
        for (const double score : point.scores) {
          entry.scores.push_back({score, Missing::kNone});
        }
      }
      clock += 10;
      outcome.trials.push_back({static_cast<uint32_t>(outcome.entries.size()),
                                point.repeated, true, 10, clock});
      outcome.entries.push_back(std::move(entry));
    }
    outcome.recommended = std::move(recommended);
    outcome.evaluations = points.size();
    outcome.simulated_seconds = clock;
    Store(problem, label, repetition, outcome);
  }

  /// One evaluation, which is the answer.
  void AddAnswer(int64_t problem, const std::string& label, uint64_t repetition,
                 uint16_t architecture, std::vector<double> scores) {
    AddRun(problem, label, repetition, {{architecture, std::move(scores)}},
           {0});
  }

  void AddFailure(int64_t problem, const std::string& label,
                  uint64_t repetition, const std::string& reason) {
    RunOutcome outcome;
    outcome.end = RunEnd::kFailed;
    outcome.reason = reason;
    Store(problem, label, repetition, outcome);
  }

  const Results& Get() const { return *results_; }
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  void Close() { results_->Close(); }

 private:
  void Store(int64_t problem, const std::string& label, uint64_t repetition,
             const RunOutcome& outcome) {
    RunRecord record;
    Sha256 hash;
    hash.Add(names_.at(problem));
    hash.Add(label);
    hash.Add(repetition);
    record.id = hash.HexDigest();
    record.problem = problem;
    record.strategy = label;
    record.repetition = repetition;
    record.end = outcome.end;
    record.reason = outcome.reason;
    record.trials = outcome.trials.size();
    record.evaluations = outcome.evaluations;
    record.simulated_seconds = outcome.simulated_seconds;
    record.digest = outcome.Digest();
    results_->AddRun(record, outcome, nullptr);
  }

  TempDir folder_;
  std::map<int64_t, std::string> names_;
  std::unique_ptr<Results> results_;
};

}  // namespace hwnas

#endif  // HWNAS_TESTS_REPORT_MADE_RESULTS_H_
