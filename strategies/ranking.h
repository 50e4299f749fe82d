#ifndef HWNAS_STRATEGIES_RANKING_H_
#define HWNAS_STRATEGIES_RANKING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "strategies/fitness.h"
#include "tabular/analysis/pareto.h"
#include "tabular/architecture.h"

namespace hwnas {

/// A member of a population with several objectives.
struct Individual {
  Architecture architecture;
  Rating rating;
  uint32_t front = 0;
  double crowding = 0;
};

/// `a` constrained-dominates `b` (Deb et al. 2002, definition 1).
bool ConstrainedDominates(const Rating& a, const Rating& b, size_t objectives);

/// Sorts individuals into fronts of constrained domination: the feasible by
/// non-dominated sorting, after them the infeasible by violation (equal ones
/// share a front). Holds its buffers.
class ConstrainedSorter {
 public:
  explicit ConstrainedSorter(size_t objectives) : objectives_(objectives) {}

  /// Sets `front` and `crowding` of every individual. Crowding is that of its
  /// front; 0 where it has no values.
  void Sort(std::span<Individual> individuals);

  size_t Fronts() const { return begins_.size() - 1; }
  /// Indices of a front's members, ascending.
  std::span<const uint32_t> Front(size_t k) const {
    return std::span<const uint32_t>(members_).subspan(
        begins_[k], begins_[k + 1] - begins_[k]);
  }
  /// Objectives of all, row-major, as of the last Sort; 0 without values.
  std::span<const double> Points() const { return points_; }

 private:
  void AppendInfeasible(std::span<const Individual> individuals);

  size_t objectives_;
  FrontSorter sorter_;
  CrowdingDistance crowding_;
  std::vector<double> points_;
  std::vector<double> feasible_points_;
  std::vector<uint32_t> feasible_;
  std::vector<uint32_t> infeasible_;
  std::vector<uint32_t> members_;
  std::vector<size_t> begins_ = {0};
  std::vector<double> distances_;
};

/// NSGA-II's order: lower front, then larger crowding distance.
inline bool CrowdedBefore(const Individual& a, const Individual& b) {
  return a.front < b.front || (a.front == b.front && a.crowding > b.crowding);
}

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_RANKING_H_
