#include "predictors/non_negative.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace hwnas {

std::vector<double> NonNegativeLeastSquares(const Matrix& x,
                                            std::span<const double> y) {
  using RowMatrix =
      Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  HWNAS_CHECK(x.rows == y.size());
  const auto rows = static_cast<Eigen::Index>(x.rows);
  const auto cols = static_cast<Eigen::Index>(x.cols);
  const Eigen::Map<const RowMatrix> map(x.values.data(), rows, cols);
  const Eigen::Map<const Eigen::VectorXd> target(y.data(), rows);
  Eigen::VectorXd length = map.colwise().norm();
  for (double& l : length) l = l > 0 ? l : 1;
  const Eigen::MatrixXd scaled = map * length.cwiseInverse().asDiagonal();
  Eigen::MatrixXd gram = scaled.transpose() * scaled;
  gram.diagonal().array() += 1e-9;
  const Eigen::VectorXd goal = scaled.transpose() * target;
  Eigen::VectorXd b = Eigen::VectorXd::Zero(cols);
  Eigen::VectorXd gradient = -goal;
  constexpr int kSweeps = 20000;
  constexpr double kSmall = 1e-9;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double moved = 0;
    for (Eigen::Index c = 0; c < cols; ++c) {
      const double next = std::max(b[c] - gradient[c] / gram(c, c), 0.0);
      const double step = next - b[c];
      if (step == 0) continue;
      b[c] = next;
      gradient += step * gram.col(c);
      moved = std::max(moved, std::abs(step));
    }
    if (moved <= kSmall * b.cwiseAbs().maxCoeff()) break;
  }
  const Eigen::VectorXd unscaled = b.cwiseQuotient(length);
  return {unscaled.begin(), unscaled.end()};
}

}  // namespace hwnas
