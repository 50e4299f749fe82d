#ifndef HWNAS_PREDICTORS_RESIDUAL_SCALE_H_
#define HWNAS_PREDICTORS_RESIDUAL_SCALE_H_

#include <span>
#include <vector>

#include "predictors/model_file.h"

namespace hwnas {

/// How far held-out values lie from their predictions, as a function of the
/// prediction: the 90 % quantile of |residual| / 1.645 in up to five groups of
/// equal size by predicted value (at least 20 in each, else one group), linear
/// between the groups' medians and constant outside. A normal interval of this
/// standard deviation then covers 90 % of the held-out values of each group:
/// split conformal prediction (Lei et al., JASA 2018) by groups, with
/// cross-validated residuals in place of a calibration set.
class ResidualScale {
 public:
  /// As many of both, at least 1 (HWNAS_CHECK).
  void Fit(std::span<const double> predicted, std::span<const double> residual);
  double At(double predicted) const;

  void Write(ModelWriter& writer) const;
  void Read(ModelReader& reader);

 private:
  std::vector<double> centre_;  // ascending
  std::vector<double> scale_;
};

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_RESIDUAL_SCALE_H_
