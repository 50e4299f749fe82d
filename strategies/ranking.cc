#include "strategies/ranking.h"

#include <algorithm>

namespace hwnas {

bool ConstrainedDominates(const Rating& a, const Rating& b, size_t objectives) {
  if (a.violation > 0 || b.violation > 0) return a.violation < b.violation;
  return Dominates(a.objectives.data(), b.objectives.data(), objectives);
}

void ConstrainedSorter::Sort(std::span<Individual> individuals) {
  const size_t n = individuals.size();
  points_.assign(n * objectives_, 0.0);
  feasible_points_.clear();
  feasible_.clear();
  infeasible_.clear();
  for (uint32_t i = 0; i < n; ++i) {
    const Rating& rating = individuals[i].rating;
    const double* values = rating.objectives.data();
    if (rating.violation < Fitness::kWorst) {
      std::copy(values, values + objectives_, &points_[i * objectives_]);
    }
    if (rating.violation > 0) {
      infeasible_.push_back(i);
    } else {
      feasible_.push_back(i);
      feasible_points_.insert(feasible_points_.end(), values,
                              values + objectives_);
    }
  }
  members_.clear();
  begins_.assign(1, 0);
  sorter_.Sort(feasible_points_, objectives_);
  for (size_t k = 0; k < sorter_.Fronts(); ++k) {
    for (const uint32_t i : sorter_.Front(k)) members_.push_back(feasible_[i]);
    begins_.push_back(members_.size());
  }
  AppendInfeasible(individuals);
  for (size_t k = 0; k < Fronts(); ++k) {
    const std::span<const uint32_t> front = Front(k);
    distances_.resize(front.size());
    crowding_.Compute(points_, objectives_, front, distances_);
    for (size_t i = 0; i < front.size(); ++i) {
      Individual& individual = individuals[front[i]];
      individual.front = static_cast<uint32_t>(k);
      individual.crowding =
          individual.rating.violation < Fitness::kWorst ? distances_[i] : 0;
    }
  }
}

void ConstrainedSorter::AppendInfeasible(
    std::span<const Individual> individuals) {
  std::sort(infeasible_.begin(), infeasible_.end(),
            [&](uint32_t a, uint32_t b) {
              const double va = individuals[a].rating.violation;
              const double vb = individuals[b].rating.violation;
              return va < vb || (va == vb && a < b);
            });
  for (size_t i = 0; i < infeasible_.size(); ++i) {
    members_.push_back(infeasible_[i]);
    const bool last = i + 1 == infeasible_.size() ||
                      individuals[infeasible_[i]].rating.violation !=
                          individuals[infeasible_[i + 1]].rating.violation;
    if (last) begins_.push_back(members_.size());
  }
}

}  // namespace hwnas
