#ifndef HWNAS_PREDICTORS_ENSEMBLE_H_
#define HWNAS_PREDICTORS_ENSEMBLE_H_

#include <vector>

#include "predictors/predictor.h"
#include "predictors/residual_scale.h"
#include "predictors/target_scale.h"

namespace hwnas {

/// What the members of an ensemble answer, in units of what is modelled.
class EnsembleAnswers {
 public:
  explicit EnsembleAnswers(size_t rows) : sum_(rows), squares_(rows) {}

  /// One member's answer of a row; every member answers every row.
  void Add(size_t row, double answer) {
    sum_[row] += answer;
    squares_[row] += answer * answer;
  }

  /// Means of `members` answers, in units of the values; the standard deviation
  /// joins that of held-out residuals with how far members disagree.
  Predictions Summarise(size_t members, const ResidualScale& residuals,
                        const TargetScale& target) const;

 private:
  std::vector<double> sum_;
  std::vector<double> squares_;
};

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_ENSEMBLE_H_
