#include "tabular/analysis/hypervolume.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "tabular/analysis/pareto.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

struct Point2 {
  double x;
  double y;
};

struct Point3 {
  double x;
  double y;
  double z;
};

double VolumeOne(std::span<const double> points, double reference) {
  double best = reference;
  for (const double value : points) best = std::min(best, value);
  return reference - best;
}

double VolumeTwo(std::vector<Point2>& points, const double* reference) {
  std::sort(points.begin(), points.end(), [](const Point2& a, const Point2& b) {
    return a.x < b.x || (a.x == b.x && a.y < b.y);
  });
  double volume = 0;
  double y = reference[1];
  for (const Point2& point : points) {
    if (point.y >= y) continue;
    volume += (reference[0] - point.x) * (y - point.y);
    y = point.y;
  }
  return volume;
}

/// Sweeps along z; `staircase` is the two-dimensional front of what was swept,
/// x ascending and y descending, between two guards.
double VolumeThree(std::vector<Point3>& points, const double* reference) {
  std::sort(points.begin(), points.end(),
            [](const Point3& a, const Point3& b) { return a.z < b.z; });
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<Point2> staircase;
  staircase.reserve(points.size() + 2);
  staircase.push_back({-kInfinity, reference[1]});
  staircase.push_back({reference[0], -kInfinity});
  double volume = 0;
  double area = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const Point3& point = points[i];
    // First step at x or right of it.
    auto right = std::lower_bound(
        staircase.begin(), staircase.end(), point.x,
        [](const Point2& step, double x) { return step.x < x; });
    auto left = right - 1;
    const bool dominated =
        left->y <= point.y || (right->x == point.x && right->y <= point.y);
    if (!dominated) {
      // Steps from `right` on that the point dominates.
      double x = point.x;
      double y = left->y;
      auto end = right;
      while (end->y >= point.y) {
        area += (end->x - x) * (y - point.y);
        x = end->x;
        y = end->y;
        ++end;
      }
      area += (end->x - x) * (y - point.y);
      if (end == right) {
        staircase.insert(right, {point.x, point.y});
      } else {
        *right = {point.x, point.y};
        staircase.erase(right + 1, end);
      }
    }
    const double next = i + 1 < points.size() ? points[i + 1].z : reference[2];
    volume += area * (next - point.z);
  }
  return volume;
}

double Volume(std::span<const double> points,
              std::span<const double> reference);

/// Sorted by the last objective, worst first, every point limits those before
/// it to a body of the same height in that objective: what a point adds is
/// its own height times a difference of volumes of one dimension less.
double VolumeMany(std::span<const double> points,
                  std::span<const double> reference) {
  const size_t dims = reference.size();
  const size_t lower = dims - 1;
  const std::vector<uint32_t> front = NonDominated(points, dims);
  std::vector<uint32_t> order = front;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const double za = points[a * dims + lower];
    const double zb = points[b * dims + lower];
    return za > zb || (za == zb && a < b);
  });
  double volume = 0;
  std::vector<double> limited;
  for (size_t k = 0; k < order.size(); ++k) {
    const double* point = &points[order[k] * dims];
    double own = 1;
    for (size_t d = 0; d < lower; ++d) own *= reference[d] - point[d];
    limited.clear();
    for (size_t j = k + 1; j < order.size(); ++j) {
      const double* other = &points[order[j] * dims];
      for (size_t d = 0; d < lower; ++d) {
        limited.push_back(std::max(point[d], other[d]));
      }
    }
    if (!limited.empty()) own -= Volume(limited, reference.first(lower));
    volume += (reference[lower] - point[lower]) * own;
  }
  return volume;
}

/// Of points that are all better than the reference.
double Volume(std::span<const double> points,
              std::span<const double> reference) {
  const size_t dims = reference.size();
  const size_t n = points.size() / dims;
  if (dims == 1) return VolumeOne(points, reference[0]);
  if (dims == 2) {
    std::vector<Point2> pairs(n);
    for (size_t i = 0; i < n; ++i)
      pairs[i] = {points[2 * i], points[2 * i + 1]};
    return VolumeTwo(pairs, reference.data());
  }
  if (dims == 3) {
    std::vector<Point3> triples(n);
    for (size_t i = 0; i < n; ++i) {
      triples[i] = {points[3 * i], points[3 * i + 1], points[3 * i + 2]};
    }
    return VolumeThree(triples, reference.data());
  }
  return VolumeMany(points, reference);
}

bool Inside(const double* point, std::span<const double> reference) {
  for (size_t d = 0; d < reference.size(); ++d) {
    HWNAS_CHECK(!std::isnan(point[d]));
    if (!(point[d] < reference[d])) return false;
  }
  return true;
}

/// Of a front: mutually non-dominated points, all better than the reference.
std::vector<double> ContributionsTwo(std::span<const double> points,
                                     std::span<const double> reference,
                                     std::vector<uint32_t> front) {
  std::vector<double> contributions(front.size(), 0.0);
  std::sort(front.begin(), front.end(), [&](uint32_t a, uint32_t b) {
    return points[2 * a] < points[2 * b];
  });
  for (size_t k = 0; k < front.size(); ++k) {
    const double x = points[2 * front[k]];
    const double y = points[2 * front[k] + 1];
    // A copy beside it makes one factor zero.
    const double right =
        k + 1 < front.size() ? points[2 * front[k + 1]] : reference[0];
    const double above = k > 0 ? points[2 * front[k - 1] + 1] : reference[1];
    contributions[front[k]] = (right - x) * (above - y);
  }
  return contributions;
}

}  // namespace

double Hypervolume(std::span<const double> points,
                   std::span<const double> reference) {
  const size_t dims = reference.size();
  HWNAS_CHECK(dims > 0);
  HWNAS_CHECK(points.size() % dims == 0);
  std::vector<double> inside;
  inside.reserve(points.size());
  for (size_t i = 0; i < points.size(); i += dims) {
    if (!Inside(&points[i], reference)) continue;
    inside.insert(inside.end(), &points[i], &points[i] + dims);
  }
  return inside.empty() ? 0 : Volume(inside, reference);
}

std::vector<double> HypervolumeContributions(
    std::span<const double> points, std::span<const double> reference) {
  const size_t dims = reference.size();
  HWNAS_CHECK(dims > 0);
  HWNAS_CHECK(points.size() % dims == 0);
  const size_t n = points.size() / dims;
  if (dims == 2) {
    std::vector<uint32_t> front = NonDominated(points, 2);
    size_t inside = 0;
    for (size_t i = 0; i < n; ++i) inside += Inside(&points[2 * i], reference);
    if (front.size() == n && inside == n) {
      return ContributionsTwo(points, reference, std::move(front));
    }
  }
  const double all = Hypervolume(points, reference);
  std::vector<double> contributions(n);
  std::vector<double> rest;
  for (size_t i = 0; i < n; ++i) {
    rest.assign(points.begin(), points.end());
    const auto begin = rest.begin() + static_cast<std::ptrdiff_t>(i * dims);
    rest.erase(begin, begin + static_cast<std::ptrdiff_t>(dims));
    contributions[i] = all - Hypervolume(rest, reference);
  }
  return contributions;
}

}  // namespace hwnas
