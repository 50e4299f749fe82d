#include "bench/analysis/anytime.h"

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

void WalkEvaluations(
    std::span<const LoggedTrial> trials, std::span<const uint64_t> grid,
    const std::function<void(size_t point, size_t index)>& at) {
  size_t index = 0;
  uint64_t charged = 0;
  for (size_t point = 0; point < grid.size(); ++point) {
    // Trials that cost nothing belong to the evaluation before them.
    while (index < trials.size() &&
           charged + (trials[index].charged ? 1 : 0) <= grid[point]) {
      charged += trials[index].charged ? 1 : 0;
      ++index;
    }
    at(point, charged == 0 ? 0 : index);
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
