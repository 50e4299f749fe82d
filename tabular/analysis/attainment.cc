#include "tabular/analysis/attainment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "tabular/error.h"

namespace hwnas {

std::vector<double> AttainmentSurface(std::span<const std::vector<double>> runs,
                                      size_t level) {
  HWNAS_CHECK(level >= 1 && level <= runs.size());
  struct Point {
    double x;
    double y;
    size_t run;
  };
  std::vector<Point> points;
  for (size_t run = 0; run < runs.size(); ++run) {
    HWNAS_CHECK(runs[run].size() % 2 == 0);
    for (size_t i = 0; i < runs[run].size(); i += 2) {
      const Point point{runs[run][i], runs[run][i + 1], run};
      HWNAS_CHECK(!std::isnan(point.x) && !std::isnan(point.y));
      points.push_back(point);
    }
  }
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return std::tie(a.x, a.y, a.run) < std::tie(b.x, b.y, b.run);
  });
  // A sweep along x. What each run has reached in y, and the same sorted: its
  // `level`-th value is what that many runs attain.
  constexpr double kNothing = std::numeric_limits<double>::infinity();
  std::vector<double> best(runs.size(), kNothing);
  std::vector<double> sorted = best;
  std::vector<double> surface;
  double known = kNothing;
  for (size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    double& reached = best[point.run];
    if (point.y < reached) {
      // The range from the new value's place to the old one's moves up by one.
      const auto from = std::lower_bound(sorted.begin(), sorted.end(), point.y);
      const auto to = std::lower_bound(from, sorted.end(), reached);
      std::move_backward(from, to, to + 1);
      *from = point.y;
      reached = point.y;
    }
    if (i + 1 < points.size() && points[i + 1].x == point.x) continue;
    if (sorted[level - 1] < known) {
      known = sorted[level - 1];
      surface.insert(surface.end(), {point.x, known});
    }
  }
  return surface;
}

}  // namespace hwnas
