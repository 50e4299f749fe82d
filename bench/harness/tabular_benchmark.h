#ifndef HWNAS_BENCH_HARNESS_TABULAR_BENCHMARK_H_
#define HWNAS_BENCH_HARNESS_TABULAR_BENCHMARK_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/harness/coverage.h"
#include "bench/harness/experiment.h"
#include "bench/harness/surrogate.h"
#include "bench/harness/trial_log.h"
#include "tabular/evaluator.h"
#include "tabular/table.h"

namespace hwnas {

/// Judges architectures by the problem's score metrics: means over
/// replicates, at full fidelity. Thread-safe.
class Scorer {
 public:
  virtual ~Scorer() = default;
  /// Fills `scores`, one per `problem.score`, else per objective.
  virtual void Score(const Architecture& architecture,
                     std::span<Value> scores) const = 0;
  /// What is known of an architecture's values at a rung (-1: of its scores
  /// alone) besides them. By default nothing was predicted.
  virtual EntryMarks Mark(const Architecture&, int /*rung*/) const {
    return {};
  }
};

/// How many rows answer something that a problem reads of a table.
struct MetricCoverage {
  std::string metric;   // complete
  bool scored = false;  // judged by; else observed
  uint64_t values = 0;  // rows that answer, with predictions where it uses them
  uint64_t unused = 0;  // further rows that have a prediction
};

/// A problem on a table: dense columns resolved at set-up, so that evaluating
/// is array reads. Surrogates are fitted then, and their answers are columns
/// too. Immutable and thread-safe; shared by all runs.
class TabularBenchmark : public Scorer {
 public:
  /// Error(kUsage or kNotFound) for metrics, constraints, factors that the
  /// table cannot answer.
  static std::shared_ptr<const TabularBenchmark> Make(
      std::shared_ptr<const Table> table, const ProblemSpec& spec);

  virtual const Problem& GetProblem() const = 0;
  virtual const ProblemSpec& Spec() const = 0;
  virtual const Table& GetTable() const = 0;

  /// The columns behind objective or constraint `i` (at the last rung) and
  /// score `i`, for the first choice of every factor. Where a surrogate
  /// answers: origin predicted, its predictor as source.
  virtual const Column& ObservedColumn(size_t i) const = 0;
  virtual const Column& ScoredColumn(size_t i) const = 0;
  /// The best of each score over all architectures that satisfy the
  /// constraints (by the columns' means); missing where there is none. With
  /// `measured_only` over those that are measured.
  virtual std::vector<Value> Optimum() const = 0;
  /// With several objectives the true front: scores, in natural units, of the
  /// same architectures that none of them dominates; each point once, in
  /// ascending order. An architecture that lacks a score is not among them.
  /// Empty with one objective, where no architecture is left, and where it is
  /// too large: more than 2,000,000 architectures (factors included), or 10,000
  /// points, 2,000 of more than four scores.
  virtual std::vector<std::vector<double>> TrueFront() const = 0;

  /// Error(kNotFound) where no architecture of the space keeps the
  /// constraints, as they are judged; it says how near the table comes.
  virtual void CheckFeasible() const = 0;
  /// What objectives, constraints and scores read, each metric once as
  /// observed and once as judged; without what a surrogate or a factor's
  /// choice answers.
  virtual std::vector<MetricCoverage> Coverages() const = 0;

  /// How much of the table the space is, before a filter.
  virtual Coverage Searched() const = 0;

  /// What strategies start from in a run, best first; empty without a hot
  /// start. `key`: what its samples depend on.
  virtual std::vector<Architecture> HotStart(uint64_t key) const = 0;
  /// In the order of the specification.
  virtual std::span<const std::shared_ptr<const Surrogate>> Surrogates()
      const = 0;
  /// Simulated seconds that a run spends before its first proposal: on what
  /// the filter and the hot start read, and on what surrogates were fitted
  /// on and their fitting.
  virtual double SetUpSeconds() const = 0;

  /// The evaluator of one run. `replicate_key`: what the run's luck depends
  /// on (master seed, experiment, problem, repetition).
  virtual std::unique_ptr<Evaluator> MakeEvaluator(
      uint64_t replicate_key) const = 0;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_TABULAR_BENCHMARK_H_
