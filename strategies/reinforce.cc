#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/policy.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"learning_rate", "0.01", "Adam's; NATS-Bench's"},
      {"baseline_momentum", "0.9", "of the moving average of rewards"},
      {"entropy_weight", "0", "of an entropy bonus"},
  };
}

struct ReinforceOptions {
  double learning_rate;
  double baseline_momentum;
  double entropy_weight;
};

class Reinforce : public Strategy {
 public:
  Reinforce(const ReinforceOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        policy_(*context_.problem->space, options.learning_rate, context_.rng),
        baseline_(options.baseline_momentum),
        gradient_(policy_.Parameters()) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    for (size_t i = 0; i < limit; ++i) {
      proposer_.Propose(policy_.Draw(context_.rng), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      // An illegal architecture is not the policy's: nothing to learn.
      if (trial.status == TrialStatus::kInvalid) continue;
      const double reward = rewarder_.Of(judge_.Rate(trial));
      baseline_.Update(reward);
      std::fill(gradient_.begin(), gradient_.end(), 0.0);
      policy_.AddLogGradient(trial.architecture, -(reward - baseline_.Value()),
                             &gradient_);
      if (options_.entropy_weight > 0) {
        policy_.AddEntropyGradient(-options_.entropy_weight, &gradient_);
      }
      policy_.Step(gradient_);
    }
  }

 private:
  ReinforceOptions options_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  Policy policy_;
  Rewarder rewarder_;
  MovingAverage baseline_;
  std::vector<double> gradient_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("reinforce", known, given);
  ReinforceOptions options;
  options.learning_rate = reader.Real("learning_rate", 0, 1000);
  options.baseline_momentum = reader.Real("baseline_momentum", 0, 0.999999);
  options.entropy_weight = reader.Real("entropy_weight", 0, 1000);
  return std::make_unique<Reinforce>(options, std::move(context));
}

}  // namespace

StrategyInfo ReinforceInfo() {
  StrategyInfo info;
  info.name = "reinforce";
  info.summary = "policy gradient on independent decisions";
  info.source =
      "Williams, Machine Learning 1992; as in NATS-Bench (Dong et al., TPAMI "
      "2021): logits without a network, Adam, one step a trial, a moving "
      "average updated before it is subtracted. Reward: the first objective; "
      "several are weighed by a formulation. With parallel workers the "
      "gradient is taken at the policy of the time of telling";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
