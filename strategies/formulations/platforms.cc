#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/episodes.h"
#include "strategies/fitness.h"
#include "strategies/options.h"

namespace hwnas {
namespace {

enum class Combine : size_t { kWorstCase, kMean, kMeanRank };

std::vector<OptionInfo> Options() {
  std::vector<OptionInfo> options = InnerOptions("nsga2");
  options.push_back(
      {"combine", "worst-case",
       "what the platforms' costs become: worst-case: the largest, each over "
       "its scale; mean: their mean, likewise; mean-rank: the mean of their "
       "ranks among what was told, in [0, 1] there"});
  options.push_back(
      {"scale", "",
       "of each objective after the first, positive, in its own unit; empty: "
       "1"});
  options.push_back(
      {"reference", "50", "mean-rank: ranks are among so many first trials"});
  return options;
}

struct PlatformOptions {
  InnerSpec inner;
  Combine combine;
  std::vector<double> scale;
  size_t reference;
};

/// Ranks of values among the first that were told: the share of those below,
/// half of the equal ones included. Beyond both ends the distance over their
/// range counts, so that what is better than all of them still differs.
class ReferenceRank {
 public:
  explicit ReferenceRank(size_t most) : most_(most) {}

  void Add(double value) {
    if (values_.size() == most_) return;
    values_.insert(std::upper_bound(values_.begin(), values_.end(), value),
                   value);
  }
  /// At least one value was added.
  double Of(double value) const {
    const double range = values_.back() - values_.front();
    if (value < values_.front() && range > 0) {
      return (value - values_.front()) / range;
    }
    if (value > values_.back() && range > 0) {
      return 1 + (value - values_.back()) / range;
    }
    const auto [low, high] =
        std::equal_range(values_.begin(), values_.end(), value);
    const auto sum =
        static_cast<double>((low - values_.begin()) + (high - values_.begin()));
    return sum / (2 * static_cast<double>(values_.size()));
  }

 private:
  size_t most_;
  std::vector<double> values_;  // ascending
};

/// Shows an inner strategy two objectives: the first, and the others, one a
/// platform, combined to one that is minimised.
class Platforms : public Strategy {
 public:
  Platforms(PlatformOptions options, RunContext context)
      : options_(std::move(options)),
        context_(std::move(context)),
        judge_(*context_.problem),
        ranks_(judge_.Objectives(), ReferenceRank(options_.reference)) {
    Problem problem = *context_.problem;
    if (judge_.Objectives() > 2) problem.objectives.resize(2);
    if (judge_.Objectives() > 1) {
      problem.objectives[1].direction = Direction::kMinimize;
      // Stated for one platform, not for what they are combined to.
      problem.linear_costs.clear();
    }
    episodes_.Begin(options_.inner, std::move(problem), &context_);
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    return episodes_.Ask(limit, out);
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) episodes_.Tell(Translated(trial));
  }

 private:
  Trial Translated(const Trial& trial) {
    Trial seen = trial;
    const size_t objectives = judge_.Objectives();
    if (objectives < 2 || !judge_.Rate(trial).Rated()) return seen;
    double worst = -Fitness::kWorst;
    double sum = 0;
    for (size_t i = 1; i < objectives; ++i) {
      const double cost = Cost(trial, i);
      worst = std::max(worst, cost);
      sum += cost;
    }
    seen.values[1] = options_.combine == Combine::kWorstCase
                         ? worst
                         : sum / static_cast<double>(objectives - 1);
    for (size_t i = 0; i < context_.problem->constraints.size(); ++i) {
      seen.values[2 + i] = trial.values[objectives + i];
    }
    return seen;
  }

  double Cost(const Trial& trial, size_t i) {
    const double value = judge_.Minimised(trial, i);
    if (options_.combine != Combine::kMeanRank) {
      return value / options_.scale[i - 1];
    }
    ranks_[i].Add(value);
    return ranks_[i].Of(value);
  }

  PlatformOptions options_;
  RunContext context_;
  Judge judge_;
  std::vector<ReferenceRank> ranks_;
  Episodes episodes_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("platforms", known, given);
  const size_t platforms = context.problem->objectives.size() - 1;
  PlatformOptions options;
  options.inner = ReadInner(reader);
  options.combine = static_cast<Combine>(
      reader.Choice("combine", {"worst-case", "mean", "mean-rank"}));
  options.scale = reader.Reals("scale");
  if (options.scale.empty()) options.scale.assign(platforms, 1.0);
  if (options.scale.size() != platforms) {
    reader.Fail("scale",
                "give one number for each objective after the first, " +
                    std::to_string(platforms) + " in all");
  }
  for (const double scale : options.scale) {
    if (!(scale > 0)) reader.Fail("scale", "every scale is positive");
  }
  options.reference = reader.Count("reference", 1, 1000000);
  return std::make_unique<Platforms>(std::move(options), std::move(context));
}

}  // namespace

StrategyInfo PlatformsInfo() {
  StrategyInfo info;
  info.name = "platforms";
  info.summary = "another strategy, several platforms' costs as one";
  info.source =
      "worst case and mean rank over platforms, for one network that has to "
      "serve several; one objective a platform needs no formulation. Ranks are "
      "among the first trials of the run, not of the space; an inner strategy "
      "for one objective sees the first alone";
  info.options = Options();
  info.multi_objective = true;
  info.make = Make;
  return info;
}

}  // namespace hwnas
