#include <benchmark/benchmark.h>

#include <cmath>
#include <pagmo/utils/hypervolume.hpp>
#include <vector>

#include "tabular/analysis/hypervolume.h"
#include "tabular/rng.h"

// Hypervolume beside pagmo2's, on the same points: 1,000 of the unit sphere's
// positive orthant (concave) or of the simplex (flat), reference 1.1.
// Arguments: dimensions, 0 sphere or 1 simplex.
namespace hwnas {
namespace {

constexpr size_t kPoints = 1000;

std::vector<double> Points(const benchmark::State& state) {
  const auto dims = static_cast<size_t>(state.range(0));
  const bool sphere = state.range(1) == 0;
  Rng rng(dims);
  std::vector<double> points;
  for (size_t i = 0; i < kPoints; ++i) {
    std::vector<double> point(dims);
    double size = 0;
    for (double& x : point) {
      x = std::abs(rng.Normal());
      size += sphere ? x * x : x;
    }
    if (sphere) size = std::sqrt(size);
    for (const double x : point) points.push_back(x / size);
  }
  return points;
}

void OurHypervolume(benchmark::State& state) {
  const std::vector<double> points = Points(state);
  const std::vector<double> reference(static_cast<size_t>(state.range(0)), 1.1);
  double volume = 0;
  for (auto _ : state) {
    volume = Hypervolume(points, reference);
    benchmark::DoNotOptimize(volume);
  }
  state.counters["volume"] = volume;
}

void PagmoHypervolume(benchmark::State& state) {
  const auto dims = static_cast<size_t>(state.range(0));
  const std::vector<double> flat = Points(state);
  std::vector<std::vector<double>> points;
  for (size_t i = 0; i < flat.size(); i += dims) {
    points.emplace_back(&flat[i], &flat[i] + dims);
  }
  const std::vector<double> reference(dims, 1.1);
  double volume = 0;
  for (auto _ : state) {
    volume = pagmo::hypervolume(points, true).compute(reference);
    benchmark::DoNotOptimize(volume);
  }
  state.counters["volume"] = volume;
}

BENCHMARK(OurHypervolume)
    ->ArgsProduct({{2, 3, 4, 5}, {0, 1}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(PagmoHypervolume)
    ->ArgsProduct({{2, 3, 4, 5}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hwnas
