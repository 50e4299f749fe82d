#ifndef HWNAS_TABULAR_PROBLEM_H_
#define HWNAS_TABULAR_PROBLEM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/metric.h"
#include "tabular/search_space.h"

namespace hwnas {

/// Objectives and constraints of a problem together are at most this many.
constexpr size_t kMaxValues = 16;

struct Objective {
  Metric metric;
  Direction direction = Direction::kMinimize;
};

/// `metric <= bound` (upper) or `metric >= bound`.
struct Constraint {
  Metric metric;
  bool upper = true;
  double bound = 0;

  bool Satisfied(double value) const {
    return upper ? value <= bound : value >= bound;
  }
  /// 0 when satisfied, else the distance to the bound, positive.
  double Violation(double value) const {
    const double v = upper ? value - bound : bound - value;
    return v > 0 ? v : 0;
  }
};

/// `METRIC<=NUMBER` or `METRIC>=NUMBER`, as in `latency@pixel3<=20`, spaces
/// around the sign allowed. Error(kUsage) for anything else.
Constraint ParseConstraint(std::string_view text);

/// A rung of the fidelity ladder, from cheap to full. A trial at this rung
/// costs `cost_scale` × the value of `cost` (simulated seconds), or
/// `cost_scale` alone where the metric's quantity is empty.
struct Rung {
  Fidelity fidelity;
  Metric cost;
  double cost_scale = 1;
};

/// What a strategy may know of its budget. 0 means unlimited.
struct BudgetView {
  uint64_t evaluations = 0;
  double simulated_seconds = 0;
  uint64_t max_trials = 0;
  int workers = 1;
};

/// A cost that is a sum over decisions: intercept + Σ_i per_choice[i][a_i].
struct LinearCost {
  Metric metric;
  double intercept = 0;
  std::vector<std::vector<double>> per_choice;
};

/// A named column that a strategy may read before evaluating (a zero-cost
/// score, macs); declared in the report.
struct Feature {
  std::string name;  // metric text
  Metric metric;
};

/// Reads feature columns. Thread-safe.
class FeatureSource {
 public:
  virtual ~FeatureSource() = default;
  /// The `i`-th feature of the problem for an architecture.
  virtual Value Read(size_t i, const Architecture& architecture) const = 0;
};

/// What a strategy is asked to solve. Trials carry values in this order:
/// objectives, then constraints. Immutable while a run goes on.
struct Problem {
  std::string name;
  std::shared_ptr<const SearchSpace> space;
  /// What strategies see; at rungs below the last with that rung's fidelity.
  std::vector<Objective> objectives;
  std::vector<Constraint> constraints;
  std::vector<Rung> ladder;  // at least one rung
  BudgetView budget;
  /// What reports judge; empty: the objectives themselves.
  std::vector<Objective> score;
  std::vector<Feature> features;
  std::shared_ptr<const FeatureSource> feature_source;  // null: no features
  std::vector<LinearCost> linear_costs;

  size_t Values() const { return objectives.size() + constraints.size(); }
};

/// Error(kUsage) when the problem is not one: no objective, too many values,
/// no rung, a test split observed, or a feature that is scored (unless
/// `allow_test_observed`, `allow_scored_features`).
void CheckProblem(const Problem& problem, bool allow_test_observed,
                  bool allow_scored_features);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_PROBLEM_H_
