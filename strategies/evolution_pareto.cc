#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/front_archive.h"
#include "strategies/generation.h"
#include "strategies/options.h"

namespace hwnas {
namespace {

constexpr size_t kTries = 20;

std::vector<OptionInfo> Options() {
  return {
      {"initial", "10", "init_num_models"},
      {"random_mix", "5", "num_random_mix: fresh samples in every iteration"},
      {"most_unseen", "100", "max_unseen_population: size of an iteration"},
      {"mutations_per_parent", "1", "of every member of the front"},
      {"crossovers", "5", "num_crossovers: pairs of the front"},
      {"move", "default", "the space's mutation"},
  };
}

struct ParetoOptions {
  size_t initial;
  size_t random_mix;
  size_t most_unseen;
  size_t mutations_per_parent;
  size_t crossovers;
  size_t move;
};

class EvolutionPareto : public Strategy {
 public:
  EvolutionPareto(const ParetoOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        generation_(*context_.problem),
        front_(context_.problem->objectives.size()) {
    for (size_t i = 0; i < options_.initial; ++i) AddSample();
    PlanUnseen();
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (generation_.Complete()) NextIteration();
    return generation_.Ask(limit, out);
  }

  void Tell(std::span<const Trial> trials) override {
    generation_.Tell(trials);
  }

 private:
  void NextIteration() {
    for (const Individual& individual : generation_.Individuals()) {
      front_.Add(individual.architecture, individual.rating);
    }
    generation_.Begin();
    const SearchSpace& space = *context_.problem->space;
    const std::vector<FrontArchive::Entry>& parents = front_.Entries();
    Architecture child;
    for (const FrontArchive::Entry& parent : parents) {
      for (size_t i = 0; i < options_.mutations_per_parent; ++i) {
        for (size_t attempt = 0; attempt < kTries; ++attempt) {
          if (space.Mutate(parent.architecture, options_.move, context_.rng,
                           &child) &&
              AddUnseen(child)) {
            break;
          }
        }
      }
    }
    for (size_t i = 0; i < options_.crossovers && parents.size() > 1; ++i) {
      for (size_t attempt = 0; attempt < kTries; ++attempt) {
        const size_t a = context_.rng.Below(parents.size());
        const size_t b = context_.rng.Below(parents.size());
        if (a != b &&
            AddUnseen(space.Crossover(parents[a].architecture,
                                      parents[b].architecture, context_.rng))) {
          break;
        }
      }
    }
    for (size_t i = 0; i < options_.random_mix; ++i) AddSample();
    PlanUnseen();
  }

  bool AddUnseen(const Architecture& architecture) {
    if (!seen_.Insert(architecture)) return false;
    unseen_.push_back(architecture);
    return true;
  }

  void AddSample() {
    for (size_t i = 0; i < kTries; ++i) {
      if (AddUnseen(context_.problem->space->Sample(context_.rng))) return;
    }
  }

  /// At most `most_unseen`, a random choice; never nothing, so that a space
  /// that is used up still gets proposals.
  void PlanUnseen() {
    if (unseen_.empty()) {
      unseen_.push_back(context_.problem->space->Sample(context_.rng));
    }
    context_.rng.Shuffle(std::span<Architecture>(unseen_));
    for (size_t i = options_.most_unseen; i < unseen_.size(); ++i) {
      seen_.Erase(unseen_[i]);
    }
    if (unseen_.size() > options_.most_unseen) {
      unseen_.resize(options_.most_unseen);
    }
    for (Architecture& architecture : unseen_) {
      generation_.Plan(std::move(architecture));
    }
    unseen_.clear();
  }

  ParetoOptions options_;
  RunContext context_;
  Generation generation_;
  FrontArchive front_;
  SeenSet seen_;
  std::vector<Architecture> unseen_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("evolution-pareto", known, given);
  ParetoOptions options;
  options.initial = reader.Count("initial", 1, 1000000);
  options.random_mix = reader.Count("random_mix", 0, 1000000);
  options.most_unseen = reader.Count("most_unseen", 1, 1000000);
  options.mutations_per_parent = reader.Count("mutations_per_parent", 0, 1000);
  options.crossovers = reader.Count("crossovers", 0, 1000000);
  options.move = reader.Move("move", *context.problem->space);
  return std::make_unique<EvolutionPareto>(options, std::move(context));
}

}  // namespace

StrategyInfo EvolutionParetoInfo() {
  StrategyInfo info;
  info.name = "evolution-pareto";
  info.summary = "mutates and crosses the front of all that was evaluated";
  info.source =
      "Archai's EvolutionParetoSearch (Microsoft; after Elsken, Metzen, "
      "Hutter, ICLR 2019) with its defaults; iterations go on while the budget "
      "lasts; constrained domination";
  info.options = Options();
  info.multi_objective = true;
  info.make = Make;
  return info;
}

}  // namespace hwnas
