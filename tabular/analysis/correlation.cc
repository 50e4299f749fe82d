#include "tabular/analysis/correlation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "tabular/analysis/ranks.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

void CheckPairs(std::span<const double> x, std::span<const double> y) {
  HWNAS_CHECK(x.size() == y.size());
  for (const double value : x) HWNAS_CHECK(!std::isnan(value));
  for (const double value : y) HWNAS_CHECK(!std::isnan(value));
}

int64_t Pairs(int64_t n) { return n * (n - 1) / 2; }

/// Pairs tied in a sorted sequence.
template <typename Equal>
int64_t TiedPairs(size_t n, Equal equal) {
  int64_t tied = 0;
  for (size_t begin = 0; begin < n;) {
    size_t end = begin + 1;
    while (end < n && equal(begin, end)) ++end;
    tied += Pairs(static_cast<int64_t>(end - begin));
    begin = end;
  }
  return tied;
}

/// Sorts `values` and returns the number of inversions (pairs i < j with
/// values[i] > values[j]).
int64_t SortCountingInversions(std::vector<double>& values) {
  const size_t n = values.size();
  std::vector<double> buffer(n);
  int64_t inversions = 0;
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t begin = 0; begin < n; begin += 2 * width) {
      const size_t middle = std::min(begin + width, n);
      const size_t end = std::min(begin + 2 * width, n);
      size_t left = begin;
      size_t right = middle;
      for (size_t i = begin; i < end; ++i) {
        if (right < end && (left >= middle || values[right] < values[left])) {
          inversions += static_cast<int64_t>(middle - left);
          buffer[i] = values[right++];
        } else {
          buffer[i] = values[left++];
        }
      }
    }
    values.swap(buffer);
  }
  return inversions;
}

}  // namespace

std::optional<double> KendallTau(std::span<const double> x,
                                 std::span<const double> y) {
  CheckPairs(x, y);
  const size_t n = x.size();
  if (n < 2) return std::nullopt;
  std::vector<std::pair<double, double>> pairs(n);
  for (size_t i = 0; i < n; ++i) pairs[i] = {x[i], y[i]};
  std::sort(pairs.begin(), pairs.end());
  const int64_t tied_x = TiedPairs(
      n, [&](size_t a, size_t b) { return pairs[a].first == pairs[b].first; });
  const int64_t tied_both =
      TiedPairs(n, [&](size_t a, size_t b) { return pairs[a] == pairs[b]; });
  std::vector<double> ys(n);
  for (size_t i = 0; i < n; ++i) ys[i] = pairs[i].second;
  const int64_t discordant = SortCountingInversions(ys);
  const int64_t tied_y =
      TiedPairs(n, [&](size_t a, size_t b) { return ys[a] == ys[b]; });
  const int64_t all = Pairs(static_cast<int64_t>(n));
  if (tied_x == all || tied_y == all) return std::nullopt;
  const int64_t difference = all - tied_x - tied_y + tied_both - 2 * discordant;
  const double tau = static_cast<double>(difference) /
                     std::sqrt(static_cast<double>(all - tied_x) *
                               static_cast<double>(all - tied_y));
  // Rounding can end a hair outside of [-1, 1].
  return std::clamp(tau, -1.0, 1.0);
}

std::optional<double> SpearmanRho(std::span<const double> x,
                                  std::span<const double> y) {
  CheckPairs(x, y);
  return PearsonR(AverageRanks(x), AverageRanks(y));
}

std::optional<double> PearsonR(std::span<const double> x,
                               std::span<const double> y) {
  CheckPairs(x, y);
  const size_t n = x.size();
  if (n < 2) return std::nullopt;
  const auto constant = [](std::span<const double> values) {
    return std::all_of(values.begin(), values.end(),
                       [&](double value) { return value == values[0]; });
  };
  if (constant(x) || constant(y)) return std::nullopt;
  double mean_x = 0;
  double mean_y = 0;
  for (size_t i = 0; i < n; ++i) {
    mean_x += x[i];
    mean_y += y[i];
  }
  mean_x /= static_cast<double>(n);
  mean_y /= static_cast<double>(n);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (size_t i = 0; i < n; ++i) {
    const double dx = x[i] - mean_x;
    const double dy = y[i] - mean_y;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  if (xx == 0 || yy == 0) return std::nullopt;  // constant up to rounding
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

}  // namespace hwnas
