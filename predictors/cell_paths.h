#ifndef HWNAS_PREDICTORS_CELL_PATHS_H_
#define HWNAS_PREDICTORS_CELL_PATHS_H_

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tabular/architecture.h"
#include "tabular/search_space.h"

namespace hwnas {

/// The operations on a path from a cell's input to its output.
using CellPath = std::vector<std::string>;

/// The path encoding of cells (White et al., "A study on encodings for neural
/// architecture search", NeurIPS 2020): a 0/1 column for every sequence of
/// operations from input to output. On nb201 a path with `none` is none.
/// Immutable; thread-safe.
class CellPaths {
 public:
  /// Whether a space's architectures are cells of nb101 or nb201; parts of
  /// these spaces count, products with them do not.
  static bool Covers(const SearchSpace& space);

  /// Of a space that is covered (HWNAS_CHECK), which need not outlive it.
  explicit CellPaths(const SearchSpace& space);

  /// Of the columns: operations joined by `>`, by length.
  const std::vector<std::string>& Names() const { return names_; }

  /// All paths of an architecture of the space, equal ones as often as they are
  /// there; the order depends on the architecture alone.
  std::vector<CellPath> PathsOf(const Architecture& architecture) const;

  /// Writes an architecture of the space into `row`, Names().size() values
  /// (HWNAS_CHECK).
  void Encode(const Architecture& architecture, std::span<double> row) const;

 private:
  bool nb201_;
  std::vector<std::string> operations_;
  std::vector<std::string> names_;
  std::map<std::string, size_t> column_;
};

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_CELL_PATHS_H_
