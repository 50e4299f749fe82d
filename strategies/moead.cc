#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/proposer.h"
#include "strategies/ranking.h"
#include "strategies/variation.h"
#include "strategies/weights.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"population_size", "100",
       "N, subproblems at most: the largest lattice of weights that fits"},
      {"neighbors", "20", "T: subproblems that mate and are replaced"},
      {"crossover_probability", "1", "else a child copies one parent"},
      {"mutation_rate", "1", "moves expected per child"},
      {"move", "default", "the space's mutation"},
  };
}

struct MoeadOptions {
  size_t population_size;
  size_t neighbors;
  double crossover_probability;
  double mutation_rate;
  size_t move;
};

class Moead : public Strategy {
 public:
  Moead(const MoeadOptions& options, RunContext context)
      : context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        variation_(*context_.problem->space, options.crossover_probability,
                   options.mutation_rate, options.move),
        dims_(judge_.Objectives()),
        weights_(SimplexLattice(dims_, options.population_size)),
        ideal_(dims_, Fitness::kWorst),
        nadir_(dims_, -Fitness::kWorst) {
    const size_t n = weights_.size() / dims_;
    best_.resize(n);
    // A weight of zero would ignore its objective altogether.
    for (double& weight : weights_) weight = std::max(weight, 1e-6);
    neighbors_ = Neighborhoods(std::min(options.neighbors, n));
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const size_t n = best_.size();
    for (size_t i = 0; i < limit; ++i) {
      const size_t subproblem = proposer_.Next() % n;
      const std::vector<uint32_t>& near = neighbors_[subproblem];
      const Architecture& a =
          best_[near[context_.rng.Below(near.size())]].architecture;
      const Architecture& b =
          best_[near[context_.rng.Below(near.size())]].architecture;
      // Until parents are told (the first round, or all under way) samples.
      if (proposer_.Next() < n || a.empty() || b.empty()) {
        proposer_.Propose(context_.problem->space->Sample(context_.rng), out);
      } else {
        proposer_.Propose(variation_.Child(a, b, context_.rng), out);
      }
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      Individual child;
      child.architecture = trial.architecture;
      child.rating = judge_.RateAll(trial);
      if (child.rating.violation < Fitness::kWorst) Stretch(child.rating);
      const size_t n = best_.size();
      for (const uint32_t k : neighbors_[trial.id % n]) {
        if (best_[k].architecture.empty() || Better(child, best_[k], k)) {
          best_[k] = child;
        }
      }
    }
  }

 private:
  /// The T nearest weight vectors of each, itself first; ties by position.
  std::vector<std::vector<uint32_t>> Neighborhoods(size_t nearest) const {
    const size_t n = best_.size();
    std::vector<std::vector<uint32_t>> all(n);
    std::vector<double> distances(n);
    std::vector<uint32_t> order(n);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        distances[j] = 0;
        for (size_t d = 0; d < dims_; ++d) {
          const double gap = weights_[i * dims_ + d] - weights_[j * dims_ + d];
          distances[j] += gap * gap;
        }
      }
      std::iota(order.begin(), order.end(), 0u);
      std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
        return distances[a] < distances[b] ||
               (distances[a] == distances[b] && a < b);
      });
      all[i].assign(order.begin(),
                    order.begin() + static_cast<std::ptrdiff_t>(nearest));
    }
    return all;
  }

  void Stretch(const Rating& rating) {
    for (size_t d = 0; d < dims_; ++d) {
      ideal_[d] = std::min(ideal_[d], rating.objectives[d]);
      nadir_[d] = std::max(nadir_[d], rating.objectives[d]);
    }
  }

  /// Chebyshev distance to the ideal point over the range seen.
  double Chebyshev(const Rating& rating, size_t subproblem) const {
    double largest = 0;
    for (size_t d = 0; d < dims_; ++d) {
      const double range = nadir_[d] - ideal_[d];
      const double gap = rating.objectives[d] - ideal_[d];
      largest = std::max(largest, weights_[subproblem * dims_ + d] *
                                      (range > 0 ? gap / range : 0));
    }
    return largest;
  }

  bool Better(const Individual& a, const Individual& b, size_t k) const {
    if (a.rating.violation > 0 || b.rating.violation > 0) {
      return a.rating.violation < b.rating.violation;
    }
    return Chebyshev(a.rating, k) <= Chebyshev(b.rating, k);
  }

  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  Variation variation_;
  size_t dims_;
  std::vector<double> weights_;
  std::vector<double> ideal_;
  std::vector<double> nadir_;
  std::vector<Individual> best_;  // of each subproblem; empty: none yet
  std::vector<std::vector<uint32_t>> neighbors_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("moead", known, given);
  MoeadOptions options;
  options.population_size = reader.Count("population_size", 2, 10000);
  options.neighbors = reader.Count("neighbors", 1, 10000);
  options.crossover_probability = reader.Real("crossover_probability", 0, 1);
  options.mutation_rate = reader.Real("mutation_rate", 0, 1000000);
  options.move = reader.Move("move", *context.problem->space);
  return std::make_unique<Moead>(options, std::move(context));
}

}  // namespace

StrategyInfo MoeadInfo() {
  StrategyInfo info;
  info.name = "moead";
  info.summary = "one scalar subproblem a weight vector, neighbours cooperate";
  info.source =
      "Zhang and Li, IEEE TEC 2007, Chebyshev approach, objectives over the "
      "range seen (section V.D), N 100 and T 20; no external archive. On "
      "categorical decisions the space's crossover and moves; less violation "
      "replaces first. Steady state: subproblems take turns";
  info.options = Options();
  info.multi_objective = true;
  info.make = Make;
  return info;
}

}  // namespace hwnas
