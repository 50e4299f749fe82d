#ifndef HWNAS_BENCH_PREDICT_EVALUATION_H_
#define HWNAS_BENCH_PREDICT_EVALUATION_H_

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "predictors/predictor.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/table.h"

namespace hwnas {

/// How good predictions are. Coverage and width are of the 90 % interval, by
/// tercile of the true value; width in units of the values.
struct PredictionFigures {
  double kendall = 0;  // tau-b
  double spearman = 0;
  double r2 = 0;  // 1 - residual / total sum of squares
  double mae = 0;
  double precision = 0;  // share of the best k that is among the predicted k
  std::array<double, 3> coverage{};
  std::array<double, 3> width{};
};

/// `direction`: which end is best; `k`: of the precision, at most the number
/// of values. Three values or more, not constant (Error(kUsage)).
PredictionFigures JudgePredictions(const Predictions& predictions,
                                   std::span<const double> truth,
                                   Direction direction, size_t k);

/// A predictor judged on repeated splits of a table's rows. Rows to learn from
/// are drawn uniformly; a Canonical class or effective network is never on both
/// sides (LeakGroups, DrawSplit).
struct EvaluationSpec {
  std::string metric;
  std::string predictor = "xgboost";
  PredictorOptions options;
  std::string encodings = "one-hot";
  std::vector<std::string> stored;  // metrics, of the encodings `stored*`
  std::vector<size_t> train = {100};
  size_t test = 0;  // judged on so many at random; 0: all
  size_t splits = 20;
  uint64_t seed = 1;
  size_t k = 100;          // of the precision
  bool connected = false;  // judge on connected architectures alone
  /// Judge on relatives of what was learnt from as well, as some sources do.
  bool relatives = false;
};

struct EvaluatedSize {
  size_t train = 0;
  size_t test = 0;  // in the first split
  std::vector<PredictionFigures> by_split;
  double seconds_fit = 0;  // mean
  double seconds_predict = 0;
};

/// `stop` is polled between splits: Error(kInterrupted). Rows without a value
/// or a stored feature take no part. Errors as Fit, Encode, DrawSplit.
std::vector<EvaluatedSize> EvaluatePredictor(
    const Table& table, const EvaluationSpec& spec,
    const std::function<bool()>& stop = {});

/// Mean and 95 % interval of one figure over splits.
Interval FigureInterval(const EvaluatedSize& size,
                        double PredictionFigures::*figure, uint64_t seed);

/// Groups of a table's rows that no split may divide.
std::vector<uint32_t> TableLeakGroups(const Table& table);

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_EVALUATION_H_
