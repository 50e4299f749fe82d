#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/episodes.h"
#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/weights.h"

namespace hwnas {
namespace {

enum class Scheme : size_t { kWeightedSum, kWeightedProduct, kChebyshev };

std::vector<OptionInfo> Options() {
  std::vector<OptionInfo> options = InnerOptions("regularized-evolution");
  options.push_back(
      {"scheme", "weighted-sum",
       "weighted-sum: sum of w_i (f_i - ideal_i) / scale_i, f_i as minimised; "
       "chebyshev: the largest of these; weighted-product: product of (value_i "
       "/ scale_i)^(+w_i or -w_i), maximised ones growing, minimised ones "
       "shrinking it; values then have to be positive"});
  options.push_back(
      {"weights", "",
       "w_i, one an objective, not negative; empty: equal, with sum 1"});
  options.push_back({"ideal", "", "per objective, natural units; empty: 0"});
  options.push_back({"scale", "", "per objective, positive; empty: 1"});
  options.push_back(
      {"sweep", "1",
       "at most so many weights of a lattice, one inner search each, the "
       "budget's evaluations shared out equally; 1: `weights` alone"});
  return options;
}

struct ScalarOptions {
  InnerSpec inner;
  Scheme scheme;
  std::vector<double> weights;
  std::vector<double> ideal;
  std::vector<double> scale;
  size_t sweep;
};

/// Shows an inner strategy a problem with the scalarised objective in the
/// place of the problem's own. The inner objective is minimised; constraints
/// are passed on. A product of values that are not positive is no number, and
/// judged as no value.
class Scalarised : public Strategy {
 public:
  Scalarised(ScalarOptions options, RunContext context)
      : options_(std::move(options)),
        context_(std::move(context)),
        judge_(*context_.problem) {
    if (options_.sweep > 1) {
      const size_t dims = judge_.Objectives();
      lattice_ = SimplexLattice(dims, options_.sweep);
      episode_ = std::max<uint64_t>(
          1, context_.problem->budget.evaluations / Points());
    }
    Begin();
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (lattice_.empty()) return episodes_.Ask(limit, out);
    if (episodes_.Proposed() >= episode_) NextWeights();
    AskState state = AskInner(limit, out);
    // An inner strategy that ends early leaves the rest to later weights.
    while (state == AskState::kDone && turn_ + 1 < Points()) {
      NextWeights();
      state = AskInner(limit, out);
    }
    return state;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      if (episodes_.Owns(trial)) episodes_.Tell(Translated(trial));
    }
  }

 private:
  size_t Points() const { return lattice_.size() / judge_.Objectives(); }

  AskState AskInner(size_t limit, std::vector<Proposal>* out) {
    const uint64_t left = episode_ - episodes_.Proposed();
    return episodes_.Ask(std::min<uint64_t>(limit, left), out);
  }

  /// Beyond the last weights: the first again, for what a budget leaves over.
  void NextWeights() {
    ++turn_;
    Begin();
  }

  void Begin() {
    const size_t dims = judge_.Objectives();
    if (!lattice_.empty()) {
      const auto at = lattice_.begin() +
                      static_cast<std::ptrdiff_t>((turn_ % Points()) * dims);
      options_.weights.assign(at, at + static_cast<std::ptrdiff_t>(dims));
    }
    Problem problem = *context_.problem;
    problem.objectives.resize(1);
    problem.objectives[0].direction = Direction::kMinimize;
    if (!lattice_.empty()) problem.budget.evaluations = episode_;
    // What was stated for the objectives does not hold for their mixture.
    problem.linear_costs.clear();
    episodes_.Begin(options_.inner, std::move(problem), &context_);
  }

  Trial Translated(const Trial& trial) const {
    Trial seen = trial;
    if (!trial.HasValues()) return seen;
    seen.values[0] = Scalar(trial);
    for (size_t i = 0; i < context_.problem->constraints.size(); ++i) {
      seen.values[1 + i] = trial.values[judge_.Objectives() + i];
    }
    return seen;
  }

  /// (f_i - ideal_i) / scale_i, minimised.
  double Gap(const Trial& trial, size_t i) const {
    const double sign =
        context_.problem->objectives[i].direction == Direction::kMinimize ? 1
                                                                          : -1;
    return sign * (trial.values[i] - options_.ideal[i]) / options_.scale[i];
  }

  double Scalar(const Trial& trial) const {
    const size_t dims = judge_.Objectives();
    double sum = 0;
    double largest = -Fitness::kWorst;
    double product = 1;
    for (size_t i = 0; i < dims; ++i) {
      const double term = options_.weights[i] * Gap(trial, i);
      sum += term;
      largest = std::max(largest, term);
      const bool maximised =
          context_.problem->objectives[i].direction == Direction::kMaximize;
      product *=
          std::pow(trial.values[i] / options_.scale[i],
                   maximised ? options_.weights[i] : -options_.weights[i]);
    }
    switch (options_.scheme) {
      case Scheme::kWeightedSum:
        return sum;
      case Scheme::kChebyshev:
        return largest;
      case Scheme::kWeightedProduct:
        return -product;
    }
    HWNAS_CHECK(!"a scheme of the list");
    return 0;
  }

  ScalarOptions options_;
  RunContext context_;
  Judge judge_;
  std::vector<double> lattice_;  // of a sweep
  uint64_t episode_ = 0;         // evaluations for each of its weights
  size_t turn_ = 0;
  Episodes episodes_;
};

std::vector<double> PerObjective(const OptionReader& reader, const char* name,
                                 size_t dims, double otherwise) {
  std::vector<double> values = reader.Reals(name);
  if (values.empty()) values.assign(dims, otherwise);
  if (values.size() != dims) {
    reader.Fail(name, "give one number an objective, " + std::to_string(dims) +
                          " in all");
  }
  return values;
}

void CheckScheme(const OptionReader& reader, const ScalarOptions& options) {
  for (const double scale : options.scale) {
    if (!(scale > 0)) reader.Fail("scale", "every scale is positive");
  }
  for (const double weight : options.weights) {
    if (weight < 0) reader.Fail("weights", "no weight is negative");
  }
}

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("scalarised", known, given);
  const Problem& problem = *context.problem;
  const size_t dims = problem.objectives.size();
  ScalarOptions options;
  options.inner = ReadInner(reader);
  options.scheme = static_cast<Scheme>(reader.Choice(
      "scheme", {"weighted-sum", "weighted-product", "chebyshev"}));
  options.weights =
      PerObjective(reader, "weights", dims, 1.0 / static_cast<double>(dims));
  options.ideal = PerObjective(reader, "ideal", dims, 0);
  options.scale = PerObjective(reader, "scale", dims, 1);
  options.sweep = reader.Count("sweep", 1, 100000);
  CheckScheme(reader, options);
  if (options.sweep > 1 && problem.budget.evaluations == 0) {
    reader.Fail("sweep", "it shares out a budget in evaluations; state one");
  }
  return std::make_unique<Scalarised>(std::move(options), std::move(context));
}

}  // namespace

StrategyInfo ScalarisedInfo() {
  StrategyInfo info;
  info.name = "scalarised";
  info.summary = "another strategy on one objective made of several";
  info.source =
      "weighted sum, weighted product and Chebyshev (Miettinen, Nonlinear "
      "Multiobjective Optimization, 1999); a sweep takes its weights from the "
      "lattice of Das and Dennis, 1998. Constraints are passed on";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
