#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/options.h"
#include "strategies/policy_search.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"learning_rate", "0.01", "Adam's; NATS-Bench's"},
      {"baseline_momentum", "0.9", "of the moving average of rewards"},
      {"entropy_weight", "0", "of an entropy bonus"},
  };
}

class Reinforce : public PolicySearch {
 public:
  Reinforce(const PolicyOptions& options, RunContext context)
      : PolicySearch(options, std::move(context)),
        entropy_weight_(options.entropy_weight) {}

 private:
  void Learn(const Architecture& architecture, double advantage) override {
    std::vector<double>& gradient = ZeroGradient();
    GetPolicy().AddLogGradient(architecture, -advantage, &gradient);
    if (entropy_weight_ > 0) {
      GetPolicy().AddEntropyGradient(-entropy_weight_, &gradient);
    }
    GetPolicy().Step(gradient);
  }

  double entropy_weight_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("reinforce", known, given);
  return std::make_unique<Reinforce>(ReadPolicyOptions(reader),
                                     std::move(context));
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
