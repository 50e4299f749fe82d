#ifndef HWNAS_STRATEGIES_POLICY_H_
#define HWNAS_STRATEGIES_POLICY_H_

#include <cstddef>
#include <vector>

#include "strategies/decision_table.h"
#include "strategies/fitness.h"
#include "tabular/architecture.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas {

/// Adam (Kingma and Ba, ICLR 2015) over a flat vector of parameters, with
/// beta 0.9 and 0.999, epsilon 1e-8. Step descends along `gradient`.
class Adam {
 public:
  Adam(size_t parameters, double learning_rate)
      : learning_rate_(learning_rate),
        first_(parameters, 0.0),
        second_(parameters, 0.0) {}

  void Step(const std::vector<double>& gradient,
            std::vector<double>* parameters);

 private:
  double learning_rate_;
  std::vector<double> first_;
  std::vector<double> second_;
  double power1_ = 1;
  double power2_ = 1;
};

/// A controller without a network: independent categorical distributions,
/// one a decision, given by logits (as in NATS-Bench's REINFORCE).
class Policy {
 public:
  /// Logits start as normal values of standard deviation 0.001.
  Policy(const SearchSpace& space, double learning_rate, Rng& rng);

  Architecture Draw(Rng& rng) const {
    return DrawArchitecture(*space_, probabilities_, rng);
  }
  /// Log-probability over the active decisions.
  double LogProbability(const Architecture& architecture) const;
  double Entropy() const;

  /// gradient += scale × d log p(architecture) / d logits.
  void AddLogGradient(const Architecture& architecture, double scale,
                      std::vector<double>* gradient) const;
  /// gradient += scale × d entropy / d logits.
  void AddEntropyGradient(double scale, std::vector<double>* gradient) const;
  /// Adam step that descends along `gradient`.
  void Step(const std::vector<double>& gradient);

  size_t Parameters() const { return logits_.Values().size(); }
  const DecisionTable& Probabilities() const { return probabilities_; }

 private:
  const SearchSpace* space_;
  DecisionTable logits_;
  DecisionTable probabilities_;
  Adam adam_;
};

/// Rewards for controllers: the first objective, larger is better. A trial
/// that is infeasible gets the least reward so far less its violation, one
/// without values the least so far.
class Rewarder {
 public:
  double Of(const Fitness& fitness) {
    if (fitness.Feasible()) {
      const double reward = -fitness.value;
      if (!any_ || reward < least_) least_ = reward;
      any_ = true;
      return reward;
    }
    return fitness.Rated() ? least_ - fitness.violation : least_;
  }

 private:
  bool any_ = false;
  double least_ = 0;
};

/// Exponential moving average, corrected for its start:
/// Σ (1-m) m^k x / Σ (1-m) m^k.
class MovingAverage {
 public:
  explicit MovingAverage(double momentum) : momentum_(momentum) {}
  void Update(double value) {
    numerator_ = momentum_ * numerator_ + (1 - momentum_) * value;
    denominator_ = momentum_ * denominator_ + (1 - momentum_);
  }
  double Value() const { return numerator_ / denominator_; }

 private:
  double momentum_;
  double numerator_ = 0;
  double denominator_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_POLICY_H_
