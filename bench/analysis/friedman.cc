#include "bench/analysis/friedman.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "tabular/analysis/ranks.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

// The integrand is smooth and below 1e-30 outside [-12, 12]: Simpson's rule on
// this grid is exact to about 1e-12.
constexpr double kEdge = 12;
constexpr int kIntervals = 2400;

double TieTerm(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double term = 0;
  for (size_t i = 0; i < values.size();) {
    size_t j = i;
    while (j < values.size() && values[j] == values[i]) ++j;
    const auto t = static_cast<double>(j - i);
    term += t * t * t - t;
    i = j;
  }
  return term;
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
  const boost::math::normal normal;
  const double step = 2 * kEdge / kIntervals;
  double sum = 0;
  for (int i = 0; i <= kIntervals; ++i) {
    const double z = -kEdge + step * i;
    const double between =
        boost::math::cdf(normal, z + q) - boost::math::cdf(normal, z);
    const double weight = i == 0 || i == kIntervals ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * boost::math::pdf(normal, z) *
           std::pow(between, static_cast<double>(k - 1));
  }
  return std::min(1.0, static_cast<double>(k) * sum * step / 3);
}

double NemenyiCriticalDifference(size_t treatments, size_t blocks,
                                 double alpha) {
  HWNAS_CHECK(treatments >= 2 && treatments <= 1000 && blocks >= 1);
  HWNAS_CHECK(alpha > 0 && alpha < 1);
  double low = 0;
  double high = 2 * kEdge;
  // Halving 60 times leaves less than a double can hold.
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (NormalRangeCdf(middle, treatments) < 1 - alpha ? low : high) = middle;
  }
  const auto k = static_cast<double>(treatments);
  const auto n = static_cast<double>(blocks);
  return high / std::sqrt(2.0) * std::sqrt(k * (k + 1) / (6 * n));
}

}  // namespace hwnas
