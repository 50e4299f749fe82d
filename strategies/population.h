#ifndef HWNAS_STRATEGIES_POPULATION_H_
#define HWNAS_STRATEGIES_POPULATION_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "strategies/fitness.h"
#include "tabular/architecture.h"
#include "tabular/rng.h"

namespace hwnas {

struct Member {
  Architecture architecture;
  Fitness fitness;
};

/// A queue of at most `capacity` members: the newcomer replaces the oldest
/// (aging evolution). No allocation once it is full.
class AgingPopulation {
 public:
  explicit AgingPopulation(size_t capacity) : capacity_(capacity) {
    members_.reserve(capacity);
  }

  size_t size() const { return members_.size(); }
  bool empty() const { return members_.empty(); }
  const Member& operator[](size_t i) const { return members_[i]; }

  void Add(const Architecture& architecture, const Fitness& fitness) {
    if (members_.size() < capacity_) {
      members_.push_back({architecture, fitness});
      return;
    }
    members_[oldest_].architecture = architecture;
    members_[oldest_].fitness = fitness;
    oldest_ = oldest_ + 1 == capacity_ ? 0 : oldest_ + 1;
  }

 private:
  size_t capacity_;
  size_t oldest_ = 0;
  std::vector<Member> members_;
};

/// Tournament selection: draws `size` entrants of a population and returns
/// the index of the best; of equals the one drawn first. Without replacement,
/// a `size` above the population's means all of it.
class Tournament {
 public:
  Tournament(size_t size, bool replacement)
      : size_(size), replacement_(replacement) {}

  template <typename Population>
  size_t Select(const Population& population, Rng& rng) {
    const size_t n = population.size();
    HWNAS_CHECK(n > 0);
    if (replacement_) {
      size_t best = rng.Below(n);
      for (size_t i = 1; i < size_; ++i) {
        const size_t entrant = rng.Below(n);
        if (population[entrant].fitness < population[best].fitness) {
          best = entrant;
        }
      }
      return best;
    }
    // The first steps of a Fisher-Yates shuffle; the order left behind is
    // another permutation to start from, which is as good.
    if (order_.size() != n) {
      order_.resize(n);
      for (size_t i = 0; i < n; ++i) order_[i] = i;
    }
    size_t best = n;
    for (size_t i = 0; i < size_ && i < n; ++i) {
      std::swap(order_[i], order_[i + rng.Below(n - i)]);
      if (best == n ||
          population[order_[i]].fitness < population[best].fitness) {
        best = order_[i];
      }
    }
    return best;
  }

 private:
  size_t size_;
  bool replacement_;
  std::vector<size_t> order_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_POPULATION_H_
