#ifndef HWNAS_STRATEGIES_GENERATIONAL_SEARCH_H_
#define HWNAS_STRATEGIES_GENERATIONAL_SEARCH_H_

#include <utility>
#include <vector>

#include "strategies/generation.h"
#include "strategies/offspring.h"
#include "strategies/strategy.h"

namespace hwnas {

/// The loop of the NSGA family: N samples to begin with, then generations of
/// N children of selected parents; parents and children together are cut down
/// to the next parents.
class GenerationalSearch : public Strategy {
 public:
  GenerationalSearch(const OffspringOptions& options, RunContext context)
      : population_size_(options.population_size),
        context_(std::move(context)),
        offspring_(*context_.problem->space, options),
        children_(*context_.problem) {
    const SearchSpace& space = *context_.problem->space;
    Plan([&] { return space.Sample(context_.rng); });
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) final {
    if (children_.Complete()) NextGeneration();
    return children_.Ask(limit, out);
  }

  void Tell(std::span<const Trial> trials) final { children_.Tell(trials); }

 protected:
  /// Cuts `population`, parents before children, down to `size`.
  virtual void Survive(size_t size, std::vector<Individual>* population,
                       Rng& rng) = 0;
  /// One parent.
  virtual const Individual& Select(const std::vector<Individual>& parents,
                                   Rng& rng) const = 0;

 private:
  void NextGeneration() {
    for (Individual& child : children_.Individuals()) {
      parents_.push_back(std::move(child));
    }
    Survive(population_size_, &parents_, context_.rng);
    children_.Begin();
    Plan([&] {
      const Architecture& a = Select(parents_, context_.rng).architecture;
      const Architecture& b = Select(parents_, context_.rng).architecture;
      return offspring_.Cross(a, b, context_.rng);
    });
  }

  template <typename Draw>
  void Plan(Draw draw) {
    for (size_t i = 0; i < population_size_; ++i) {
      children_.Plan(offspring_.Fresh(draw));
    }
  }

  size_t population_size_;
  RunContext context_;
  Offspring offspring_;
  Generation children_;
  std::vector<Individual> parents_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_GENERATIONAL_SEARCH_H_
