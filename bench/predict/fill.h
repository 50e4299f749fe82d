#ifndef HWNAS_BENCH_PREDICT_FILL_H_
#define HWNAS_BENCH_PREDICT_FILL_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "predictors/predictor.h"
#include "tabular/filled.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"

namespace hwnas {

/// The source that predicted columns have.
inline const char* const kPredictedSource = kFilledSource;

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
  /// Of what would compile, over five folds that divide no class or network;
  /// none where all values compiled.
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

/// Fills the same gaps by a formula, `NUMBER*METRIC`: origin analytic. It must
/// hold, to a millionth, in every row that has both (Error(kDisagree) naming
/// the worst), of which there must be ten. Returns how many gaps it filled and
/// in how many rows it was verified. Error(kUsage) as above.
struct FormulaReport {
  size_t filled = 0;
  size_t verified = 0;
  size_t left = 0;  // gaps of another reason, or that lack the other metric
};
FormulaReport FillGapsByFormula(const std::string& path,
                                const std::string& metric,
                                const std::string& formula);

/// What is to be written beside what was measured.
struct FilledValues {
  Metric metric;  // complete
  Origin origin = Origin::kPredicted;
  std::string predictor;
  std::string note;
  std::vector<uint32_t> rows;
  Predictions values;  // by row of `rows`; a standard deviation of 0: none
};

/// Adds it as a column of the source kFilledSource; `row_of` gives the
/// writer's row of the table's. Returns the column.
int64_t AddFilledColumn(TableWriter& writer, const FilledValues& filled,
                        const std::function<int64_t(uint32_t)>& row_of);

/// Whether a gap is one that a measurement would fill.
bool IsFillable(const Value& value);

/// Takes the filled column away again; returns how many values it had.
/// Error(kNotFound) when there is none.
int64_t RemoveFilled(const std::string& path, const std::string& metric);

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_FILL_H_
