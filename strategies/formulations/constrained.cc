#include <cmath>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/episodes.h"
#include "strategies/fitness.h"
#include "strategies/options.h"

namespace hwnas {
namespace {

enum class Handling : size_t { kHard, kFeasibleFirst, kPenalty, kMnasnet };

std::vector<OptionInfo> Options() {
  std::vector<OptionInfo> options = InnerOptions("regularized-evolution");
  options.push_back(
      {"handling", "hard",
       "hard: what violates a constraint counts as without values; "
       "feasible-first: the constraints are passed on, so that less violation "
       "is better among the infeasible; penalty: every objective worsened by "
       "`penalty` times the violation, each over its bound; mnasnet: every "
       "objective times the product over constraints of (value / bound)^w"});
  options.push_back(
      {"penalty", "100", "per unit of violation, in units of the objective"});
  options.push_back(
      {"alpha", "-0.07", "mnasnet: w while the constraint is kept"});
  options.push_back({"beta", "-0.07", "mnasnet: w beyond it"});
  return options;
}

struct ConstrainedOptions {
  InnerSpec inner;
  Handling handling;
  double penalty;
  double alpha;
  double beta;
};

/// Shows an inner strategy the problem with its constraints handled.
class Constrained : public Strategy {
 public:
  Constrained(ConstrainedOptions options, RunContext context)
      : options_(std::move(options)),
        context_(std::move(context)),
        judge_(*context_.problem) {
    Problem problem = *context_.problem;
    if (options_.handling != Handling::kFeasibleFirst) {
      problem.constraints.clear();
    }
    // A stated linear cost does not hold for an objective that was changed.
    if (Changes()) problem.linear_costs.clear();
    episodes_.Begin(options_.inner, std::move(problem), &context_);
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    return episodes_.Ask(limit, out);
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) episodes_.Tell(Translated(trial));
  }

 private:
  bool Changes() const {
    return options_.handling == Handling::kPenalty ||
           options_.handling == Handling::kMnasnet;
  }

  Trial Translated(const Trial& trial) const {
    Trial seen = trial;
    if (!trial.HasValues() || options_.handling == Handling::kFeasibleFirst) {
      return seen;
    }
    const double violation = judge_.Rate(trial).violation;
    // A constrained quantity that is no number cannot be judged.
    if (violation == Fitness::kWorst ||
        (options_.handling == Handling::kHard && violation > 0)) {
      seen.status = TrialStatus::kMissing;
      return seen;
    }
    seen.status = TrialStatus::kOk;
    if (!Changes()) return seen;
    const double factor =
        options_.handling == Handling::kMnasnet ? SoftFactor(trial) : 1;
    for (size_t i = 0; i < judge_.Objectives(); ++i) {
      const bool maximised =
          context_.problem->objectives[i].direction == Direction::kMaximize;
      if (options_.handling == Handling::kMnasnet) {
        seen.values[i] *= maximised ? factor : 1 / factor;
      } else {
        seen.values[i] += (maximised ? -1 : 1) * options_.penalty * violation;
      }
      // A measured 0 to a negative power.
      if (!std::isfinite(seen.values[i])) seen.status = TrialStatus::kMissing;
    }
    return seen;
  }

  /// Π (value / bound)^w, of a lower bound (bound / value)^w.
  double SoftFactor(const Trial& trial) const {
    const std::vector<Constraint>& constraints = context_.problem->constraints;
    double factor = 1;
    for (size_t i = 0; i < constraints.size(); ++i) {
      const double value = trial.values[judge_.Objectives() + i];
      const double ratio = constraints[i].upper ? value / constraints[i].bound
                                                : constraints[i].bound / value;
      factor *=
          std::pow(ratio, constraints[i].Satisfied(value) ? options_.alpha
                                                          : options_.beta);
    }
    return factor;
  }

  ConstrainedOptions options_;
  RunContext context_;
  Judge judge_;
  Episodes episodes_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("constrained", known, given);
  ConstrainedOptions options;
  options.inner = ReadInner(reader);
  options.handling = static_cast<Handling>(reader.Choice(
      "handling", {"hard", "feasible-first", "penalty", "mnasnet"}));
  options.penalty = reader.Real("penalty", 0, 1e12);
  options.alpha = reader.Real("alpha", -100, 100);
  options.beta = reader.Real("beta", -100, 100);
  if (options.handling == Handling::kMnasnet) {
    for (const Constraint& constraint : context.problem->constraints) {
      if (!(constraint.bound > 0)) {
        reader.Fail("handling",
                    "mnasnet divides by bounds; give positive ones");
      }
    }
  }
  return std::make_unique<Constrained>(std::move(options), std::move(context));
}

}  // namespace

StrategyInfo ConstrainedInfo() {
  StrategyInfo info;
  info.name = "constrained";
  info.summary = "another strategy, constraints as limit, penalty or factor";
  info.source =
      "hard limit; feasible first (Deb, CMAME 2000); static penalty; MnasNet's "
      "soft constraint (Tan et al., CVPR 2019, equation 2; its hard variant: "
      "alpha 0, beta -1). Several constraints multiply or add up; a minimised "
      "objective is divided by MnasNet's factor";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
