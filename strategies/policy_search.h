#ifndef HWNAS_STRATEGIES_POLICY_SEARCH_H_
#define HWNAS_STRATEGIES_POLICY_SEARCH_H_

#include <utility>
#include <vector>

#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/policy.h"
#include "strategies/proposer.h"
#include "strategies/strategy.h"

namespace hwnas {

/// What all controllers are told.
struct PolicyOptions {
  double learning_rate = 0;
  double baseline_momentum = 0;
  double entropy_weight = 0;
};

/// Reads `learning_rate`, `baseline_momentum` and `entropy_weight`.
inline PolicyOptions ReadPolicyOptions(const OptionReader& reader) {
  PolicyOptions options;
  options.learning_rate = reader.Real("learning_rate", 0, 1000);
  options.baseline_momentum = reader.Real("baseline_momentum", 0, 0.999999);
  options.entropy_weight = reader.Real("entropy_weight", 0, 1000);
  return options;
}

/// A policy that proposes what it draws and learns from rewards over a moving
/// average of them; how it learns is the derived strategy's.
class PolicySearch : public Strategy {
 public:
  PolicySearch(const PolicyOptions& options, RunContext context)
      : context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        baseline_(options.baseline_momentum),
        policy_(*context_.problem->space, options.learning_rate, context_.rng),
        gradient_(policy_.Parameters()) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) final {
    for (size_t i = 0; i < limit; ++i) {
      proposer_.Propose(policy_.Draw(context_.rng), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) final {
    for (const Trial& trial : trials) {
      // An illegal architecture is not the policy's: nothing to learn.
      if (trial.status == TrialStatus::kInvalid) continue;
      const double reward = rewarder_.Of(judge_.Rate(trial));
      baseline_.Update(reward);
      Learn(trial.architecture, reward - baseline_.Value());
    }
  }

 protected:
  /// Called for every trial that is legal; the average includes its reward.
  virtual void Learn(const Architecture& architecture, double advantage) = 0;

  Policy& GetPolicy() { return policy_; }
  /// As many zeros as the policy has parameters, to add gradients to.
  std::vector<double>& ZeroGradient() {
    gradient_.assign(policy_.Parameters(), 0.0);
    return gradient_;
  }

 private:
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  Rewarder rewarder_;
  MovingAverage baseline_;
  Policy policy_;
  std::vector<double> gradient_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_POLICY_SEARCH_H_
