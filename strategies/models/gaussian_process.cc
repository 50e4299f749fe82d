#include "strategies/models/gaussian_process.h"

#include <cmath>
#include <numbers>

#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {

double GaussianProcess::SquaredDistance(const double* a,
                                        const double* b) const {
  double sum = 0;
  for (size_t d = 0; d < dims_; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
  return sum;
}

bool GaussianProcess::Factorise(double length, double noise,
                                double* likelihood) {
  const size_t n = y_.size();
  factor_.assign(n * n, 0.0);
  double log_determinant = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = std::exp(-distances_[i * n + j] / (2 * length * length));
      if (i == j) sum += noise;
      const double* ri = &factor_[i * n];
      const double* rj = &factor_[j * n];
      for (size_t k = 0; k < j; ++k) sum -= ri[k] * rj[k];
      if (i == j) {
        if (!(sum > 0)) return false;
        factor_[i * n + i] = std::sqrt(sum);
        log_determinant += std::log(factor_[i * n + i]);
      } else {
        factor_[i * n + j] = sum / rj[j];
      }
    }
  }
  // L z = y, then Lᵀ w = z.
  weights_ = y_;
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) {
      weights_[i] -= factor_[i * n + k] * weights_[k];
    }
    weights_[i] /= factor_[i * n + i];
  }
  double fit = 0;
  for (const double z : weights_) fit += z * z;
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) {
      weights_[i] -= factor_[k * n + i] * weights_[k];
    }
    weights_[i] /= factor_[i * n + i];
  }
  *likelihood = -0.5 * fit - log_determinant;
  return true;
}

void GaussianProcess::Fit(std::span<const double> x, size_t dims,
                          std::span<const double> y, Rng&) {
  const size_t n = y.size();
  HWNAS_CHECK(n > 0 && x.size() == n * dims);
  dims_ = dims;
  x_.assign(x.begin(), x.end());
  mean_ = Mean(y);
  const double deviation = StandardDeviation(y).value_or(0);
  scale_ = deviation > 0 ? deviation : 1;
  y_.resize(n);
  for (size_t i = 0; i < n; ++i) y_[i] = (y[i] - mean_) / scale_;
  distances_.assign(n * n, 0.0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < i; ++j) {
      distances_[i * n + j] = SquaredDistance(&x_[i * dims], &x_[j * dims]);
    }
  }
  double likelihood = 0;
  if (n < searched_at_ || n * 4 >= searched_at_ * 5) {
    searched_at_ = n;
    double best = 0;
    bool found = false;
    for (const double length : {0.7, 1.0, 1.5, 2.2, 3.3}) {
      for (const double noise : {1e-3, 1e-2, 1e-1}) {
        if (!Factorise(length, noise, &likelihood)) continue;
        if (found && !(likelihood > best)) continue;
        found = true;
        best = likelihood;
        length_ = length;
        noise_ = noise;
      }
    }
    HWNAS_CHECK(found);
  }
  HWNAS_CHECK(Factorise(length_, noise_, &likelihood));
}

Belief GaussianProcess::Predict(std::span<const double> x) const {
  const size_t n = y_.size();
  std::vector<double> v(n);
  double mean = 0;
  for (size_t i = 0; i < n; ++i) {
    v[i] = std::exp(-SquaredDistance(x.data(), &x_[i * dims_]) /
                    (2 * length_ * length_));
    mean += v[i] * weights_[i];
  }
  double variance = 1;
  for (size_t i = 0; i < n; ++i) {
    const double* row = &factor_[i * n];
    for (size_t k = 0; k < i; ++k) v[i] -= row[k] * v[k];
    v[i] /= row[i];
    variance -= v[i] * v[i];
  }
  return {mean_ + scale_ * mean,
          scale_ * std::sqrt(std::fmax(variance, 1e-12))};
}

double ProbabilityBelow(const Belief& belief, double bound) {
  if (!(belief.deviation > 0)) return belief.mean <= bound ? 1 : 0;
  const double z = (bound - belief.mean) / belief.deviation;
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double ExpectedImprovement(const Belief& belief, double best) {
  if (!(belief.deviation > 0)) return std::fmax(best - belief.mean, 0);
  const double z = (best - belief.mean) / belief.deviation;
  const double density =
      std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  return (best - belief.mean) * ProbabilityBelow(belief, best) +
         belief.deviation * density;
}

}  // namespace hwnas
