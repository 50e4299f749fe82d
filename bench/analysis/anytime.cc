#include "bench/analysis/anytime.h"

#include <algorithm>
#include <cmath>

namespace hwnas {

std::vector<uint64_t> EvaluationGrid(uint64_t most) {
  std::vector<uint64_t> grid;
  for (uint64_t decade = 1; decade <= most; decade *= 10) {
    for (const uint64_t step : {1, 2, 3, 5, 7}) {
      if (step * decade < most) grid.push_back(step * decade);
    }
    if (decade > most / 10) break;
  }
  if (most > 0) grid.push_back(most);
  return grid;
}

std::vector<double> SecondsGrid(double most) {
  constexpr int kDecade = 8;
  constexpr int kBelow = 24;
  std::vector<double> grid;
  if (most <= 0) return grid;
  for (int i = kBelow; i > 0; --i) {
    grid.push_back(most * std::pow(10, -static_cast<double>(i) / kDecade));
  }
  grid.push_back(most);
  return grid;
}

std::vector<double> Spent(std::span<const LoggedTrial> trials, Spending on) {
  std::vector<double> spent;
  spent.reserve(trials.size());
  double sum = 0;
  for (const LoggedTrial& trial : trials) {
    switch (on) {
      case Spending::kEvaluations:
        sum += trial.charged ? 1 : 0;
        break;
      case Spending::kClock:
        sum = std::max(sum, trial.finish_seconds);
        break;
      case Spending::kCost:
        sum += trial.cost_seconds;
        break;
    }
    spent.push_back(sum);
  }
  return spent;
}

void WalkSpent(std::span<const double> spent, std::span<const double> grid,
               const std::function<void(size_t point, size_t index)>& at) {
  size_t index = 0;
  for (size_t point = 0; point < grid.size(); ++point) {
    while (index < spent.size() && spent[index] <= grid[point]) ++index;
    at(point, index > 0 && spent[index - 1] > 0 ? index : 0);
  }
}

std::vector<uint32_t> Incumbents(std::span<const LoggedTrial> trials,
                                 std::span<const DictionaryEntry> dictionary,
                                 Direction direction) {
  std::vector<uint32_t> incumbents;
  incumbents.reserve(trials.size());
  uint32_t best = kNoIncumbent;
  for (const LoggedTrial& trial : trials) {
    const DictionaryEntry& entry = dictionary[trial.entry];
    if (entry.status == TrialStatus::kOk) {
      if (best == kNoIncumbent || entry.rung > dictionary[best].rung) {
        best = trial.entry;
      } else if (entry.rung == dictionary[best].rung) {
        const double value = entry.values[0];
        const double known = dictionary[best].values[0];
        if (direction == Direction::kMinimize ? value < known : value > known) {
          best = trial.entry;
        }
      }
    }
    incumbents.push_back(best);
  }
  return incumbents;
}

}  // namespace hwnas
