#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/generation.h"
#include "strategies/options.h"
#include "strategies/population.h"
#include "strategies/variation.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"population_size", "20", "N; Genetic CNN's"},
      {"elites", "2", "best members that live on, not evaluated again"},
      {"sample_size", "2", "entrants of a tournament, with replacement"},
      {"crossover_probability", "0.9", "else a child copies one parent"},
      {"mutation_rate", "1", "moves expected per child"},
      {"move", "default", "the space's mutation"},
  };
}

struct GeneticOptions {
  size_t population_size;
  size_t elites;
  size_t sample_size;
  double crossover_probability;
  double mutation_rate;
  size_t move;
};

class GeneticAlgorithm : public Strategy {
 public:
  GeneticAlgorithm(const GeneticOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        variation_(*context_.problem->space, options.crossover_probability,
                   options.mutation_rate, options.move),
        tournament_(options.sample_size, true),
        children_(*context_.problem) {
    for (size_t i = 0; i < options_.population_size; ++i) {
      children_.Plan(context_.problem->space->Sample(context_.rng));
    }
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (children_.Complete()) NextGeneration();
    return children_.Ask(limit, out);
  }

  void Tell(std::span<const Trial> trials) override { children_.Tell(trials); }

 private:
  void NextGeneration() {
    std::stable_sort(
        parents_.begin(), parents_.end(),
        [](const Member& a, const Member& b) { return a.fitness < b.fitness; });
    if (parents_.size() > options_.elites) parents_.resize(options_.elites);
    for (Individual& child : children_.Individuals()) {
      parents_.push_back({std::move(child.architecture), child.rating.First()});
    }
    children_.Begin();
    for (size_t i = 0; i < options_.population_size; ++i) {
      const size_t a = tournament_.Select(parents_, context_.rng);
      const size_t b = tournament_.Select(parents_, context_.rng);
      children_.Plan(variation_.Child(parents_[a].architecture,
                                      parents_[b].architecture, context_.rng));
    }
  }

  GeneticOptions options_;
  RunContext context_;
  Variation variation_;
  Tournament tournament_;
  Generation children_;
  std::vector<Member> parents_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("genetic-algorithm", known, given);
  GeneticOptions options;
  options.population_size = reader.Count("population_size", 2, 1000000);
  options.elites = reader.Count("elites", 0, 1000000);
  options.sample_size = reader.Count("sample_size", 1, 1000000);
  options.crossover_probability = reader.Real("crossover_probability", 0, 1);
  options.mutation_rate = reader.Real("mutation_rate", 0, 1000000);
  options.move = reader.Move("move", *context.problem->space);
  return std::make_unique<GeneticAlgorithm>(options, std::move(context));
}

}  // namespace

StrategyInfo GeneticAlgorithmInfo() {
  StrategyInfo info;
  info.name = "genetic-algorithm";
  info.summary = "generations of crossover and mutation, with elites";
  info.source =
      "Holland 1975; for architectures Xie and Yuille, ICCV 2017 (Genetic "
      "CNN), whose population of 20 is the default; tournaments instead of "
      "fitness-proportional selection. Judges by constraint violation, then "
      "the first objective";
  info.options = Options();
  info.make = Make;
  return info;
}

}  // namespace hwnas
