#include "bench/analysis/targets.h"

#include <cmath>

#include "tabular/error.h"

namespace hwnas {

std::vector<double> TargetLadder(double start, double best) {
  constexpr int kDecade = 10;
  constexpr int kSteps = 2 * kDecade;
  std::vector<double> targets;
  const double gap = start - best;
  if (gap > 0) {
    for (int i = 0; i <= kSteps; ++i) {
      targets.push_back(best +
                        gap * std::pow(10, -static_cast<double>(i) / kDecade));
    }
  }
  targets.push_back(best);
  return targets;
}

std::vector<std::optional<double>> HittingTimes(
    std::span<const Improvement> improvements,
    std::span<const double> targets) {
  std::vector<std::optional<double>> hits(targets.size());
  size_t next = 0;
  for (size_t t = 0; t < targets.size(); ++t) {
    while (next < improvements.size() &&
           improvements[next].value > targets[t]) {
      ++next;
    }
    if (next == improvements.size()) break;
    hits[t] = improvements[next].at;
  }
  return hits;
}

std::optional<double> ExpectedRunningTime(
    std::span<const std::optional<double>> hits,
    std::span<const double> lengths) {
  HWNAS_CHECK(hits.size() == lengths.size());
  double spent = 0;
  size_t reached = 0;
  for (size_t i = 0; i < hits.size(); ++i) {
    spent += hits[i].value_or(lengths[i]);
    if (hits[i]) ++reached;
  }
  if (reached == 0) return std::nullopt;
  return spent / static_cast<double>(reached);
}

}  // namespace hwnas
