#ifndef HWNAS_BENCH_PREDICT_FILL_H_
#define HWNAS_BENCH_PREDICT_FILL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "predictors/predictor.h"
#include "tabular/table.h"

namespace hwnas {

/// The source that predicted columns have.
inline const char* const kPredictedSource = "hwnas-predict";

/// What is learnt, and how.
struct FitSpec {
  std::string metric;
  std::string predictor = "xgboost";
  PredictorOptions options;
  std::string encodings = "one-hot";
  std::vector<std::string> stored;
  size_t train = 0;  // of the rows with values, at random; 0: all
  uint64_t seed = 1;
};

struct FittedTable {
  SavedPredictor saved;
  size_t rows = 0;  // learnt from
};

/// Learns from a table's own values, never from predicted ones. Errors as Fit
/// and Encode; Error(kUsage) for a column that is itself predicted.
FittedTable FitOnTable(const Table& table, const FitSpec& spec);

struct FillReport {
  size_t filled = 0;
  size_t left = 0;           // gaps that are no measurement's to fill, or lack
                             // a stored feature
  size_t not_compiling = 0;  // predicted not to compile
  /// Of what would compile, over five folds; none where all values compiled.
  std::optional<double> balanced_accuracy;
  std::string predictor;  // name@version
};

/// Adds a column of source `hwnas-predict` and origin predicted, with a mean
/// and standard deviation in each row where the metric's column has a gap of
/// the reason 'not measured' or 'absent in this copy', and nowhere else. Where
/// the column has gaps 'did not compile', a classifier (XGBoost on the same
/// features, or on one-hot where those are graphs alone) first says which rows
/// would compile; the others get that reason instead of a value. `encodings`:
/// those that the predictor was fitted on. Values that are there are not
/// touched, so removing the column undoes it. Error(kUsage): a predictor of
/// another space, metric or encoding, or the column is there already, or no gap
/// that could be filled.
FillReport FillGapsByPrediction(const std::string& path,
                                const SavedPredictor& saved,
                                const std::string& encodings, uint64_t seed);

/// Takes the predicted column away again; returns how many values it had.
/// Error(kNotFound) when there is none.
int64_t RemovePredicted(const std::string& path, const std::string& metric);

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_FILL_H_
