#ifndef HWNAS_TABULAR_SPACES_SUBSET_H_
#define HWNAS_TABULAR_SPACES_SUBSET_H_

#include <memory>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// The stored rows of another space as a space of their own: it samples them
/// uniformly, and a neighbour is one of the `nearest` rows by Hamming distance
/// over decisions, ties by rank (rows in ascending order; rank = row).
/// `rows` are sorted and made unique. Id: `BASE#subset`. Neighbour lists are
/// computed on first use per architecture, thread-safe, and kept (`nearest`
/// numbers a row). Being near is not symmetric: a row may be among another's
/// neighbours without the reverse. Crossover: the row nearest to the base
/// space's crossover. Canonical: the first row of the base space's class.
/// Parse() of an architecture that is no row is Error(kNotFound).
std::shared_ptr<const SearchSpace> MakeSubsetSpace(
    std::shared_ptr<const SearchSpace> base, std::vector<Architecture> rows,
    size_t nearest = 16);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_SUBSET_H_
