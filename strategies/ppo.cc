#include <cmath>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/options.h"
#include "strategies/policy_search.h"
#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"learning_rate", "0.05",
       "Adam's; larger than a network's 0.0003, since logits are few"},
      {"batch", "10", "trials a policy update learns from"},
      {"epochs", "4", "gradient steps on one batch (Schulman et al.: 3 to 10)"},
      {"clip", "0.2", "epsilon of the clipped ratio"},
      {"baseline_momentum", "0.9", "of the moving average of rewards"},
      {"entropy_weight", "0.01", "c2"},
  };
}

struct PpoOptions {
  PolicyOptions policy;
  size_t batch;
  size_t epochs;
  double clip;
};

class Ppo : public PolicySearch {
 public:
  Ppo(const PpoOptions& options, RunContext context)
      : PolicySearch(options.policy, std::move(context)), options_(options) {}

 private:
  struct Step {
    Architecture architecture;
    double advantage;
    double log_probability;
  };

  void Learn(const Architecture& architecture, double advantage) override {
    batch_.push_back(
        {architecture, advantage, GetPolicy().LogProbability(architecture)});
    if (batch_.size() == options_.batch) LearnBatch();
  }

  void LearnBatch() {
    Policy& policy = GetPolicy();
    // Advantages in units of the batch's spread: rewards have any unit.
    std::vector<double> advantages;
    for (const Step& step : batch_) advantages.push_back(step.advantage);
    const double spread = StandardDeviation(advantages).value_or(0);
    for (size_t epoch = 0; epoch < options_.epochs && spread > 0; ++epoch) {
      std::vector<double>& gradient = ZeroGradient();
      for (const Step& step : batch_) {
        const double advantage = step.advantage / spread;
        const double ratio = std::exp(policy.LogProbability(step.architecture) -
                                      step.log_probability);
        // Beyond the clip in the advantage's direction the surrogate is flat.
        const bool flat = advantage > 0 ? ratio > 1 + options_.clip
                                        : ratio < 1 - options_.clip;
        if (flat) continue;
        policy.AddLogGradient(
            step.architecture,
            -ratio * advantage / static_cast<double>(batch_.size()), &gradient);
      }
      policy.AddEntropyGradient(-options_.policy.entropy_weight, &gradient);
      policy.Step(gradient);
    }
    batch_.clear();
  }

  PpoOptions options_;
  std::vector<Step> batch_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("ppo", known, given);
  PpoOptions options;
  options.policy = ReadPolicyOptions(reader);
  options.batch = reader.Count("batch", 2, 1000000);
  options.epochs = reader.Count("epochs", 1, 1000);
  options.clip = reader.Real("clip", 0, 1);
  return std::make_unique<Ppo>(options, std::move(context));
}

}  // namespace

StrategyInfo PpoInfo() {
  StrategyInfo info;
  info.name = "ppo";
  info.summary = "clipped policy gradient on independent decisions";
  info.source =
      "Schulman et al., arXiv 1707.06347, eq. 7, with clip 0.2 and entropy "
      "weight 0.01; one-step episodes, so a moving average of rewards stands "
      "for the value network; logits without a network. The old probability "
      "is that at the time of telling";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
