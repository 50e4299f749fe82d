#ifndef HWNAS_BENCH_PREDICT_TABLE_FEATURES_H_
#define HWNAS_BENCH_PREDICT_TABLE_FEATURES_H_

#include <string>
#include <vector>

#include "predictors/features.h"
#include "tabular/table.h"

namespace hwnas {

/// A table's rows as numbers.
struct EncodedTable {
  Features features;              // a row for each of the table's
  std::vector<uint8_t> complete;  // 0: a feature is missing, taken as 0
};

/// Encodes all rows, grouped by TableLeakGroups (see predictors/encoding.h).
/// `stored`: metrics that are the stored features; what lacks one because its
/// network is disconnected ranks below all others by `stored-rank`, and is
/// incomplete by `stored`. `dataset`: whose images the layers are for; may be
/// empty or unknown where no encoding needs it. Errors as Encode and
/// Table::LoadOrCompute.
EncodedTable TableFeatures(const Table& table, const std::string& encodings,
                           const std::vector<std::string>& stored,
                           const std::string& dataset);

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_TABLE_FEATURES_H_
