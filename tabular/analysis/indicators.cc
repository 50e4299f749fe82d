#include "tabular/analysis/indicators.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tabular/error.h"

namespace hwnas {
namespace {

void CheckFronts(std::span<const double> points,
                 std::span<const double> reference_front, size_t dims) {
  HWNAS_CHECK(dims > 0);
  HWNAS_CHECK(!points.empty() && points.size() % dims == 0);
  HWNAS_CHECK(!reference_front.empty() && reference_front.size() % dims == 0);
  for (const double value : points) HWNAS_CHECK(!std::isnan(value));
  for (const double value : reference_front) HWNAS_CHECK(!std::isnan(value));
}

}  // namespace

double IgdPlus(std::span<const double> points,
               std::span<const double> reference_front, size_t dims) {
  CheckFronts(points, reference_front, dims);
  double sum = 0;
  for (size_t z = 0; z < reference_front.size(); z += dims) {
    double least = std::numeric_limits<double>::infinity();
    for (size_t a = 0; a < points.size(); a += dims) {
      double squares = 0;
      for (size_t d = 0; d < dims; ++d) {
        const double excess = points[a + d] - reference_front[z + d];
        if (excess > 0) squares += excess * excess;
      }
      least = std::min(least, squares);
    }
    sum += std::sqrt(least);
  }
  return sum / static_cast<double>(reference_front.size() / dims);
}

double AdditiveEpsilon(std::span<const double> points,
                       std::span<const double> reference_front, size_t dims) {
  CheckFronts(points, reference_front, dims);
  double worst = -std::numeric_limits<double>::infinity();
  for (size_t z = 0; z < reference_front.size(); z += dims) {
    double least = std::numeric_limits<double>::infinity();
    for (size_t a = 0; a < points.size(); a += dims) {
      double shift = -std::numeric_limits<double>::infinity();
      for (size_t d = 0; d < dims; ++d) {
        shift = std::max(shift, points[a + d] - reference_front[z + d]);
      }
      least = std::min(least, shift);
    }
    worst = std::max(worst, least);
  }
  return worst;
}

}  // namespace hwnas
