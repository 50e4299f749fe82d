#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/episodes.h"
#include "strategies/fitness.h"
#include "strategies/masked_space.h"
#include "strategies/options.h"
#include "strategies/population.h"

namespace hwnas {
namespace {

constexpr double kMostCombinations = 1e6;

std::vector<OptionInfo> Options() {
  std::vector<OptionInfo> options = InnerOptions("regularized-evolution");
  options.push_back(
      {"first_share", "0.5",
       "of the budget's evaluations for the first stage; without a budget in "
       "evaluations the first stage takes 100"});
  options.push_back({"top", "1",
                     "best networks of the first stage that the second "
                     "compresses; 1: that architecture"});
  options.push_back(
      {"baseline", "0", "choice of every other factor in the first stage"});
  return options;
}

struct TwoStageOptions {
  InnerSpec inner;
  double first_share;
  size_t top;
  uint16_t baseline;
};

/// First an inner strategy over the network factor, the others at their
/// baseline, for the first objective alone; then every combination of the
/// other factors for the best networks, one after another.
class TwoStage : public Strategy {
 public:
  TwoStage(TwoStageOptions options, RunContext context)
      : options_(std::move(options)),
        context_(std::move(context)),
        first_only_(FirstStageProblem()),
        judge_(first_only_) {
    const uint64_t budget = context_.problem->budget.evaluations;
    first_ = budget == 0
                 ? 100
                 : std::max<uint64_t>(
                       1, static_cast<uint64_t>(options_.first_share *
                                                static_cast<double>(budget)));
    bool others = false;
    for (const Factor& factor : context_.problem->space->Factors()) {
      others |= factor.binding != FactorBinding::kNetwork;
    }
    if (!others) {
      first_ = std::numeric_limits<uint64_t>::max();
    } else if (budget != 0) {
      first_only_.budget.evaluations = first_;
    }
    episodes_.Begin(options_.inner, first_only_, &context_);
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (!second_) {
      if (episodes_.Proposed() < first_) {
        const AskState state = episodes_.Ask(
            std::min<uint64_t>(limit, first_ - episodes_.Proposed()), out);
        if (state != AskState::kDone) return state;
      }
      if (episodes_.Told() < episodes_.Proposed()) return AskState::kWait;
      BeginSecond();
    }
    if (queue_.empty()) return AskState::kDone;
    for (size_t i = 0; i < limit && !queue_.empty(); ++i) {
      Proposal& proposal = out->emplace_back();
      proposal.id = episodes_.Proposed() + later_++;
      proposal.architecture = std::move(queue_.back());
      proposal.rung = static_cast<int>(context_.problem->ladder.size()) - 1;
      queue_.pop_back();
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    if (second_) return;
    for (Trial trial : trials) {
      // Constraints are the second stage's.
      if (trial.status == TrialStatus::kInfeasible) {
        trial.status = TrialStatus::kOk;
      }
      if (trial.rung + 1 == static_cast<int>(first_only_.ladder.size())) {
        told_.push_back({trial.architecture, judge_.Rate(trial)});
      }
      episodes_.Tell(trial);
    }
  }

 private:
  Problem FirstStageProblem() const {
    Problem problem = *context_.problem;
    const SearchSpace& space = *problem.space;
    std::vector<std::vector<bool>> allowed;
    for (const Decision& decision : space.Decisions()) {
      allowed.emplace_back(decision.choices.size(), true);
    }
    for (const Factor& factor : space.Factors()) {
      if (factor.binding == FactorBinding::kNetwork) continue;
      for (size_t i = factor.begin; i < factor.begin + factor.size; ++i) {
        const size_t choice =
            std::min<size_t>(options_.baseline, allowed[i].size() - 1);
        allowed[i].assign(allowed[i].size(), false);
        allowed[i][choice] = true;
      }
    }
    problem.space =
        std::make_shared<MaskedSpace>(problem.space, std::move(allowed));
    problem.objectives.resize(1);
    problem.constraints.clear();
    return problem;
  }

  void BeginSecond() {
    second_ = true;
    std::stable_sort(
        told_.begin(), told_.end(),
        [](const Member& a, const Member& b) { return a.fitness < b.fitness; });
    std::vector<Architecture> best;
    for (const Member& member : told_) {
      if (best.size() == options_.top) break;
      if (std::find(best.begin(), best.end(), member.architecture) ==
          best.end()) {
        best.push_back(member.architecture);
      }
    }
    for (const Architecture& architecture : best) Combine(architecture);
    std::reverse(queue_.begin(), queue_.end());
  }

  /// Queues every combination of the other factors' choices.
  void Combine(const Architecture& network) {
    const SearchSpace& space = *context_.problem->space;
    std::vector<size_t> open;
    for (const Factor& factor : space.Factors()) {
      if (factor.binding == FactorBinding::kNetwork) continue;
      for (size_t i = 0; i < factor.size; ++i) open.push_back(factor.begin + i);
    }
    Architecture combined = network;
    for (const size_t i : open) combined[i] = 0;
    while (true) {
      if (combined != network && space.IsValid(combined)) {
        queue_.push_back(combined);
      }
      size_t k = 0;
      for (; k < open.size(); ++k) {
        const size_t choices = space.Decisions()[open[k]].choices.size();
        if (++combined[open[k]] < choices) break;
        combined[open[k]] = 0;
      }
      if (k == open.size()) return;
    }
  }

  TwoStageOptions options_;
  RunContext context_;
  Problem first_only_;  // of the first stage
  Judge judge_;
  uint64_t first_ = 0;
  Episodes episodes_;
  std::vector<Member> told_;
  bool second_ = false;
  std::vector<Architecture> queue_;  // the next last
  uint64_t later_ = 0;               // proposals of the second stage
};

void CheckCombinations(const OptionReader& reader, const SearchSpace& space,
                       size_t top) {
  double combinations = static_cast<double>(top);
  for (const Factor& factor : space.Factors()) {
    if (factor.binding == FactorBinding::kNetwork) continue;
    for (size_t i = factor.begin; i < factor.begin + factor.size; ++i) {
      combinations *= static_cast<double>(space.Decisions()[i].choices.size());
    }
  }
  if (combinations > kMostCombinations) {
    reader.Fail("top",
                "the second stage lists a million architectures at most");
  }
}

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("two-stage", known, given);
  TwoStageOptions options;
  options.inner = ReadInner(reader);
  options.first_share = reader.Real("first_share", 0, 1);
  options.top = reader.Count("top", 1, 1000000);
  options.baseline = static_cast<uint16_t>(reader.Count("baseline", 0, 65535));
  CheckCombinations(reader, *context.problem->space, options.top);
  return std::make_unique<TwoStage>(std::move(options), std::move(context));
}

}  // namespace

StrategyInfo TwoStageInfo() {
  StrategyInfo info;
  info.name = "two-stage";
  info.summary = "accuracy first, then that network compressed or configured";
  info.source =
      "the sequential practice that joint searches are compared with: stage "
      "one by another strategy for the first objective without constraints, "
      "stage two every combination of the other factors (bits, sparsity, "
      "batch, hardware) for its best networks. On a space without other "
      "factors it is stage one";
  info.options = Options();
  info.make = Make;
  return info;
}

}  // namespace hwnas
