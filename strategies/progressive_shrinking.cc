#include <algorithm>
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

std::vector<OptionInfo> Options() {
  std::vector<OptionInfo> options = InnerOptions("random");
  options.push_back({"round", "50", "evaluations between two shrinkings"});
  options.push_back({"drop", "2", "choices dropped from the whole space then"});
  options.push_back({"keep", "2", "choices that every decision keeps"});
  return options;
}

struct ShrinkingOptions {
  InnerSpec inner;
  size_t round;
  size_t drop;
  size_t keep;
};

class ProgressiveShrinking : public Strategy {
 public:
  ProgressiveShrinking(ShrinkingOptions options, RunContext context)
      : options_(std::move(options)),
        context_(std::move(context)),
        judge_(*context_.problem) {
    for (const Decision& decision : context_.problem->space->Decisions()) {
      allowed_.emplace_back(decision.choices.size(), true);
    }
    Begin();
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    size_t left = limit;
    if (!finished_) {
      if (episodes_.Proposed() >= options_.round) {
        if (episodes_.Told() < episodes_.Proposed()) return AskState::kWait;
        Shrink();
      }
      if (!finished_) left = options_.round - episodes_.Proposed();
    }
    AskState state = episodes_.Ask(std::min(limit, left), out);
    while (state == AskState::kDone && !finished_) {
      // The inner strategy has used up what it was given.
      if (episodes_.Told() < episodes_.Proposed()) return AskState::kWait;
      Shrink();
      state = episodes_.Ask(std::min(limit, options_.round), out);
    }
    return state;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      const auto rungs = static_cast<int>(context_.problem->ladder.size());
      if (trial.rung + 1 == rungs && trial.status != TrialStatus::kInvalid) {
        told_.push_back({trial.architecture, judge_.Rate(trial)});
      }
      episodes_.Tell(trial);
    }
  }

 private:
  void Begin() {
    std::vector<Architecture> known;
    for (const Member& member : told_) {
      if (Inside(member.architecture)) known.push_back(member.architecture);
    }
    Problem problem = *context_.problem;
    problem.space = std::make_shared<MaskedSpace>(context_.problem->space,
                                                  allowed_, std::move(known));
    episodes_.Begin(options_.inner, std::move(problem), &context_);
  }

  bool Inside(const Architecture& architecture) const {
    const SearchSpace& space = *context_.problem->space;
    if (!space.IsValid(architecture)) return false;
    for (size_t i = 0; i < allowed_.size(); ++i) {
      if (!allowed_[i][architecture[i]] && space.IsActive(architecture, i)) {
        return false;
      }
    }
    return true;
  }

  /// Drops the choices whose trials rank worst in the mean and starts the
  /// inner strategy anew, or finishes when nothing may be dropped.
  void Shrink() {
    std::stable_sort(
        told_.begin(), told_.end(),
        [](const Member& a, const Member& b) { return a.fitness < b.fitness; });
    bool any = false;
    for (size_t k = 0; k < options_.drop; ++k) any |= DropOne();
    if (any) {
      Begin();
    } else {
      finished_ = true;
    }
  }

  /// Never a choice of the best architecture, so that the space stays with
  /// something inside; a choice that was never tried is not judged.
  bool DropOne() {
    if (told_.empty()) return false;
    size_t worst_decision = 0;
    size_t worst_choice = 0;
    double worst = -1;
    for (size_t i = 0; i < allowed_.size(); ++i) {
      const auto left = static_cast<size_t>(
          std::count(allowed_[i].begin(), allowed_[i].end(), true));
      if (left <= options_.keep) continue;
      for (size_t c = 0; c < allowed_[i].size(); ++c) {
        if (!allowed_[i][c] || told_[0].architecture[i] == c) continue;
        const double rank = MeanRank(i, c);
        if (rank > worst) {
          worst = rank;
          worst_decision = i;
          worst_choice = c;
        }
      }
    }
    if (worst < 0) return false;
    allowed_[worst_decision][worst_choice] = false;
    return true;
  }

  double MeanRank(size_t decision, size_t choice) const {
    double sum = 0;
    double count = 0;
    for (size_t rank = 0; rank < told_.size(); ++rank) {
      const Architecture& architecture = told_[rank].architecture;
      if (architecture[decision] != choice ||
          !context_.problem->space->IsActive(architecture, decision)) {
        continue;
      }
      sum += static_cast<double>(rank);
      count += 1;
    }
    return count > 0 ? sum / count : -1;
  }

  ShrinkingOptions options_;
  RunContext context_;
  Judge judge_;
  std::vector<std::vector<bool>> allowed_;
  std::vector<Member> told_;
  bool finished_ = false;  // nothing more may be dropped
  Episodes episodes_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("progressive-shrinking", known, given);
  ShrinkingOptions options;
  options.inner = ReadInner(reader);
  options.round = reader.Count("round", 1, 1000000);
  options.drop = reader.Count("drop", 1, 1000000);
  options.keep = reader.Count("keep", 1, 1000000);
  return std::make_unique<ProgressiveShrinking>(std::move(options),
                                                std::move(context));
}

}  // namespace

StrategyInfo ProgressiveShrinkingInfo() {
  StrategyInfo info;
  info.name = "progressive-shrinking";
  info.summary = "another strategy on a space that loses its worst choices";
  info.source =
      "after Hu et al., ECCV 2020 (angle-based shrinking), with the mean rank "
      "of a choice's trials for the angle: after every round the inner "
      "strategy starts anew on what is left; the best architecture's choices "
      "always stay. Not Once-for-All's training scheme of the same name";
  info.options = Options();
  info.make = Make;
  return info;
}

}  // namespace hwnas
