#include "bench/analysis/paired_tests.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "bench/analysis/ties.h"
#include "tabular/analysis/ranks.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

// scipy's limit; beyond it the normal approximation is as good.
constexpr size_t kMostExact = 50;

// Two-sided p of the smaller rank sum among n distinct ranks: how many of the
// 2^n sign patterns give at most it, counted by the usual recurrence.
double ExactP(size_t n, double smaller) {
  const size_t most = n * (n + 1) / 2;
  std::vector<double> counts(most + 1, 0);
  counts[0] = 1;
  for (size_t rank = 1; rank <= n; ++rank) {
    for (size_t sum = most; sum >= rank; --sum) {
      counts[sum] += counts[sum - rank];
    }
  }
  double at_most = 0;
  for (size_t sum = 0; sum <= static_cast<size_t>(smaller); ++sum) {
    at_most += counts[sum];
  }
  return std::min(1.0, 2 * at_most / std::pow(2.0, static_cast<double>(n)));
}

double TwoSidedNormal(double z) {
  const boost::math::normal normal;
  return 2 * boost::math::cdf(boost::math::complement(normal, std::abs(z)));
}

}  // namespace

WilcoxonResult WilcoxonSignedRank(std::span<const double> differences) {
  std::vector<double> kept;
  std::vector<double> magnitudes;
  for (const double d : differences) {
    HWNAS_CHECK(!std::isnan(d));
    if (d == 0) continue;
    kept.push_back(d);
    magnitudes.push_back(std::abs(d));
  }
  WilcoxonResult result;
  result.pairs = kept.size();
  if (kept.empty()) return result;
  const std::vector<double> ranks = AverageRanks(magnitudes);
  for (size_t i = 0; i < kept.size(); ++i) {
    (kept[i] > 0 ? result.plus : result.minus) += ranks[i];
  }
  result.effect = (result.plus - result.minus) / (result.plus + result.minus);
  const double ties = TieTerm(magnitudes);
  result.exact = kept.size() <= kMostExact && ties == 0 &&
                 kept.size() == differences.size();
  if (result.exact) {
    result.p = ExactP(kept.size(), std::min(result.plus, result.minus));
    return result;
  }
  const auto n = static_cast<double>(kept.size());
  const double mean = n * (n + 1) / 4;
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
  result.p =
      std::max(TwoSidedNormal((result.plus - mean) / std::sqrt(variance)),
               std::pow(2.0, 1 - n));
  return result;
}

std::vector<double> HolmAdjust(std::span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return p_values[a] < p_values[b];
  });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto left = static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, left * p_values[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

double VarghaDelaneyA(std::span<const double> a, std::span<const double> b) {
  HWNAS_CHECK(!a.empty() && !b.empty());
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  const std::vector<double> ranks = AverageRanks(all);
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += ranks[i];
  const auto m = static_cast<double>(a.size());
  const auto n = static_cast<double>(b.size());
  return (sum / m - (m + 1) / 2) / n;
}

std::optional<double> EquivalenceP(std::span<const double> differences,
                                   double margin) {
  HWNAS_CHECK(margin > 0);
  if (differences.size() < 2) return std::nullopt;
  const double mean = Mean(differences);
  const double error = *StandardError(differences);
  if (error == 0) return std::abs(mean) < margin ? 0.0 : 1.0;
  const boost::math::students_t t(static_cast<double>(differences.size() - 1));
  const double above =
      boost::math::cdf(boost::math::complement(t, (mean + margin) / error));
  const double below = boost::math::cdf(t, (mean - margin) / error);
  return std::max(above, below);
}

}  // namespace hwnas
