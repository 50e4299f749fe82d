#include "tabular/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tabular/number.h"

namespace hwnas {
namespace {

[[noreturn]] void Refuse(const Problem& problem, const std::string& why) {
  throw Error(ErrorCode::kUsage,
              fmt::format("problem '{}': {}", Quoted(problem.name), why));
}

/// `valtest` holds the test images too.
bool HoldsTest(const Metric& metric) {
  return metric.split == "test" || metric.split == "valtest";
}

void CheckObserved(const Problem& problem, const Metric& metric) {
  if (!HoldsTest(metric)) return;
  Refuse(problem,
         fmt::format("observes the test split ({}): strategies would be tuned "
                     "on what reports judge; observe a validation split, or "
                     "allow it in so many words",
                     metric.Text()));
}

void CheckObjectives(const Problem& problem) {
  if (problem.objectives.empty()) {
    Refuse(problem, "no objective: name at least one metric");
  }
  if (problem.Values() > kMaxValues) {
    Refuse(problem,
           fmt::format("{} objectives and {} constraints; together at most {}",
                       problem.objectives.size(), problem.constraints.size(),
                       kMaxValues));
  }
  for (size_t i = 0; i < problem.objectives.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (problem.objectives[i].metric == problem.objectives[j].metric) {
        Refuse(problem, fmt::format("objective {} stands twice",
                                    problem.objectives[i].metric.Text()));
      }
    }
  }
  for (const Constraint& constraint : problem.constraints) {
    if (!std::isfinite(constraint.bound)) {
      Refuse(problem, fmt::format("the bound of {} is not a number",
                                  constraint.metric.Text()));
    }
  }
}

void CheckLadder(const Problem& problem) {
  if (problem.ladder.empty()) {
    Refuse(problem, "no rung: a ladder has at least the full fidelity");
  }
  for (const Rung& rung : problem.ladder) {
    if (!std::isfinite(rung.cost_scale) || rung.cost_scale < 0) {
      Refuse(problem,
             fmt::format("the cost of rung '{}' is scaled by {}; it must be "
                         "finite and not negative",
                         rung.fidelity.Text(), rung.cost_scale));
    }
  }
}

void CheckBudget(const Problem& problem) {
  const BudgetView& budget = problem.budget;
  if (!std::isfinite(budget.simulated_seconds) ||
      budget.simulated_seconds < 0) {
    Refuse(problem, "a budget in seconds must be finite and not negative");
  }
  if (budget.workers < 1) Refuse(problem, "at least one worker is needed");
}

void CheckFeatures(const Problem& problem, bool allow_scored_features) {
  if (!problem.features.empty() && problem.feature_source == nullptr) {
    Refuse(problem, "features without a source to read them from");
  }
  if (allow_scored_features) return;
  const std::vector<Objective>& scored =
      problem.score.empty() ? problem.objectives : problem.score;
  for (const Feature& feature : problem.features) {
    for (const Objective& objective : scored) {
      if (feature.metric == objective.metric) {
        Refuse(problem,
               fmt::format("feature {} is scored: strategies would read the "
                           "answer; drop it, or allow it in so many words",
                           feature.metric.Text()));
      }
    }
  }
}

void CheckLinearCosts(const Problem& problem) {
  const auto decisions = problem.space->Decisions();
  for (const LinearCost& cost : problem.linear_costs) {
    bool fits = cost.per_choice.size() == decisions.size();
    for (size_t i = 0; fits && i < decisions.size(); ++i) {
      fits = cost.per_choice[i].size() == decisions[i].choices.size();
    }
    if (!fits) {
      Refuse(problem, fmt::format("the linear form of {} does not fit the "
                                  "decisions of {}",
                                  cost.metric.Text(), problem.space->Id()));
    }
  }
}

}  // namespace

Constraint ParseConstraint(std::string_view text) {
  const size_t upper = text.find("<=");
  const size_t at = std::min(upper, text.find(">="));
  const auto trimmed = [](std::string_view part) {
    const size_t begin = std::min(part.find_first_not_of(' '), part.size());
    return part.substr(begin, part.find_last_not_of(' ') + 1 - begin);
  };
  std::optional<double> bound;
  if (at != std::string_view::npos) {
    bound = TryParseNumber(trimmed(text.substr(at + 2)));
  }
  if (!bound) {
    throw Error(ErrorCode::kUsage,
                fmt::format("'{}' is no constraint: write METRIC<=NUMBER or "
                            "METRIC>=NUMBER",
                            Quoted(text)));
  }
  return {Metric::Parse(trimmed(text.substr(0, at))), at == upper, *bound};
}

void CheckProblem(const Problem& problem, bool allow_test_observed,
                  bool allow_scored_features) {
  if (problem.space == nullptr) Refuse(problem, "no search space");
  CheckObjectives(problem);
  CheckLadder(problem);
  CheckBudget(problem);
  CheckFeatures(problem, allow_scored_features);
  CheckLinearCosts(problem);
  if (allow_test_observed) return;
  for (const Objective& objective : problem.objectives) {
    CheckObserved(problem, objective.metric);
  }
  for (const Constraint& constraint : problem.constraints) {
    CheckObserved(problem, constraint.metric);
  }
  for (const Feature& feature : problem.features) {
    CheckObserved(problem, feature.metric);
  }
}

}  // namespace hwnas
