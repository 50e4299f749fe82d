#ifndef HWNAS_PREDICTORS_FEATURES_H_
#define HWNAS_PREDICTORS_FEATURES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tabular/error.h"

namespace hwnas {

/// A dense matrix, row-major.
struct Matrix {
  Matrix() = default;
  Matrix(size_t row_count, size_t col_count)
      : rows(row_count), cols(col_count), values(row_count * col_count) {}

  std::span<const double> Row(size_t i) const {
    return std::span<const double>(values).subspan(i * cols, cols);
  }
  std::span<double> Row(size_t i) {
    return std::span<double>(values).subspan(i * cols, cols);
  }

  size_t rows = 0;
  size_t cols = 0;
  std::vector<double> values;  // rows * cols
};

/// What one layer of a kind costs: macs, and bytes moved at 32 bit (inputs,
/// weights and outputs).
struct LayerCost {
  double macs = 0;
  double bytes = 0;
};

struct NetworkGraphs;  // predictors/network_graph.h

/// Architectures as numbers: a row each. A value.
struct Features {
  /// The encodings it was made by, joined by `+`, as in `one-hot@1+costs@1`.
  std::string encoding = {};
  std::vector<std::string> names = {};  // a column each
  Matrix x = {};
  /// The first column of each of the encodings joined; empty: all is one part.
  std::vector<uint32_t> parts = {};
  /// For columns that count layers of a kind, what one costs; empty where
  /// other columns stand beside them.
  std::vector<LayerCost> layers = {};
  /// With the encoding `graph`: networks, shared with what rows were selected
  /// from, and which of them each row is. Empty otherwise.
  std::shared_ptr<const NetworkGraphs> graphs = {};
  std::vector<uint32_t> graph = {};
  /// Rows of one group are much the same network (LeakGroups): what is judged
  /// on one must not have been learnt from another. Empty: each its own.
  std::vector<uint32_t> groups = {};

  size_t Rows() const { return x.rows; }
  size_t Columns() const { return x.cols; }
  /// Some of the rows, in the order given.
  Features Select(std::span<const uint32_t> rows) const;
};

/// Columns of both, side by side, and the graphs of the one that has them; as
/// many rows (HWNAS_CHECK).
Features Concatenate(const Features& a, const Features& b);

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_FEATURES_H_
