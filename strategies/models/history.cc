#include "strategies/models/history.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace hwnas {
namespace {

/// Attempts a candidate before one gives up on more.
constexpr size_t kPatience = 10;

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
  std::vector<double> y;
  for (size_t i = 0; i < trials_.size(); ++i) {
    y.push_back(value < judge_.Objectives() ? ratings_[i].objectives[value]
                                            : trials_[i].values[value]);
  }
  encoder_.Learn(rows_);
  std::vector<double> rows = rows_;
  encoder_.Standardise(rows);
  model->Fit(rows, encoder_.Dims(), y, rng);
}

Belief History::Predict(const Regressor& model,
                        const Architecture& architecture) {
  row_.clear();
  encoder_.Append(architecture, &row_);
  encoder_.Standardise(row_);
  return model.Predict(row_);
}

std::vector<Architecture> Candidates(const SearchSpace& space,
                                     std::span<const Architecture> parents,
                                     const SeenSet& seen, size_t count,
                                     double share_of_moves, size_t most_moves,
                                     Rng& rng) {
  std::vector<Architecture> candidates;
  SeenSet chosen;
  const auto moves =
      static_cast<size_t>(share_of_moves * static_cast<double>(count));
  Architecture next;
  for (size_t attempt = 0; !parents.empty() && candidates.size() < moves &&
                           attempt < moves * kPatience;
       ++attempt) {
    Architecture candidate = parents[attempt % parents.size()];
    const size_t steps = 1 + rng.Below(most_moves);
    bool moved = false;
    for (size_t step = 0; step < steps; ++step) {
      if (!space.Mutate(candidate, 0, rng, &next)) break;
      candidate = next;
      moved = true;
    }
    if (!moved || seen.Contains(candidate) || !chosen.Insert(candidate)) {
      continue;
    }
    candidates.push_back(std::move(candidate));
  }
  for (size_t misses = 0; candidates.size() < count && misses < kPatience;) {
    Architecture sample = space.Sample(rng);
    if (seen.Contains(sample) || !chosen.Insert(sample)) {
      ++misses;
      continue;
    }
    misses = 0;
    candidates.push_back(std::move(sample));
  }
  return candidates;
}

}  // namespace hwnas
