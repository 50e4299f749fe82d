#ifndef HWNAS_TABULAR_FILLED_H_
#define HWNAS_TABULAR_FILLED_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "tabular/table.h"

namespace hwnas {

/// The source of columns that hold what gaps of a metric's own column were
/// filled with: of origin predicted, or analytic where it is a formula.
inline const char* const kFilledSource = "hwnas-predict";

/// A column with its gaps filled.
struct FilledColumn {
  /// Values and gaps of the metric's own column, and where all of a row's
  /// replicates are gaps, what the filled one holds there, with its standard
  /// deviation. Its description is the own column's.
  std::shared_ptr<const DenseColumn> column;
  std::vector<uint8_t> filled;        // by row: the value was filled
  Origin origin = Origin::kMeasured;  // of what was filled
  size_t Count() const;               // rows that were
};

/// Reads a metric with its gaps filled. Where nothing was filled it is what
/// Table::LoadOrCompute gives. Where the metric has no other column, all that
/// there is was filled. Errors as LoadOrCompute.
FilledColumn LoadFilled(const Table& table, const Metric& metric);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_FILLED_H_
