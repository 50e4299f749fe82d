#include <optional>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/front_archive.h"
#include "strategies/options.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

constexpr size_t kTries = 1000;

std::vector<OptionInfo> Options() {
  return {{"initial", "10",
           "random architectures first, and again whenever the whole archive "
           "is explored"}};
}

class ParetoLocalSearch : public Strategy {
 public:
  ParetoLocalSearch(size_t initial, RunContext context)
      : initial_(initial),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        archive_(judge_.Objectives()) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (queue_.empty() && under_way_ == 0) Plan();
    if (queue_.empty()) {
      return under_way_ > 0 ? AskState::kWait : AskState::kDone;
    }
    for (size_t i = 0; i < limit && !queue_.empty(); ++i) {
      proposer_.Propose(std::move(queue_.back()), out);
      queue_.pop_back();
      ++under_way_;
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      archive_.Add(trial.architecture, judge_.RateAll(trial));
      --under_way_;
    }
  }

 private:
  /// Neighbours, not seen yet, of a random unexplored member; where there is
  /// none, fresh samples.
  void Plan() {
    const SearchSpace& space = *context_.problem->space;
    while (queue_.empty()) {
      std::vector<size_t> open;
      for (size_t i = 0; i < archive_.Entries().size(); ++i) {
        if (!archive_.Entries()[i].explored) open.push_back(i);
      }
      if (open.empty()) break;
      FrontArchive::Entry& entry =
          archive_.Entries()[open[context_.rng.Below(open.size())]];
      entry.explored = true;
      space.Neighbors(entry.architecture, &neighbors_);
      for (Architecture& neighbor : neighbors_) {
        if (seen_.Insert(neighbor)) queue_.push_back(std::move(neighbor));
      }
      context_.rng.Shuffle(std::span<Architecture>(queue_));
    }
    if (!queue_.empty()) return;
    for (size_t i = 0; i < initial_; ++i) {
      std::optional<Architecture> sample =
          SampleUnseen(space, seen_, kTries, context_.rng);
      if (!sample) break;
      seen_.Insert(*sample);
      queue_.push_back(std::move(*sample));
    }
  }

  size_t initial_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  FrontArchive archive_;
  std::vector<Architecture> queue_;
  std::vector<Architecture> neighbors_;
  size_t under_way_ = 0;
  SeenSet seen_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("pareto-local-search", known, given);
  return std::make_unique<ParetoLocalSearch>(
      reader.Count("initial", 1, 1000000), std::move(context));
}

}  // namespace

StrategyInfo ParetoLocalSearchInfo() {
  StrategyInfo info;
  info.name = "pareto-local-search";
  info.summary = "explores the neighbours of every non-dominated architecture";
  info.source =
      "Paquete, Chiarandini, Stuetzle, 2004: a random unexplored member of the "
      "archive at a time, all of its neighbours; nothing is evaluated twice. "
      "Restarts with random samples into the same archive when all is "
      "explored; constrained domination";
  info.options = Options();
  info.multi_objective = true;
  info.make = Make;
  return info;
}

}  // namespace hwnas
