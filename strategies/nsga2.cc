#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/generation.h"
#include "strategies/options.h"
#include "strategies/variation.h"

namespace hwnas {
namespace {

/// Attempts at a child that was not proposed before.
constexpr size_t kTries = 20;

std::vector<OptionInfo> Options() {
  return {
      {"population_size", "100", "N, parents and children each; even or odd"},
      {"crossover_probability", "0.9", "p_c; else a child copies one parent"},
      {"mutation_rate", "1",
       "moves expected per child (p_m = rate / number of decisions, 1/n)"},
      {"duplicates", "refuse",
       "refuse: a child proposed before is made again, up to 20 times "
       "(pymoo's way; a repeated evaluation teaches nothing); allow: as in "
       "the paper"},
      {"move", "default", "the space's mutation"},
  };
}

struct Nsga2Options {
  size_t population_size;
  double crossover_probability;
  double mutation_rate;
  bool refuse_duplicates;
  size_t move;
};

class Nsga2 : public Strategy {
 public:
  Nsga2(const Nsga2Options& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        variation_(*context_.problem->space, options.crossover_probability,
                   options.mutation_rate, options.move),
        sorter_(context_.problem->objectives.size()),
        children_(*context_.problem) {
    const SearchSpace& space = *context_.problem->space;
    for (size_t i = 0; i < options_.population_size; ++i) {
      Plan([&] { return space.Sample(context_.rng); });
    }
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (children_.Complete()) NextGeneration();
    return children_.Ask(limit, out);
  }

  void Tell(std::span<const Trial> trials) override { children_.Tell(trials); }

 private:
  void NextGeneration() {
    for (Individual& child : children_.Individuals()) {
      parents_.push_back(std::move(child));
    }
    sorter_.Sort(parents_);
    Survive();
    children_.Begin();
    for (size_t i = 0; i < options_.population_size; ++i) {
      Plan([&] {
        const Architecture& a = Select().architecture;
        const Architecture& b = Select().architecture;
        return variation_.Child(a, b, context_.rng);
      });
    }
  }

  /// Keeps the first N by front and crowding; ties by position.
  void Survive() {
    const size_t n = options_.population_size;
    if (parents_.size() <= n) return;
    survivors_.clear();
    for (size_t k = 0; survivors_.size() < n; ++k) {
      const std::span<const uint32_t> front = sorter_.Front(k);
      order_.assign(front.begin(), front.end());
      const size_t room = n - survivors_.size();
      if (order_.size() > room) {
        std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
          const double ca = parents_[a].crowding;
          const double cb = parents_[b].crowding;
          return ca > cb || (ca == cb && a < b);
        });
        order_.resize(room);
      }
      for (const uint32_t i : order_) {
        survivors_.push_back(std::move(parents_[i]));
      }
    }
    parents_.swap(survivors_);
  }

  const Individual& Select() {
    const size_t n = parents_.size();
    const Individual& a = parents_[context_.rng.Below(n)];
    const Individual& b = parents_[context_.rng.Below(n)];
    return CrowdedBefore(b, a) ? b : a;
  }

  template <typename Draw>
  void Plan(Draw draw) {
    Architecture child = draw();
    if (options_.refuse_duplicates) {
      for (size_t i = 0; i < kTries && seen_.Contains(child); ++i) {
        child = draw();
      }
      seen_.Insert(child);
    }
    children_.Plan(std::move(child));
  }

  Nsga2Options options_;
  RunContext context_;
  Variation variation_;
  ConstrainedSorter sorter_;
  Generation children_;
  std::vector<Individual> parents_;
  std::vector<Individual> survivors_;
  std::vector<uint32_t> order_;
  SeenSet seen_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("nsga2", known, given);
  Nsga2Options options;
  options.population_size = reader.Count("population_size", 2, 1000000);
  options.crossover_probability = reader.Real("crossover_probability", 0, 1);
  options.mutation_rate = reader.Real("mutation_rate", 0, 1000000);
  options.refuse_duplicates =
      reader.Choice("duplicates", {"refuse", "allow"}) == 0;
  options.move = reader.Move("move", *context.problem->space);
  return std::make_unique<Nsga2>(options, std::move(context));
}

}  // namespace

StrategyInfo Nsga2Info() {
  StrategyInfo info;
  info.name = "nsga2";
  info.summary = "non-dominated sorting and crowding, generation by generation";
  info.source =
      "Deb et al., IEEE TEC 2002, with constrained domination and binary "
      "tournaments (entrants drawn independently). On categorical decisions: "
      "the space's crossover for SBX, its moves for polynomial mutation, their "
      "number binomial; children proposed before are refused unless "
      "duplicates=allow";
  info.options = Options();
  info.multi_objective = true;
  info.make = Make;
  return info;
}

}  // namespace hwnas
