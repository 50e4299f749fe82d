#ifndef HWNAS_TABULAR_ANALYSIS_PARETO_H_
#define HWNAS_TABULAR_ANALYSIS_PARETO_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hwnas {

/// Pareto dominance, all objectives to be minimised. `points` are row-major:
/// point i has the `dims` values from i * dims. Values are finite or +-inf,
/// never NaN (unchecked here: HWNAS_CHECKed in NonDominated and the sorter).
/// Indices are 32-bit. Thread-safe.

/// `a` dominates `b`: nowhere worse, somewhere better.
bool Dominates(const double* a, const double* b, size_t dims);

/// Indices, ascending, of the points that no other dominates. Equal points do
/// not dominate each other: all copies are kept. O(n log n) in two
/// dimensions, O(n * front) otherwise: where more than `most` are found, these
/// first `most` + 1 are returned at once.
std::vector<uint32_t> NonDominated(std::span<const double> points, size_t dims,
                                   size_t most = SIZE_MAX);

/// Non-dominated sorting into fronts: front 0 is non-dominated, front k is
/// when fronts before k are removed. Holds its buffers, so that sorting in a
/// loop does not allocate. In two dimensions a sweep in O(n log n) (Jensen,
/// IEEE TEC 2003); otherwise efficient non-dominated sort, sequential variant
/// (Zhang et al., IEEE TEC 2015). The fronts are those of the fast
/// non-dominated sort of NSGA-II (Deb et al. 2002).
class FrontSorter {
 public:
  void Sort(std::span<const double> points, size_t dims);

  size_t Fronts() const { return begins_.empty() ? 0 : begins_.size() - 1; }
  /// Members of a front, ascending.
  std::span<const uint32_t> Front(size_t k) const {
    return std::span<const uint32_t>(members_).subspan(
        begins_[k], begins_[k + 1] - begins_[k]);
  }
  /// The front of point i.
  uint32_t FrontOf(size_t i) const { return front_of_[i]; }

 private:
  void SweepTwo(std::span<const double> points);
  void SortMany(std::span<const double> points, size_t dims);

  std::vector<uint32_t> front_of_;
  std::vector<uint32_t> members_;
  std::vector<uint32_t> begins_;
  std::vector<uint32_t> order_;
  std::vector<uint32_t> last_;  // latest member of each front
  std::vector<uint32_t> next_;  // the member before it, a linked list
};

/// Crowding distance (Deb et al. 2002, section III.B) of the points listed in
/// `front`, written to `distances` in the front's order: the sum over
/// objectives of the gap between a point's two neighbours, over the range of
/// the front; infinite at an end of any objective. Ties in an objective are
/// ordered by position in `front`; an objective that is constant over the
/// front adds nothing but its infinite ends.
class CrowdingDistance {
 public:
  void Compute(std::span<const double> points, size_t dims,
               std::span<const uint32_t> front, std::span<double> distances);

 private:
  std::vector<uint32_t> order_;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_PARETO_H_
