#ifndef HWNAS_STRATEGIES_MODELS_PREDICTOR_MODEL_H_
#define HWNAS_STRATEGIES_MODELS_PREDICTOR_MODEL_H_

#include <memory>
#include <span>
#include <string>

#include "predictors/predictor.h"
#include "strategies/models/regressor.h"

namespace hwnas {

/// One of `predictors/` as a model within a run. From fewer rows than it can
/// learn from, and from values that are all equal, it believes their mean and
/// deviation of every architecture.
class PredictorModel : public Regressor {
 public:
  /// Errors as MakePredictor.
  PredictorModel(const std::string& name, const PredictorOptions& options)
      : predictor_(MakePredictor(name, options)) {}

  void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
           Rng& rng) override;
  void Predict(std::span<const double> x, std::span<Belief> out) override;

 private:
  std::unique_ptr<Predictor> predictor_;
  Features features_;  // columns, and rows as a buffer
  bool fitted_ = false;
  Belief prior_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_PREDICTOR_MODEL_H_
