#include "strategies/models/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "strategies/models/lanes.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {

bool GaussianProcess::ExtendsLastFit(std::span<const double> x,
                                     size_t dims) const {
  return dims == dims_ && x.size() >= x_.size() &&
         std::equal(x_.begin(), x_.end(), x.begin());
}

void GaussianProcess::AppendDistances(size_t from) {
  const size_t n = y_.size();
  distances_.resize(RowBegin(n));
  for (size_t i = from; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      const double* a = &x_[i * dims_];
      const double* b = &x_[j * dims_];
      double sum = 0;
      for (size_t d = 0; d < dims_; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
      distances_[RowBegin(i) + j] = sum;
    }
  }
}

bool GaussianProcess::Factorise(size_t from) {
  const size_t n = y_.size();
  factor_.resize(RowBegin(n));
  for (size_t i = from; i < n; ++i) {
    double* ri = &factor_[RowBegin(i)];
    for (size_t j = 0; j <= i; ++j) {
      double* rj = &factor_[RowBegin(j)];
      const double covariance =
          std::exp(-distances_[RowBegin(i) + j] / (2 * length_ * length_));
      const double sum = covariance - Dot(ri, rj, j);
      if (i == j) {
        if (!(sum + noise_ > 0)) return false;
        ri[i] = std::sqrt(sum + noise_);
      } else {
        ri[j] = sum / rj[j];
      }
    }
  }
  return true;
}

double GaussianProcess::Solve() {
  // L z = y, then Lᵀ w = z.
  const size_t n = y_.size();
  weights_ = y_;
  double likelihood = 0;
  for (size_t i = 0; i < n; ++i) {
    const double* row = &factor_[RowBegin(i)];
    weights_[i] = (weights_[i] - Dot(row, weights_.data(), i)) / row[i];
    likelihood -= 0.5 * weights_[i] * weights_[i] + std::log(row[i]);
  }
  for (size_t i = n; i-- > 0;) {
    const double* row = &factor_[RowBegin(i)];
    weights_[i] /= row[i];
    for (size_t k = 0; k < i; ++k) weights_[k] -= row[k] * weights_[i];
  }
  return likelihood;
}

void GaussianProcess::SearchHyperparameters() {
  searched_at_ = y_.size();
  double best = 0;
  double best_length = 0;
  double best_noise = 0;
  for (const double length : {0.7, 1.0, 1.5, 2.2, 3.3}) {
    for (const double noise : {1e-3, 1e-2, 1e-1}) {
      length_ = length;
      noise_ = noise;
      if (!Factorise(0)) continue;
      const double likelihood = Solve();
      if (best_length > 0 && !(likelihood > best)) continue;
      best = likelihood;
      best_length = length;
      best_noise = noise;
    }
  }
  HWNAS_CHECK(best_length > 0);
  length_ = best_length;
  noise_ = best_noise;
}

void GaussianProcess::Fit(std::span<const double> x, size_t dims,
                          std::span<const double> y, Rng&) {
  const size_t n = y.size();
  HWNAS_CHECK(n > 0 && x.size() == n * dims);
  const size_t known = ExtendsLastFit(x, dims) ? y_.size() : 0;
  dims_ = dims;
  x_.assign(x.begin(), x.end());
  mean_ = Mean(y);
  const double deviation = StandardDeviation(y).value_or(0);
  scale_ = deviation > 0 ? deviation : 1;
  y_.resize(n);
  for (size_t i = 0; i < n; ++i) y_[i] = (y[i] - mean_) / scale_;
  AppendDistances(known);
  if (known == 0 || n < searched_at_ || n * 4 >= searched_at_ * 5) {
    SearchHyperparameters();
    HWNAS_CHECK(Factorise(0));
  } else {
    HWNAS_CHECK(Factorise(known));
  }
  Solve();
}

void GaussianProcess::Condition(std::span<const double> x,
                                std::span<const double> y) {
  const size_t known = y_.size();
  HWNAS_CHECK(known > 0 && x.size() == y.size() * dims_);
  x_.insert(x_.end(), x.begin(), x.end());
  for (const double value : y) y_.push_back((value - mean_) / scale_);
  AppendDistances(known);
  HWNAS_CHECK(Factorise(known));
  Solve();
}

void GaussianProcess::Predict(std::span<const double> x,
                              std::span<Belief> out) {
  HWNAS_CHECK(x.size() == out.size() * dims_);
  for (size_t r = 0; r < out.size(); r += kBlock) {
    const size_t rows = std::min(kBlock, out.size() - r);
    PredictBlock(x.subspan(r * dims_, rows * dims_), out.subspan(r, rows));
  }
}

void GaussianProcess::PredictBlock(std::span<const double> x,
                                   std::span<Belief> out) {
  const size_t n = y_.size();
  columns_.assign(dims_ * kBlock, 0.0);
  for (size_t r = 0; r < out.size(); ++r) {
    for (size_t d = 0; d < dims_; ++d) {
      columns_[d * kBlock + r] = x[r * dims_ + d];
    }
  }
  solved_.resize(n * kBlock);
  double means[kBlock] = {};
  double variances[kBlock];
  std::fill_n(variances, kBlock, 1.0);
  for (size_t i = 0; i < n; ++i) {
    double distances[kBlock] = {};
    for (size_t d = 0; d < dims_; ++d) {
      const double at = x_[i * dims_ + d];
      const double* column = &columns_[d * kBlock];
      for (size_t r = 0; r < kBlock; ++r) {
        distances[r] += (column[r] - at) * (column[r] - at);
      }
    }
    double* v = &solved_[i * kBlock];
    for (size_t r = 0; r < kBlock; ++r) {
      v[r] = std::exp(-distances[r] / (2 * length_ * length_));
      means[r] += v[r] * weights_[i];
    }
    const double* row = &factor_[RowBegin(i)];
    for (size_t k = 0; k < i; ++k) {
      AddScaled(-row[k], &solved_[k * kBlock], v, kBlock);
    }
    for (size_t r = 0; r < kBlock; ++r) {
      v[r] /= row[i];
      variances[r] -= v[r] * v[r];
    }
  }
  for (size_t r = 0; r < out.size(); ++r) {
    out[r] = {mean_ + scale_ * means[r],
              scale_ * std::sqrt(std::max(variances[r], 1e-12))};
  }
}

double ProbabilityBelow(const Belief& belief, double bound) {
  if (!(belief.deviation > 0)) return belief.mean <= bound ? 1 : 0;
  const double z = (bound - belief.mean) / belief.deviation;
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double ExpectedImprovement(const Belief& belief, double best) {
  if (!(belief.deviation > 0)) return std::max(best - belief.mean, 0.0);
  const double z = (best - belief.mean) / belief.deviation;
  const double density =
      std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  return (best - belief.mean) * ProbabilityBelow(belief, best) +
         belief.deviation * density;
}

}  // namespace hwnas
