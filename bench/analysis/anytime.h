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

/// The same with several objectives: what a run would answer by now, which is
/// what it observed of kOk entries at the highest rung met and none of these
/// dominates. Entries of equal values all stay.
class ObservedFront {
 public:
  /// `dictionary` outlives this; kOk entries have a value for each direction.
  ObservedFront(std::span<const DictionaryEntry> dictionary,
                std::vector<Direction> directions);
  /// A trial was told. An entry is added once.
  void Add(uint32_t entry);
  /// Entries of the front, in the order in which they were added; what was
  /// dominated is forgotten.
  const std::vector<uint32_t>& Entries();

 private:
  std::span<const DictionaryEntry> dictionary_;
  std::vector<Direction> directions_;
  std::vector<uint32_t> entries_;  // the front, then what came since
  std::vector<double> costs_;      // of `entries_`
  size_t settled_ = 0;             // entries known to be of the front
  int rung_ = -1;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_ANYTIME_H_
