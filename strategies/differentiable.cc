#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/models/history.h"
#include "strategies/models/mlp.h"
#include "strategies/options.h"
#include "strategies/policy.h"
#include "strategies/proposer.h"
#include "strategies/ranking.h"
#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

enum class Way : size_t { kGumbel, kExpected, kScore };

std::vector<OptionInfo> Options() {
  return {
      {"way", "expected",
       "gumbel: Gumbel softmax; expected: the estimated continuous function, "
       "decisions replaced by their probabilities (expected cost = sum of p * "
       "cost); score: score-function REINFORCE on the surrogate"},
      {"initial", "40", "random architectures that the surrogate starts from"},
      {"batch", "10", "proposals between two fits"},
      {"steps", "100", "of Adam on the logits, for each proposal"},
      {"learning_rate", "0.1", "of those"},
      {"temperature_start", "5", "of the Gumbel softmax"},
      {"temperature_end", "0.5", "reached geometrically at the last step"},
      {"layers", "2", "hidden layers of the surrogate"},
      {"width", "16", "neurons of a layer"},
      {"epochs", "100", "of its training"},
  };
}

struct DifferentiableOptions {
  Way way;
  size_t initial;
  size_t batch;
  size_t steps;
  double learning_rate;
  double temperature_start;
  double temperature_end;
  MlpOptions network;
};

/// Minimises Σ λ_k f_k(p) over logits, f_k being networks fitted to what was
/// told or the problem's linear cost, where there is one. With several
/// objectives λ is drawn anew for every proposal; a violated constraint adds
/// its predicted excess.
class Differentiable : public Strategy {
 public:
  Differentiable(const DifferentiableOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        proposer_(*context_.problem),
        history_(*context_.problem, Encoding::kOneHot),
        logits_(*context_.problem->space),
        probabilities_(*context_.problem->space),
        noisy_(*context_.problem->space),
        relaxed_(*context_.problem->space) {
    const Problem& problem = *context_.problem;
    for (size_t i = 0; i < problem.Values(); ++i) {
      terms_.emplace_back(options_.network);
      const Metric& metric =
          i < problem.objectives.size()
              ? problem.objectives[i].metric
              : problem.constraints[i - problem.objectives.size()].metric;
      for (const LinearCost& cost : problem.linear_costs) {
        if (cost.metric == metric) terms_[i].linear = &cost;
      }
    }
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    for (size_t i = 0; i < limit; ++i) {
      const bool known =
          proposer_.Next() >= options_.initial && history_.size() >= 2;
      Architecture next =
          known ? Optimised() : context_.problem->space->Sample(context_.rng);
      seen_.Insert(next);
      proposer_.Propose(std::move(next), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) history_.Add(trial);
  }

 private:
  /// One value as a function of relaxed decisions.
  struct Term {
    explicit Term(const MlpOptions& network) : model(network) {}
    Mlp model;  // unused where there is a linear cost
    const LinearCost* linear = nullptr;
    double mean = 0;  // of what was told, for scale
    double scale = 1;
  };

  /// As the term's regressor for History::Fit.
  class Adapter : public Regressor {
   public:
    explicit Adapter(Mlp* model) : model_(model) {}
    void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
             Rng& rng) override {
      model_->Fit(x, dims, y, rng);
    }
    void Predict(std::span<const double> x, std::span<Belief> out) override {
      const size_t dims = x.size() / out.size();
      for (size_t r = 0; r < out.size(); ++r) {
        out[r] = {model_->Predict(x.subspan(r * dims, dims)), 0};
      }
    }

   private:
    Mlp* model_;
  };

  void FitTerms() {
    const size_t objectives = history_.judge().Objectives();
    for (size_t k = 0; k < terms_.size(); ++k) {
      std::vector<double> values;
      for (size_t i = 0; i < history_.size(); ++i) {
        values.push_back(k < objectives ? history_.RatingOf(i).objectives[k]
                                        : history_[i].values[k]);
      }
      terms_[k].mean = Mean(values);
      const double deviation = StandardDeviation(values).value_or(0);
      terms_[k].scale = deviation > 0 ? deviation : 1;
      if (terms_[k].linear != nullptr) continue;
      Adapter adapter(&terms_[k].model);
      history_.Fit(k, &adapter, context_.rng);
    }
    fitted_at_ = history_.size();
  }

  /// Value of a term, an objective as minimised; `slope` becomes its gradient.
  double Evaluate(size_t k, const std::vector<double>& x,
                  std::vector<double>* slope) {
    Term& term = terms_[k];
    if (term.linear == nullptr) {
      return term.model.PredictWithGradient(x, *slope);
    }
    const bool maximised =
        k < context_.problem->objectives.size() &&
        context_.problem->objectives[k].direction == Direction::kMaximize;
    const double sign = maximised ? -1 : 1;
    double sum = term.linear->intercept;
    size_t at = 0;
    for (const std::vector<double>& row : term.linear->per_choice) {
      for (const double cost : row) {
        sum += cost * x[at];
        (*slope)[at++] = sign * cost;
      }
    }
    return sign * sum;
  }

  /// Loss of relaxed decisions; `slope` becomes its gradient.
  double Loss(const std::vector<double>& lambda, const std::vector<double>& x,
              std::vector<double>* slope) {
    const Problem& problem = *context_.problem;
    const size_t objectives = problem.objectives.size();
    std::vector<double>& own = term_slope_;
    own.resize(x.size());
    std::fill(slope->begin(), slope->end(), 0.0);
    double loss = 0;
    for (size_t k = 0; k < terms_.size(); ++k) {
      const double value = Evaluate(k, x, &own);
      double factor = 1 / terms_[k].scale;
      if (k < objectives) {
        factor *= lambda[k];
        loss += factor * (value - terms_[k].mean);
      } else {
        const Constraint& constraint = problem.constraints[k - objectives];
        if (constraint.Satisfied(value)) continue;
        loss += kPenalty * factor * constraint.Violation(value);
        factor *= constraint.upper ? kPenalty : -kPenalty;
      }
      for (size_t i = 0; i < own.size(); ++i) (*slope)[i] += factor * own[i];
    }
    return loss;
  }

  std::vector<double> Lambda() {
    std::vector<double> lambda(context_.problem->objectives.size());
    double sum = 0;
    for (double& value : lambda) {
      value = -std::log(1 - context_.rng.Uniform());
      sum += value;
    }
    for (double& value : lambda) value /= sum;
    return lambda;
  }

  /// The architecture at the end of a descent from near-uniform logits: the
  /// likeliest, or where that was proposed before a draw that was not.
  Architecture Optimised() {
    if (fitted_at_ == 0 || history_.size() >= fitted_at_ + options_.batch) {
      FitTerms();
    }
    Descend();
    const SearchSpace& space = *context_.problem->space;
    Architecture likeliest(logits_.size());
    for (size_t i = 0; i < logits_.size(); ++i) {
      const std::span<const double> row = probabilities_[i];
      likeliest[i] = static_cast<uint16_t>(
          std::max_element(row.begin(), row.end()) - row.begin());
    }
    for (size_t i = 0; i < likeliest.size(); ++i) {
      if (!space.IsActive(likeliest, i)) likeliest[i] = 0;
    }
    if (space.IsValid(likeliest) && !seen_.Contains(likeliest)) {
      return likeliest;
    }
    for (size_t i = 0; i < kDraws; ++i) {
      Architecture drawn =
          DrawArchitecture(space, probabilities_, context_.rng);
      if (!seen_.Contains(drawn)) return drawn;
    }
    // The policy is certain: look around it.
    Architecture near;
    const Architecture from =
        space.IsValid(likeliest) ? likeliest : space.Sample(context_.rng);
    for (size_t i = 0; i < kDraws; ++i) {
      if (space.Mutate(from, 0, context_.rng, &near) && !seen_.Contains(near)) {
        return near;
      }
    }
    return space.Sample(context_.rng);
  }

  void Descend() {
    for (double& logit : logits_.Values()) logit = 0.1 * context_.rng.Normal();
    Softmax(logits_, &probabilities_);
    const std::vector<double> lambda = Lambda();
    Adam adam(logits_.Values().size(), options_.learning_rate);
    std::vector<double> slope(logits_.Values().size());
    std::vector<double> gradient(logits_.Values().size());
    MovingAverage baseline(0.9);
    for (size_t step = 0; step < options_.steps; ++step) {
      if (options_.way == Way::kScore) {
        ScoreGradient(lambda, &baseline, &slope, &gradient);
      } else if (options_.way == Way::kExpected) {
        Loss(lambda, probabilities_.Values(), &slope);
        ThroughSoftmax(probabilities_, slope, 1, &gradient);
      } else {
        GumbelGradient(lambda, step, &slope, &gradient);
      }
      adam.Step(gradient, &logits_.Values());
      Softmax(logits_, &probabilities_);
    }
  }

  /// d loss / d logits = p (s - Σ p s) / temperature, row by row.
  static void ThroughSoftmax(const DecisionTable& p,
                             const std::vector<double>& slope,
                             double temperature,
                             std::vector<double>* gradient) {
    size_t at = 0;
    for (size_t i = 0; i < p.size(); ++i) {
      const std::span<const double> row = p[i];
      double mean = 0;
      for (size_t c = 0; c < row.size(); ++c) mean += row[c] * slope[at + c];
      for (size_t c = 0; c < row.size(); ++c, ++at) {
        (*gradient)[at] = row[c] * (slope[at] - mean) / temperature;
      }
    }
  }

  void GumbelGradient(const std::vector<double>& lambda, size_t step,
                      std::vector<double>* slope,
                      std::vector<double>* gradient) {
    const double progress =
        static_cast<double>(step) / static_cast<double>(options_.steps);
    const double temperature =
        options_.temperature_start *
        std::pow(options_.temperature_end / options_.temperature_start,
                 progress);
    noisy_ = logits_;
    for (double& value : noisy_.Values()) {
      const double uniform = 1 - context_.rng.Uniform();  // (0, 1]
      value = (value - std::log(-std::log(uniform) + 1e-20)) / temperature;
    }
    Softmax(noisy_, &relaxed_);
    Loss(lambda, relaxed_.Values(), slope);
    ThroughSoftmax(relaxed_, *slope, temperature, gradient);
  }

  void ScoreGradient(const std::vector<double>& lambda, MovingAverage* baseline,
                     std::vector<double>* slope,
                     std::vector<double>* gradient) {
    std::vector<double>& x = relaxed_.Values();
    std::fill(x.begin(), x.end(), 0.0);
    size_t at = 0;
    for (size_t i = 0; i < probabilities_.size(); ++i) {
      x[at + DrawWeighted(probabilities_[i], context_.rng)] = 1;
      at += probabilities_[i].size();
    }
    const double loss = Loss(lambda, x, slope);
    baseline->Update(loss);
    for (size_t k = 0; k < x.size(); ++k) {
      (*gradient)[k] =
          (loss - baseline->Value()) * (x[k] - probabilities_.Values()[k]);
    }
  }

  static constexpr double kPenalty = 10;
  static constexpr size_t kDraws = 50;

  DifferentiableOptions options_;
  RunContext context_;
  Proposer proposer_;
  History history_;
  std::vector<Term> terms_;  // objectives, then constraints
  size_t fitted_at_ = 0;
  DecisionTable logits_;
  DecisionTable probabilities_;
  DecisionTable noisy_;
  DecisionTable relaxed_;
  std::vector<double> term_slope_;
  SeenSet seen_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("differentiable", known, given);
  DifferentiableOptions options;
  options.way =
      static_cast<Way>(reader.Choice("way", {"gumbel", "expected", "score"}));
  options.initial = reader.Count("initial", 2, 1000000);
  options.batch = reader.Count("batch", 1, 1000000);
  options.steps = reader.Count("steps", 1, 100000);
  options.learning_rate = reader.Real("learning_rate", 1e-6, 100);
  options.temperature_start = reader.Real("temperature_start", 1e-3, 1e3);
  options.temperature_end = reader.Real("temperature_end", 1e-3, 1e3);
  options.network.layers = reader.Count("layers", 1, 20);
  options.network.width = reader.Count("width", 1, 1000);
  options.network.epochs = reader.Count("epochs", 1, 10000);
  return std::make_unique<Differentiable>(options, std::move(context));
}

}  // namespace

StrategyInfo DifferentiableInfo() {
  StrategyInfo info;
  info.name = "differentiable";
  info.summary = "gradient descent on relaxed decisions through a surrogate";
  info.source =
      "relaxation as in DARTS (Liu, Simonyan, Yang, ICLR 2019), on a fitted "
      "surrogate instead of shared weights: gumbel (Xie et al., SNAS, ICLR "
      "2019; FBNet, CVPR 2019), expected (ProxylessNAS's expected latency, Cai "
      "et "
      "al., ICLR 2019), score (ProxylessNAS's REINFORCE). Found architectures "
      "are evaluated and the surrogate fitted again; inactive decisions count "
      "as relaxed like the others";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
