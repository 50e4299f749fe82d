// A hill climber: mutates the best it knows, and starts anew where it is stuck.
#include <hwnas/strategies/cpp_plugin.h>
#include <hwnas/strategies/options.h>

#include <optional>

namespace {

std::vector<hwnas::OptionInfo> Options() {
  return {{"patience", "30", "trials without improvement before a restart"}};
}

class HillClimber : public hwnas::Strategy {
 public:
  HillClimber(size_t patience, hwnas::RunContext context)
      : patience_(patience), context_(std::move(context)) {}

  hwnas::AskState Ask(size_t limit,
                      std::vector<hwnas::Proposal>* out) override {
    for (size_t i = 0; i < limit; ++i) {
      hwnas::Proposal& proposal = out->emplace_back();
      proposal.id = next_++;
      proposal.architecture = Next();
      proposal.rung = static_cast<int>(context_.problem->ladder.size()) - 1;
    }
    return hwnas::AskState::kReady;
  }

  void Tell(std::span<const hwnas::Trial> trials) override {
    for (const hwnas::Trial& trial : trials) {
      ++since_improvement_;
      if (trial.status != hwnas::TrialStatus::kOk) continue;
      const bool maximize = context_.problem->objectives[0].direction ==
                            hwnas::Direction::kMaximize;
      const double cost = maximize ? -trial.values[0] : trial.values[0];
      if (best_ && cost >= best_cost_) continue;
      best_ = trial.architecture;
      best_cost_ = cost;
      since_improvement_ = 0;
    }
    if (since_improvement_ < patience_) return;
    best_.reset();
    since_improvement_ = 0;
  }

 private:
  hwnas::Architecture Next() {
    const hwnas::SearchSpace& space = *context_.problem->space;
    hwnas::Architecture child;
    constexpr size_t kDefaultMove = 0;
    if (best_ && space.Mutate(*best_, kDefaultMove, context_.rng, &child)) {
      return child;
    }
    return space.Sample(context_.rng);
  }

  size_t patience_;
  hwnas::RunContext context_;
  std::optional<hwnas::Architecture> best_;
  double best_cost_ = 0;
  size_t since_improvement_ = 0;
  uint64_t next_ = 0;
};

std::unique_ptr<hwnas::Strategy> Make(const hwnas::OptionMap& given,
                                      hwnas::RunContext context) {
  const std::vector<hwnas::OptionInfo> known = Options();
  const hwnas::OptionReader reader("hill-climber", known, given);
  return std::make_unique<HillClimber>(reader.Count("patience", 1, 1'000'000),
                                       std::move(context));
}

hwnas::StrategyInfo HillClimberInfo() {
  hwnas::StrategyInfo info;
  info.name = "hill-climber";
  info.summary = "mutates the best, starts anew where it is stuck";
  info.source = "an example; first objective, highest fidelity only";
  info.options = Options();
  info.make = Make;
  return info;
}

}  // namespace

HWNAS_EXPORT_STRATEGY(HillClimberInfo)
