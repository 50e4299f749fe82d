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

/// The area that points of the plane dominate, within a box from a lower left
/// corner (it may be infinitely far) to a reference. The points are kept as a
/// staircase, x ascending and y descending, between two guards.
class Staircase {
 public:
  void Reset(double left, double x, double y) {
    steps_.clear();
    steps_.push_back({left, y});
    steps_.push_back({x, -kInfinity});
  }

  /// Adds what the point adds to `*area`, step by step. It lies right of the
  /// box's left side.
  void Add(double px, double py, double* area) {
    // First step at x or right of it.
    const auto right = std::lower_bound(
        steps_.begin(), steps_.end(), px,
        [](const Point2& step, double x) { return step.x < x; });
    const auto left = right - 1;
    if (left->y <= py || (right->x == px && right->y <= py)) return;
    // Steps from `right` on that the point dominates.
    double x = px;
    double y = left->y;
    auto end = right;
    while (end->y >= py) {
      *area += (end->x - x) * (y - py);
      x = end->x;
      y = end->y;
      ++end;
    }
    *area += (end->x - x) * (y - py);
    if (end == right) {
      steps_.insert(right, {px, py});
    } else {
      *right = {px, py};
      steps_.erase(right + 1, end);
    }
  }

 private:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<Point2> steps_;
};

/// Sweeps along z.
double VolumeThree(std::vector<Point3>& points, const double* reference) {
  std::sort(points.begin(), points.end(),
            [](const Point3& a, const Point3& b) { return a.z < b.z; });
  Staircase staircase;
  staircase.Reset(-std::numeric_limits<double>::infinity(), reference[0],
                  reference[1]);
  double volume = 0;
  double area = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    staircase.Add(points[i].x, points[i].y, &area);
    const double next = i + 1 < points.size() ? points[i + 1].z : reference[2];
    volume += area * (next - points[i].z);
  }
  return volume;
}

/// A set of points of space, none of which dominates another, by z ascending.
class SpaceFront {
 public:
  explicit SpaceFront(const double* reference) : reference_(reference) {}

  /// What a point adds to the volume that the set dominates; the set then
  /// holds it. 0 when it is dominated.
  double Add(const Point3& p) {
    const double volume = Exclusive(p);
    if (volume == 0) return 0;
    std::erase_if(points_, [&p](const Point3& q) {
      return p.x <= q.x && p.y <= q.y && p.z <= q.z;
    });
    points_.insert(std::upper_bound(points_.begin(), points_.end(), p,
                                    [](const Point3& a, const Point3& b) {
                                      return a.z < b.z;
                                    }),
                   p);
    return volume;
  }

 private:
  /// Sweeps along z above the point, over the part of its x-y rectangle that
  /// is not covered yet; ends where all is.
  double Exclusive(const Point3& p) {
    for (const Point3& q : points_) {  // most often nothing is left to sweep
      if (q.z > p.z) break;
      if (q.x <= p.x && q.y <= p.y) return 0;
    }
    const double whole = (reference_[0] - p.x) * (reference_[1] - p.y);
    // Clipped points may lie on the rectangle's left side, not on the guard.
    staircase_.Reset(-std::numeric_limits<double>::infinity(), reference_[0],
                     reference_[1]);
    double covered = 0;
    double volume = 0;
    double z = p.z;
    for (const Point3& q : points_) {
      if (q.z > z) {
        volume += (whole - covered) * (q.z - z);
        z = q.z;
      }
      if (q.x <= p.x && q.y <= p.y) return volume;
      staircase_.Add(std::max(p.x, q.x), std::max(p.y, q.y), &covered);
    }
    return volume + (whole - covered) * (reference_[2] - z);
  }

  const double* reference_;
  std::vector<Point3> points_;
  Staircase staircase_;
};

/// Points by their last objective, ascending.
std::vector<uint32_t> ByLast(std::span<const double> points, size_t dims) {
  std::vector<uint32_t> order(points.size() / dims);
  std::iota(order.begin(), order.end(), 0u);
  const auto before = [&](uint32_t a, uint32_t b) {
    const double za = points[a * dims + dims - 1];
    const double zb = points[b * dims + dims - 1];
    return za < zb || (za == zb && a < b);
  };
  // What VolumeMany limits is in order already.
  if (!std::is_sorted(order.begin(), order.end(), before)) {
    std::sort(order.begin(), order.end(), before);
  }
  return order;
}

/// Sweeps along the fourth objective; in O(n^2) at best, by what the fronts of
/// the first three hold.
double VolumeFour(std::span<const double> points, const double* reference) {
  const std::vector<uint32_t> order = ByLast(points, 4);
  SpaceFront front(reference);
  double volume = 0;
  double space = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    const double* p = &points[4 * order[k]];
    space += front.Add({p[0], p[1], p[2]});
    const double next =
        k + 1 < order.size() ? points[4 * order[k + 1] + 3] : reference[3];
    volume += space * (next - p[3]);
  }
  return volume;
}

double Volume(std::span<const double> points,
              std::span<const double> reference);

bool WeaklyDominates(const double* a, const double* b, size_t dims) {
  for (size_t d = 0; d < dims; ++d) {
    if (a[d] > b[d]) return false;
  }
  return true;
}

/// Sweeps along the last objective over the front of the others: what a point
/// adds to their volume is its own box less the volume of the front limited to
/// that box (WFG).
double VolumeMany(std::span<const double> points,
                  std::span<const double> reference) {
  const size_t dims = reference.size();
  const size_t lower = dims - 1;
  const std::vector<uint32_t> order = ByLast(points, dims);
  std::vector<const double*> front;  // by its last objective, ascending
  std::vector<double> limited;
  double volume = 0;
  double below = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    const double* point = &points[order[k] * dims];
    const bool dominated =
        std::any_of(front.begin(), front.end(), [&](const double* other) {
          return WeaklyDominates(other, point, lower);
        });
    if (!dominated) {
      double own = 1;
      for (size_t d = 0; d < lower; ++d) own *= reference[d] - point[d];
      limited.clear();
      for (const double* other : front) {
        for (size_t d = 0; d < lower; ++d) {
          limited.push_back(std::max(point[d], other[d]));
        }
      }
      if (!limited.empty()) own -= Volume(limited, reference.first(lower));
      below += own;
      std::erase_if(front, [&](const double* other) {
        return WeaklyDominates(point, other, lower);
      });
      const auto after =
          std::upper_bound(front.begin(), front.end(), point,
                           [lower](const double* a, const double* b) {
                             return a[lower - 1] < b[lower - 1];
                           });
      front.insert(after, point);
    }
    const double next = k + 1 < order.size()
                            ? points[order[k + 1] * dims + lower]
                            : reference[lower];
    volume += below * (next - point[lower]);
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
  if (dims == 4) return VolumeFour(points, reference.data());
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
