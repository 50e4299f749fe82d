#include "predictors/ensemble.h"

#include <algorithm>
#include <cmath>

namespace hwnas {

Predictions EnsembleAnswers::Summarise(size_t members,
                                       const ResidualScale& residuals,
                                       const TargetScale& target) const {
  Predictions out;
  const auto count = static_cast<double>(members);
  for (size_t i = 0; i < sum_.size(); ++i) {
    const double mean = sum_[i] / count;
    const double spread = std::max(squares_[i] / count - mean * mean, 0.0);
    const double residual = residuals.At(mean);
    out.mean.push_back(target.Back(mean));
    out.sd.push_back(
        target.BackSd(mean, std::sqrt(residual * residual + spread)));
  }
  return out;
}

}  // namespace hwnas
