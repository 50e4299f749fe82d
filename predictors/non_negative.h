#ifndef HWNAS_PREDICTORS_NON_NEGATIVE_H_
#define HWNAS_PREDICTORS_NON_NEGATIVE_H_

#include <span>
#include <vector>

#include "predictors/features.h"

namespace hwnas {

/// argmin |x b - y|² with b >= 0, by cyclic coordinate descent on the normal
/// equations (columns scaled to length 1; a ridge of 1e-9 makes it unique).
/// Stops when no coefficient moves by more than 1e-9 of the largest, or after
/// 20,000 sweeps. As many values as rows (HWNAS_CHECK).
std::vector<double> NonNegativeLeastSquares(const Matrix& x,
                                            std::span<const double> y);

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_NON_NEGATIVE_H_
