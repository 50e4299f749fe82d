#include "tabular/analysis/least_squares.h"

#include <cmath>
#include <cstddef>
#include <utility>

#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr double kDependent = 1e-10;

// Solves a x = b for a symmetric positive definite `a` of `n` rows, scaled to
// a diagonal of ones; by elimination. False when it is singular.
bool Solve(std::vector<double>* a, std::vector<double>* b, size_t n) {
  for (size_t k = 0; k < n; ++k) {
    size_t pivot = k;
    for (size_t i = k + 1; i < n; ++i) {
      if (std::abs((*a)[i * n + k]) > std::abs((*a)[pivot * n + k])) pivot = i;
    }
    if (!(std::abs((*a)[pivot * n + k]) > kDependent)) return false;
    for (size_t j = 0; j < n; ++j) {
      std::swap((*a)[k * n + j], (*a)[pivot * n + j]);
    }
    std::swap((*b)[k], (*b)[pivot]);
    for (size_t i = k + 1; i < n; ++i) {
      const double factor = (*a)[i * n + k] / (*a)[k * n + k];
      for (size_t j = k; j < n; ++j) {
        (*a)[i * n + j] -= factor * (*a)[k * n + j];
      }
      (*b)[i] -= factor * (*b)[k];
    }
  }
  for (size_t k = n; k-- > 0;) {
    for (size_t j = k + 1; j < n; ++j) (*b)[k] -= (*a)[k * n + j] * (*b)[j];
    (*b)[k] /= (*a)[k * n + k];
  }
  return true;
}

}  // namespace

std::optional<std::vector<double>> LeastSquares(std::span<const double> x,
                                                size_t columns,
                                                std::span<const double> y) {
  HWNAS_CHECK(columns > 0);
  HWNAS_CHECK(x.size() == columns * y.size());
  const size_t n = y.size();
  if (n < columns + 1) return std::nullopt;
  std::vector<double> mean(columns + 1);
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < columns; ++c) mean[c] += x[i * columns + c];
    mean[columns] += y[i];
  }
  for (double& m : mean) m /= static_cast<double>(n);
  HWNAS_CHECK(!std::isnan(mean[columns]));
  std::vector<double> a(columns * columns);
  std::vector<double> b(columns);
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < columns; ++c) {
      const double xc = x[i * columns + c] - mean[c];
      HWNAS_CHECK(!std::isnan(xc));
      for (size_t d = 0; d < columns; ++d) {
        a[c * columns + d] += xc * (x[i * columns + d] - mean[d]);
      }
      b[c] += xc * (y[i] - mean[columns]);
    }
  }
  // To a diagonal of ones, so that a pivot says how dependent a column is.
  std::vector<double> scale(columns);
  for (size_t c = 0; c < columns; ++c) {
    if (!(a[c * columns + c] > 0)) return std::nullopt;
    scale[c] = 1 / std::sqrt(a[c * columns + c]);
  }
  for (size_t c = 0; c < columns; ++c) {
    for (size_t d = 0; d < columns; ++d) {
      a[c * columns + d] *= scale[c] * scale[d];
    }
    b[c] *= scale[c];
  }
  if (!Solve(&a, &b, columns)) return std::nullopt;
  std::vector<double> out(columns + 1);
  out[0] = mean[columns];
  for (size_t c = 0; c < columns; ++c) {
    out[c + 1] = b[c] * scale[c];
    out[0] -= out[c + 1] * mean[c];
  }
  return out;
}

}  // namespace hwnas
