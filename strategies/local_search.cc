#include <unordered_map>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/population.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

constexpr size_t kTries = 1000;

std::vector<OptionInfo> Options() {
  return {
      {"improvement", "first",
       "first: move to the first neighbour that is better (naszilla's "
       "default); best: evaluate all of them and move to the best (algorithm "
       "1 of the paper)"},
      {"initial", "10",
       "random architectures before the first climb, which starts from the "
       "best of them (num_init)"},
      {"restart_initial", "1",
       "random architectures before every later climb; naszilla draws "
       "num_init again"},
  };
}

struct LocalSearchOptions {
  bool first;
  size_t initial;
  size_t restart_initial;
};

/// Climbs in generations: random starting points, then the neighbourhood of
/// the present architecture. Trials of a generation that was left are
/// remembered, nothing else.
class LocalSearch : public Strategy {
 public:
  LocalSearch(const LocalSearchOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem) {
    Restart(options_.initial);
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    while (queue_.empty() && under_way_ == 0 && !done_) Advance();
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
      const Fitness fitness = judge_.Rate(trial);
      known_[trial.architecture] = fitness;
      if (trial.id < generation_begin_) continue;
      --under_way_;
      Consider(trial.architecture, fitness);
    }
  }

 private:
  /// A candidate for the next step.
  void Consider(const Architecture& architecture, const Fitness& fitness) {
    if (!best_.architecture.empty() && !(fitness < best_.fitness)) return;
    best_ = {architecture, fitness};
    if (climbing_ && options_.first && best_.fitness < here_.fitness) {
      MoveTo(best_);
    }
  }

  /// The generation is complete: climb on or start anew.
  void Advance() {
    const bool better = !best_.architecture.empty() &&
                        (!climbing_ || best_.fitness < here_.fitness);
    if (better) {
      MoveTo(best_);
    } else {
      Restart(options_.restart_initial);
    }
  }

  void MoveTo(Member next) {
    here_ = std::move(next);
    climbing_ = true;
    BeginGeneration();
    context_.problem->space->Neighbors(here_.architecture, &neighbors_);
    context_.rng.Shuffle(std::span<Architecture>(neighbors_));
    for (Architecture& neighbor : neighbors_) {
      if (const auto known = known_.find(neighbor); known != known_.end()) {
        // Walking on known ground costs nothing. `best_` only: a step from
        // here would recurse; Advance() takes it.
        if (best_.architecture.empty() || known->second < best_.fitness) {
          best_ = {neighbor, known->second};
        }
      } else if (seen_.Insert(neighbor)) {
        queue_.push_back(std::move(neighbor));
      }
    }
    // Where a known neighbour is better, a first-improvement climb goes there.
    if (options_.first && best_.fitness < here_.fitness) Unqueue();
  }

  void Restart(size_t samples) {
    climbing_ = false;
    BeginGeneration();
    for (size_t i = 0; i < samples; ++i) {
      std::optional<Architecture> sample =
          SampleUnseen(*context_.problem->space, seen_, kTries, context_.rng);
      if (!sample) break;
      seen_.Insert(*sample);
      queue_.push_back(std::move(*sample));
    }
    done_ = queue_.empty();
  }

  void BeginGeneration() {
    Unqueue();
    under_way_ = 0;
    generation_begin_ = proposer_.Next();
    best_ = {};
  }

  /// Forgets what was queued and not proposed.
  void Unqueue() {
    for (const Architecture& architecture : queue_) seen_.Erase(architecture);
    queue_.clear();
  }

  LocalSearchOptions options_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  bool done_ = false;
  bool climbing_ = false;  // else: a generation of random starting points
  Member here_;
  Member best_;  // of the generation; an empty architecture: none yet
  std::vector<Architecture> queue_;
  uint64_t generation_begin_ = 0;
  size_t under_way_ = 0;  // of this generation
  std::vector<Architecture> neighbors_;
  SeenSet seen_;  // proposed or queued
  std::unordered_map<Architecture, Fitness, ArchitectureHash> known_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("local-search", known, given);
  LocalSearchOptions options;
  options.first = reader.Choice("improvement", {"first", "best"}) == 0;
  options.initial = reader.Count("initial", 1, 1000000);
  options.restart_initial = reader.Count("restart_initial", 1, 1000000);
  return std::make_unique<LocalSearch>(options, std::move(context));
}

}  // namespace

StrategyInfo LocalSearchInfo() {
  StrategyInfo info;
  info.name = "local-search";
  info.summary = "hill climbing over the space's neighbours, with restarts";
  info.source =
      "White, Nolen, Savani, UAI 2021. Judges by constraint violation, then "
      "the first objective; neighbours in random order; no architecture is "
      "evaluated twice, known neighbours are stepped on for free; a climb that "
      "ends is followed by one from a fresh sample";
  info.options = Options();
  info.make = Make;
  return info;
}

}  // namespace hwnas
