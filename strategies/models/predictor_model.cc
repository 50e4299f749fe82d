#include "strategies/models/predictor_model.h"

#include <algorithm>
#include <functional>

#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {

void PredictorModel::Fit(std::span<const double> x, size_t dims,
                         std::span<const double> y, Rng& rng) {
  HWNAS_CHECK(!y.empty() && x.size() == y.size() * dims);
  prior_ = {Mean(y), StandardDeviation(y).value_or(0)};
  const uint64_t seed = rng.Next();
  const bool varies =
      std::adjacent_find(y.begin(), y.end(), std::not_equal_to<>()) != y.end();
  fitted_ = varies && y.size() >= predictor_->MinRows();
  features_.encoding = "history";
  features_.names.resize(dims);
  for (size_t i = 0; i < dims; ++i) features_.names[i] = std::to_string(i);
  if (!fitted_) return;
  features_.x.rows = y.size();
  features_.x.cols = dims;
  features_.x.values.assign(x.begin(), x.end());
  predictor_->Fit(features_, y, seed);
}

void PredictorModel::Predict(std::span<const double> x, std::span<Belief> out) {
  HWNAS_CHECK(x.size() == out.size() * features_.names.size());
  if (!fitted_) {
    std::fill(out.begin(), out.end(), prior_);
    return;
  }
  features_.x.rows = out.size();
  features_.x.cols = features_.names.size();
  features_.x.values.assign(x.begin(), x.end());
  const Predictions predictions = predictor_->Predict(features_);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = {predictions.mean[i], predictions.sd[i]};
  }
}

}  // namespace hwnas
