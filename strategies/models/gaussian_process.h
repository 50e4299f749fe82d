#ifndef HWNAS_STRATEGIES_MODELS_GAUSSIAN_PROCESS_H_
#define HWNAS_STRATEGIES_MODELS_GAUSSIAN_PROCESS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "strategies/models/regressor.h"

namespace hwnas {

/// Gaussian process (Rasmussen and Williams 2006, algorithm 2.1) on the
/// standardised target with the kernel exp(-|x - x'|² / (2 l²)), which on
/// one-hot decisions is the exponential of their Hamming distance, plus
/// noise. Length scale and noise are those of a grid of 5 × 3 with the
/// largest marginal likelihood, searched anew when the data have grown by a
/// quarter. O(n³); n is what a strategy was told, hundreds.
class GaussianProcess : public Regressor {
 public:
  void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
           Rng& rng) override;
  Belief Predict(std::span<const double> x) const override;

 private:
  /// Cholesky factor and weights for given hyper-parameters; the log marginal
  /// likelihood, or nothing where the matrix is not positive definite.
  bool Factorise(double length, double noise, double* likelihood);
  double SquaredDistance(const double* a, const double* b) const;

  size_t dims_ = 0;
  size_t searched_at_ = 0;
  double length_ = 1;
  double noise_ = 1e-2;
  double mean_ = 0;
  double scale_ = 1;
  std::vector<double> x_;
  std::vector<double> y_;  // standardised
  std::vector<double> distances_;
  std::vector<double> factor_;  // lower triangle, row-major
  std::vector<double> weights_;
};

/// E[max(best - value, 0)] of a normal belief (Jones, Schonlau, Welch 1998).
double ExpectedImprovement(const Belief& belief, double best);
/// P(value <= bound).
double ProbabilityBelow(const Belief& belief, double bound);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_GAUSSIAN_PROCESS_H_
