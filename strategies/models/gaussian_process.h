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
/// quarter. Rows that follow those of the last fit are appended to its
/// Cholesky factor in O(n²) each; anything else costs O(n³). n is what a
/// strategy was told, hundreds.
class GaussianProcess : public Regressor {
 public:
  void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
           Rng& rng) override;
  void Predict(std::span<const double> x, std::span<Belief> out) override;

  /// After Fit: believes further rows too, whose values are in the target's
  /// unit. Length scale, noise and the target's scale stay as fitted; O(n²) a
  /// row. The next Fit forgets them.
  void Condition(std::span<const double> x, std::span<const double> y);

 private:
  /// Candidates predicted at once; a factor of kLanes.
  static constexpr size_t kBlock = 16;

  static size_t RowBegin(size_t i) { return i * (i + 1) / 2; }
  bool ExtendsLastFit(std::span<const double> x, size_t dims) const;
  void AppendDistances(size_t from);
  /// Rows `from`.. of the factor; false where the matrix is not positive
  /// definite.
  bool Factorise(size_t from);
  void SearchHyperparameters();
  /// Log marginal likelihood up to a constant; leaves weights_.
  double Solve();
  void PredictBlock(std::span<const double> x, std::span<Belief> out);

  size_t dims_ = 0;
  size_t searched_at_ = 0;
  double length_ = 1;
  double noise_ = 1e-2;
  double mean_ = 0;
  double scale_ = 1;
  std::vector<double> x_;
  std::vector<double> y_;          // standardised
  std::vector<double> distances_;  // squared; packed lower triangle by rows
  std::vector<double> factor_;     // likewise
  std::vector<double> weights_;
  std::vector<double> columns_;  // of candidates: dims_ × kBlock
  std::vector<double> solved_;   // n × kBlock
};

/// E[max(best - value, 0)] of a normal belief (Jones, Schonlau, Welch 1998,
/// equation 15).
double ExpectedImprovement(const Belief& belief, double best);
/// P(value <= bound).
double ProbabilityBelow(const Belief& belief, double bound);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_GAUSSIAN_PROCESS_H_
