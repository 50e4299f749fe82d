#ifndef HWNAS_BENCH_PREDICT_FIT_COST_H_
#define HWNAS_BENCH_PREDICT_FIT_COST_H_

#include <cstddef>
#include <string>

#include "predictors/predictor.h"

namespace hwnas {

/// Seconds that fitting is charged with: a model, since what is measured
/// would differ from run to run and a budget must not. It counts what a
/// predictor's fitting grows with (rows, columns, trees) times nanoseconds
/// that were measured once; `few-shot` is known too, with the number of
/// source architectures as rows and of source platforms as columns. See
/// predictors/README.md for how far it is off. Of several predictors joined
/// with '+' the sum. Error(kUsage) for a predictor without a model: state
/// `fit_seconds`.
double FitSeconds(const std::string& predictor, const PredictorOptions& options,
                  size_t rows, size_t columns);

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_FIT_COST_H_
