#include "bench/analysis/friedman.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numbers>

#include "bench/analysis/ties.h"
#include "tabular/analysis/ranks.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

// The integrand is smooth and below 1e-17 outside [-9, 9]: Simpson's rule on
// this grid is exact to about 1e-10.
constexpr double kEdge = 9;
constexpr int kIntervals = 600;

double NormalPdf(double z) {
  return std::exp(-0.5 * z * z) * 0.5 * std::numbers::inv_sqrtpi *
         std::numbers::sqrt2;
}

double NormalCdf(double z) {
  return 0.5 * std::erfc(-z * 0.5 * std::numbers::sqrt2);
}

}  // namespace

std::optional<FriedmanResult> Friedman(std::span<const double> values,
                                       size_t treatments) {
  HWNAS_CHECK(treatments > 0 && values.size() % treatments == 0);
  const size_t blocks = values.size() / treatments;
  if (blocks < 2 || treatments < 3) return std::nullopt;
  FriedmanResult result;
  result.mean_ranks.assign(treatments, 0);
  double ties = 0;
  for (size_t b = 0; b < blocks; ++b) {
    const auto row = values.subspan(b * treatments, treatments);
    const std::vector<double> ranks = AverageRanks(row);
    for (size_t t = 0; t < treatments; ++t) result.mean_ranks[t] += ranks[t];
    ties += TieTerm({row.begin(), row.end()});
  }
  const auto k = static_cast<double>(treatments);
  const auto n = static_cast<double>(blocks);
  double squares = 0;
  for (double& rank : result.mean_ranks) {
    squares += rank * rank;
    rank /= n;
  }
  const double correction = 1 - ties / (n * k * (k * k - 1));
  if (correction <= 0) return std::nullopt;
  result.statistic =
      (12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)) / correction;
  const boost::math::chi_squared chi(k - 1);
  result.p = boost::math::cdf(
      boost::math::complement(chi, std::max(0.0, result.statistic)));
  return result;
}

double NormalRangeCdf(double q, size_t k) {
  HWNAS_CHECK(k >= 2);
  if (q <= 0) return 0;
  const double step = 2 * kEdge / kIntervals;
  double sum = 0;
  for (int i = 0; i <= kIntervals; ++i) {
    const double z = -kEdge + step * i;
    const double between = NormalCdf(z + q) - NormalCdf(z);
    const double weight = i == 0 || i == kIntervals ? 1 : i % 2 == 1 ? 4 : 2;
    sum +=
        weight * NormalPdf(z) * std::pow(between, static_cast<double>(k - 1));
  }
  return std::min(1.0, static_cast<double>(k) * sum * step / 3);
}

double NemenyiCriticalDifference(size_t treatments, size_t blocks,
                                 double alpha) {
  HWNAS_CHECK(treatments >= 2 && treatments <= 1000 && blocks >= 1);
  HWNAS_CHECK(alpha > 0 && alpha < 1);
  double low = 0;
  double high = 2 * kEdge;
  // Halving 40 times leaves 2e-11.
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (NormalRangeCdf(middle, treatments) < 1 - alpha ? low : high) = middle;
  }
  const auto k = static_cast<double>(treatments);
  const auto n = static_cast<double>(blocks);
  return high / std::sqrt(2.0) * std::sqrt(k * (k + 1) / (6 * n));
}

}  // namespace hwnas
