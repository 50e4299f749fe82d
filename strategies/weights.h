#ifndef HWNAS_STRATEGIES_WEIGHTS_H_
#define HWNAS_STRATEGIES_WEIGHTS_H_

#include <cstddef>
#include <vector>

namespace hwnas {

/// Points of the unit simplex on a lattice (Das and Dennis, SIAM J. Optim.
/// 1998): all vectors of multiples of 1/H that sum to 1, H the largest with
/// at most `most` of them (at least 1). Row-major, `dims` values each, in
/// lexicographic order. One dimension: the single point 1.
std::vector<double> SimplexLattice(size_t dims, size_t most);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_WEIGHTS_H_
