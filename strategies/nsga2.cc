#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/generational_search.h"
#include "strategies/options.h"

namespace hwnas {
namespace {

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

class Nsga2 : public GenerationalSearch {
 public:
  Nsga2(const OffspringOptions& options, RunContext context)
      : GenerationalSearch(options, context),
        sorter_(context.problem->objectives.size()) {}

 private:
  /// Keeps the first by front and crowding; ties by position.
  void Survive(size_t size, std::vector<Individual>* population,
               Rng&) override {
    std::vector<Individual>& all = *population;
    sorter_.Sort(all);
    if (all.size() <= size) return;
    survivors_.clear();
    for (size_t k = 0; survivors_.size() < size; ++k) {
      const std::span<const uint32_t> front = sorter_.Front(k);
      order_.assign(front.begin(), front.end());
      const size_t room = size - survivors_.size();
      if (order_.size() > room) {
        std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
          const double ca = all[a].crowding;
          const double cb = all[b].crowding;
          return ca > cb || (ca == cb && a < b);
        });
        order_.resize(room);
      }
      for (const uint32_t i : order_) survivors_.push_back(std::move(all[i]));
    }
    all.swap(survivors_);
  }

  const Individual& Select(const std::vector<Individual>& parents,
                           Rng& rng) const override {
    const size_t n = parents.size();
    const Individual& a = parents[rng.Below(n)];
    const Individual& b = parents[rng.Below(n)];
    return CrowdedBefore(b, a) ? b : a;
  }

  ConstrainedSorter sorter_;
  std::vector<Individual> survivors_;
  std::vector<uint32_t> order_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("nsga2", known, given);
  return std::make_unique<Nsga2>(
      ReadOffspringOptions(reader, 1000000, *context.problem->space),
      std::move(context));
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
