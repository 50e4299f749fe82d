#ifndef HWNAS_STRATEGIES_FITNESS_H_
#define HWNAS_STRATEGIES_FITNESS_H_

#include <array>
#include <cmath>
#include <limits>

#include "tabular/evaluator.h"
#include "tabular/problem.h"

namespace hwnas {

/// How a trial is judged by a single-objective strategy: the feasible before
/// the infeasible, the infeasible by how much they violate, then by the first
/// objective, to be minimised. Further objectives are not looked at: wrap the
/// strategy in a scalarised formulation to weigh them.
struct Fitness {
  static constexpr double kWorst = std::numeric_limits<double>::infinity();

  double violation = kWorst;
  double value = kWorst;

  /// Whether the trial had values at all.
  bool Rated() const { return violation < kWorst; }
  bool Feasible() const { return violation == 0; }

  friend bool operator<(const Fitness& a, const Fitness& b) {
    return a.violation < b.violation ||
           (a.violation == b.violation && a.value < b.value);
  }
  friend bool operator==(const Fitness&, const Fitness&) = default;
};

/// Objectives as minimised, with the violation; for several objectives.
struct Rating {
  double violation = Fitness::kWorst;
  std::array<double, kMaxValues> objectives{};

  Fitness First() const {
    return {violation,
            violation < Fitness::kWorst ? objectives[0] : Fitness::kWorst};
  }
};

/// Rates trials of one problem. Violations of several constraints add up,
/// each over the size of its bound (over 1 where the bound is 0), so that
/// units do not decide. A trial without values (invalid, missing) or with a
/// value that is no number has an infinite violation: the worst there is.
class Judge {
 public:
  explicit Judge(const Problem& problem) : problem_(&problem) {}

  size_t Objectives() const { return problem_->objectives.size(); }

  Fitness Rate(const Trial& trial) const {
    Fitness fitness;
    const double violation = Violation(trial);
    if (violation == Fitness::kWorst) return fitness;
    fitness.violation = violation;
    fitness.value = Minimised(trial, 0);
    return fitness;
  }

  Rating RateAll(const Trial& trial) const {
    Rating rating;
    const double violation = Violation(trial);
    if (violation == Fitness::kWorst) return rating;
    rating.violation = violation;
    for (size_t i = 0; i < Objectives(); ++i) {
      rating.objectives[i] = Minimised(trial, i);
    }
    return rating;
  }

  double Minimised(const Trial& trial, size_t i) const {
    return problem_->objectives[i].direction == Direction::kMinimize
               ? trial.values[i]
               : -trial.values[i];
  }

 private:
  double Violation(const Trial& trial) const {
    if (!trial.HasValues()) return Fitness::kWorst;
    double violation = 0;
    const size_t objectives = Objectives();
    for (size_t i = 0; i < objectives; ++i) {
      if (std::isnan(trial.values[i])) return Fitness::kWorst;
    }
    for (size_t i = 0; i < problem_->constraints.size(); ++i) {
      const Constraint& constraint = problem_->constraints[i];
      const double value = trial.values[objectives + i];
      if (std::isnan(value)) return Fitness::kWorst;
      const double size = std::fabs(constraint.bound);
      violation += constraint.Violation(value) / (size > 0 ? size : 1);
    }
    return violation;
  }

  const Problem* problem_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_FITNESS_H_
