#ifndef HWNAS_TABULAR_SPACES_FILTERED_H_
#define HWNAS_TABULAR_SPACES_FILTERED_H_

#include <memory>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// The architectures of a space that passed a filter, with the base's own
/// moves as far as they stay inside (a subset's moves go to the nearest rows
/// instead). `inside` are valid in the base (HWNAS_CHECK), sorted and made
/// unique here; at least one (HWNAS_CHECK). Sampling is uniform over them, a
/// rank is the position in ascending order. Mutate tries a move 100 times,
/// then has no result; a crossover that leaves is the first parent. Id:
/// `BASE#filtered`; Spec(): the base's.
std::shared_ptr<const SearchSpace> MakeFilteredSpace(
    std::shared_ptr<const SearchSpace> base, std::vector<Architecture> inside);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_FILTERED_H_
