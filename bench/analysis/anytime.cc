#include "bench/analysis/anytime.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tabular/analysis/pareto.h"

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

ObservedFront::ObservedFront(std::span<const DictionaryEntry> dictionary,
                             std::vector<Direction> directions)
    : dictionary_(dictionary), directions_(std::move(directions)) {}

void ObservedFront::Add(uint32_t entry) {
  const DictionaryEntry& added = dictionary_[entry];
  if (added.status != TrialStatus::kOk || added.rung < rung_) return;
  if (added.rung > rung_) {
    rung_ = added.rung;
    entries_.clear();
    costs_.clear();
    settled_ = 0;
  }
  entries_.push_back(entry);
  for (size_t d = 0; d < directions_.size(); ++d) {
    const double value = added.values[d];
    costs_.push_back(directions_[d] == Direction::kMinimize ? value : -value);
  }
}

const std::vector<uint32_t>& ObservedFront::Entries() {
  if (settled_ == entries_.size()) return entries_;
  const size_t dims = directions_.size();
  size_t kept = 0;
  for (const uint32_t i : NonDominated(costs_, dims)) {
    entries_[kept] = entries_[i];
    std::copy_n(costs_.begin() + static_cast<ptrdiff_t>(i * dims), dims,
                costs_.begin() + static_cast<ptrdiff_t>(kept * dims));
    ++kept;
  }
  entries_.resize(kept);
  costs_.resize(kept * dims);
  settled_ = kept;
  return entries_;
}

}  // namespace hwnas
