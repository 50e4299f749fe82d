#ifndef HWNAS_BENCH_ANALYSIS_ANYTIME_H_
#define HWNAS_BENCH_ANALYSIS_ANYTIME_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "bench/harness/results.h"

namespace hwnas {

/// Counts of evaluations at which progress is looked at: 1, 2, 3, 5, 7 and
/// their tenfolds up to `most`, and `most` itself. Empty for 0.
std::vector<uint64_t> EvaluationGrid(uint64_t most);

/// `most` and 24 amounts below it, eight to a decade, ascending. Empty where
/// `most` is not positive.
std::vector<double> SecondsGrid(double most);

/// What progress is set against.
enum class Spending : uint8_t {
  kEvaluations,  // charged ones
  kClock,        // simulated seconds: when a trial ended
  kCost,         // seconds that all evaluations took together
};

/// What a run has spent once each of its trials was told; ascending.
std::vector<double> Spent(std::span<const LoggedTrial> trials, Spending on);

/// Calls `at(point, index)` for every point of an ascending grid: `index` is
/// one past the last trial told before more than that was spent, so that what
/// costs nothing belongs to what was paid before it. A run that ended earlier
/// stays where it ended. Points before anything was spent are given index 0.
void WalkSpent(std::span<const double> spent, std::span<const double> grid,
               const std::function<void(size_t point, size_t index)>& at);

/// Entries of a run's answer after each trial, for a strategy that does not
/// override its recommendation and one objective: the best first objective
/// among kOk trials at the highest rung met, ties to the first met.
/// kNoIncumbent before there is any.
constexpr uint32_t kNoIncumbent = ~uint32_t{0};
std::vector<uint32_t> Incumbents(std::span<const LoggedTrial> trials,
                                 std::span<const DictionaryEntry> dictionary,
                                 Direction direction);

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_ANYTIME_H_
