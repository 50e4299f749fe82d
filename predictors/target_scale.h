#ifndef HWNAS_PREDICTORS_TARGET_SCALE_H_
#define HWNAS_PREDICTORS_TARGET_SCALE_H_

#include <span>
#include <vector>

#include "predictors/model_file.h"

namespace hwnas {

/// Values to what a predictor models and back: standardised, or by normal
/// scores (linear between the values fitted, and beyond them with the slope of
/// the whole).
class TargetScale {
 public:
  /// Finite values, not all equal.
  void Fit(std::span<const double> values, bool scores);
  double Forward(double value) const;
  double Back(double value) const;
  /// The standard deviation in units of the values, of one of `sd` around
  /// `mean` in units of what is modelled.
  double BackSd(double mean, double sd) const {
    return (Back(mean + sd) - Back(mean - sd)) / 2;
  }

  void Write(ModelWriter& writer) const;
  void Read(ModelReader& reader);

 private:
  double mean_ = 0;
  double sd_ = 1;
  std::vector<double> raw_;  // ascending; empty: standardised
  std::vector<double> score_;
};

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_TARGET_SCALE_H_
