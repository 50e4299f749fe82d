#ifndef HWNAS_PREDICTORS_TORCH_PREDICTORS_H_
#define HWNAS_PREDICTORS_TORCH_PREDICTORS_H_

#include <memory>

#include "predictors/predictor.h"

namespace hwnas {

/// What the module `torch` gives, by `hwnas_torch_predictors`. No tensor
/// crosses its border.
class TorchPredictors {
 public:
  virtual ~TorchPredictors() = default;
  /// Options all set.
  virtual std::unique_ptr<Predictor> MakeMlp(
      const PredictorOptions& options) const = 0;
  virtual std::unique_ptr<Predictor> MakeGraphNetwork(
      const PredictorOptions& options) const = 0;
};

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_TORCH_PREDICTORS_H_
