#include "bench/analysis/supported.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "tabular/error.h"

namespace hwnas {
namespace {

struct Point {
  double x = 0;
  double y = 0;
};

/// Negative where b lies above the line from a to c (for a.x < c.x).
double Turn(const Point& a, const Point& b, const Point& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

}  // namespace

std::vector<bool> SupportedPoints(std::span<const double> points) {
  HWNAS_CHECK(points.size() % 2 == 0);
  const size_t n = points.size() / 2;
  const auto at = [&](size_t i) {
    return Point{points[2 * i], points[2 * i + 1]};
  };
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  for (const double value : points) HWNAS_CHECK(std::isfinite(value));
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return at(a).x < at(b).x; });
  // The lower hull, from left to right; what lies on an edge stays. On a front
  // equal points stand side by side: the first stands for them.
  std::vector<size_t> first(n);
  std::vector<size_t> hull;
  for (size_t k = 0; k < n; ++k) {
    const size_t i = order[k];
    const bool copy = k > 0 && at(order[k - 1]).x == at(i).x;
    first[i] = copy ? first[order[k - 1]] : i;
    if (copy) continue;
    while (hull.size() > 1 &&
           Turn(at(hull[hull.size() - 2]), at(hull.back()), at(i)) < 0) {
      hull.pop_back();
    }
    hull.push_back(i);
  }
  std::vector<bool> supported(n, false);
  for (const size_t i : hull) supported[i] = true;
  for (size_t i = 0; i < n; ++i) supported[i] = supported[first[i]];
  return supported;
}

}  // namespace hwnas
