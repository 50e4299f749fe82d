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

enum class Scheme : size_t {
  kWeightedSum,
  kWeightedProduct,
  kChebyshev,
  kMnasnet,
  kPenalty,
  kWorstCase,
};

std::vector<OptionInfo> Options() {
  std::vector<OptionInfo> options = InnerOptions("regularized-evolution");
  options.push_back(
      {"scheme", "weighted-sum",
       "weighted-sum: sum of w_i (f_i - ideal_i) / scale_i; chebyshev: the "
       "largest of these; weighted-product: product of (value_i / "
       "scale_i)^(-w_i or +w_i), maximised ones growing, minimised ones "
       "shrinking it; mnasnet: first objective times (second / target)^w; "
       "penalty: first objective plus penalty times the violation of the "
       "constraints; worst-case: first objective, and the largest of the "
       "others over their scales as the second"});
  options.push_back({"weights", "", "w_i, one an objective; empty: equal"});
  options.push_back({"ideal", "", "per objective, natural units; empty: 0"});
  options.push_back({"scale", "", "per objective, positive; empty: 1"});
  options.push_back(
      {"sweep", "1",
       "weights of a lattice, one inner search each with an equal share of the "
       "budget's evaluations; 1: `weights` alone"});
  options.push_back({"target", "1", "mnasnet: T, in the second's unit"});
  options.push_back({"alpha", "-0.07", "mnasnet: exponent up to the target"});
  options.push_back({"beta", "-0.07", "mnasnet: exponent beyond it"});
  options.push_back({"penalty", "1", "penalty: per unit of violation"});
  return options;
}

struct ScalarOptions {
  InnerSpec inner;
  Scheme scheme;
  std::vector<double> weights;
  std::vector<double> ideal;
  std::vector<double> scale;
  size_t sweep;
  double target;
  double alpha;
  double beta;
  double penalty;
};

/// Shows an inner strategy a problem with the scalarised objective in the
/// place of the problem's own. The inner objective is minimised; constraints
/// are passed on, but for the penalty, which takes them in.
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
          1, context_.problem->budget.evaluations / (lattice_.size() / dims));
    }
    Begin();
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (!lattice_.empty() && episodes_.Proposed() >= episode_) NextWeights();
    AskState state = episodes_.Ask(limit, out);
    // An inner strategy that ends early leaves the rest to later weights.
    const size_t points = lattice_.size() / judge_.Objectives();
    while (state == AskState::kDone && turn_ + 1 < points) {
      NextWeights();
      state = episodes_.Ask(limit, out);
    }
    return state;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      if (episodes_.Owns(trial)) episodes_.Tell(Translated(trial));
    }
  }

 private:
  void NextWeights() {
    ++turn_;
    Begin();
  }

  void Begin() {
    const size_t dims = judge_.Objectives();
    if (!lattice_.empty()) {
      const size_t points = lattice_.size() / dims;
      const auto at = lattice_.begin() +
                      static_cast<std::ptrdiff_t>((turn_ % points) * dims);
      options_.weights.assign(at, at + static_cast<std::ptrdiff_t>(dims));
    }
    Problem problem = *context_.problem;
    problem.objectives.resize(options_.scheme == Scheme::kWorstCase ? 2 : 1);
    for (Objective& objective : problem.objectives) {
      objective.direction = Direction::kMinimize;
    }
    if (options_.scheme == Scheme::kPenalty) problem.constraints.clear();
    if (!lattice_.empty()) problem.budget.evaluations = episode_;
    // What was stated for the objectives does not hold for their mixture.
    problem.linear_costs.clear();
    episodes_.Begin(options_.inner, std::move(problem), &context_);
  }

  Trial Translated(const Trial& trial) const {
    Trial seen = trial;
    if (!trial.HasValues()) return seen;
    const size_t dims = judge_.Objectives();
    const size_t constraints = context_.problem->constraints.size();
    size_t next = 0;
    if (options_.scheme == Scheme::kWorstCase) {
      seen.values[next++] = judge_.Minimised(trial, 0);
      double worst = -Fitness::kWorst;
      for (size_t i = 1; i < dims; ++i) worst = std::max(worst, Gap(trial, i));
      seen.values[next++] = worst;
    } else {
      seen.values[next++] = Scalar(trial);
    }
    if (options_.scheme == Scheme::kPenalty) {
      seen.status = TrialStatus::kOk;
      return seen;
    }
    for (size_t i = 0; i < constraints; ++i) {
      seen.values[next++] = trial.values[dims + i];
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
      case Scheme::kMnasnet: {
        const double ratio = trial.values[1] / options_.target;
        return -trial.values[0] *
               std::pow(ratio, ratio <= 1 ? options_.alpha : options_.beta);
      }
      case Scheme::kPenalty:
        return Gap(trial, 0) + options_.penalty * judge_.Rate(trial).violation;
      case Scheme::kWorstCase:
        break;
    }
    HWNAS_CHECK(!"the worst case has two objectives");
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

void CheckScheme(const OptionReader& reader, const ScalarOptions& options,
                 const Problem& problem) {
  const size_t dims = problem.objectives.size();
  for (const double scale : options.scale) {
    if (!(scale > 0)) reader.Fail("scale", "every scale is positive");
  }
  for (const double weight : options.weights) {
    if (weight < 0) reader.Fail("weights", "no weight is negative");
  }
  if (options.scheme == Scheme::kMnasnet &&
      (dims != 2 || problem.objectives[0].direction != Direction::kMaximize ||
       problem.objectives[1].direction != Direction::kMinimize)) {
    reader.Fail("scheme",
                "mnasnet takes one objective to maximise, then one to "
                "minimise");
  }
  if (options.scheme == Scheme::kWorstCase && dims < 2) {
    reader.Fail("scheme", "worst-case takes two objectives at least");
  }
}

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("scalarised", known, given);
  const Problem& problem = *context.problem;
  const size_t dims = problem.objectives.size();
  ScalarOptions options;
  options.inner = ReadInner(reader);
  options.scheme = static_cast<Scheme>(
      reader.Choice("scheme", {"weighted-sum", "weighted-product", "chebyshev",
                               "mnasnet", "penalty", "worst-case"}));
  options.weights =
      PerObjective(reader, "weights", dims, 1.0 / static_cast<double>(dims));
  options.ideal = PerObjective(reader, "ideal", dims, 0);
  options.scale = PerObjective(reader, "scale", dims, 1);
  options.sweep = reader.Count("sweep", 1, 100000);
  options.target = reader.Real("target", 1e-12, 1e12);
  options.alpha = reader.Real("alpha", -100, 100);
  options.beta = reader.Real("beta", -100, 100);
  options.penalty = reader.Real("penalty", 0, 1e12);
  CheckScheme(reader, options, problem);
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
      "weighted sum and product, Chebyshev (Miettinen 1999), MnasNet's soft "
      "constraint (Tan et al., CVPR 2019, eq. 2; hard limit: alpha 0, beta "
      "-1), penalty, worst case over platforms";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
