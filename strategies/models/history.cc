#include "strategies/models/history.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hwnas {
namespace {

/// Moves tried for each candidate before one gives up on more.
constexpr size_t kPatience = 10;
/// Samples in a row that were no news before one gives up on more.
constexpr size_t kMisses = 100;

}  // namespace

void History::Add(const Trial& trial) {
  const Rating rating = judge_.RateAll(trial);
  if (rating.violation == Fitness::kWorst) return;
  trials_.push_back(trial);
  ratings_.push_back(rating);
  encoder_.Append(trial.architecture, &rows_);
}

std::vector<size_t> History::Best(size_t count) const {
  std::vector<size_t> order(trials_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return ratings_[a].First() < ratings_[b].First();
  });
  if (order.size() > count) order.resize(count);
  return order;
}

void History::Fit(size_t value, Regressor* model, Rng& rng) {
  targets_.clear();
  for (size_t i = 0; i < trials_.size(); ++i) {
    targets_.push_back(value < judge_.Objectives()
                           ? ratings_[i].objectives[value]
                           : trials_[i].values[value]);
  }
  encoder_.Learn(rows_);
  standardised_ = rows_;
  encoder_.Standardise(standardised_);
  model->Fit(standardised_, encoder_.Dims(), targets_, rng);
}

void History::Encode(std::span<const Architecture> architectures) {
  standardised_.clear();
  for (const Architecture& architecture : architectures) {
    encoder_.Append(architecture, &standardised_);
  }
  encoder_.Standardise(standardised_);
}

void History::Condition(std::span<const Architecture> architectures,
                        double value, GaussianProcess* model) {
  Encode(architectures);
  targets_.assign(architectures.size(), value);
  model->Condition(standardised_, targets_);
}

void History::Predict(std::span<const Architecture> architectures,
                      Regressor* model, std::vector<Belief>* beliefs) {
  Encode(architectures);
  beliefs->resize(architectures.size());
  model->Predict(standardised_, *beliefs);
}

std::vector<Architecture> Candidates(const SearchSpace& space,
                                     std::span<const Architecture> parents,
                                     const SeenSet& seen,
                                     const CandidateOptions& options,
                                     Rng& rng) {
  std::vector<Architecture> candidates;
  if (!options.repeats && seen.Exhausts(space)) return candidates;
  SeenSet chosen;
  const auto is_new = [&](const Architecture& architecture) {
    return options.repeats ||
           (!seen.Contains(architecture) && chosen.Insert(architecture));
  };
  const auto moves = static_cast<size_t>(options.move_share *
                                         static_cast<double>(options.count));
  Architecture candidate;
  Architecture next;
  for (size_t attempt = 0; !parents.empty() && candidates.size() < moves &&
                           attempt < moves * kPatience;
       ++attempt) {
    candidate = parents[attempt % parents.size()];
    const size_t steps = 1 + rng.Below(options.max_moves);
    bool moved = false;
    for (size_t step = 0; step < steps; ++step) {
      if (!space.Mutate(candidate, 0, rng, &next)) break;
      std::swap(candidate, next);
      moved = true;
    }
    if (!moved || !is_new(candidate)) continue;
    candidates.push_back(candidate);
  }
  for (size_t misses = 0;
       candidates.size() < options.count && misses < kMisses;) {
    candidate = space.Sample(rng);
    if (!is_new(candidate)) {
      ++misses;
      continue;
    }
    misses = 0;
    candidates.push_back(candidate);
  }
  return candidates;
}

}  // namespace hwnas
