#ifndef HWNAS_BENCH_HARNESS_RUN_H_
#define HWNAS_BENCH_HARNESS_RUN_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/harness/tabular_benchmark.h"
#include "bench/harness/trial_log.h"
#include "strategies/strategy.h"

namespace hwnas {

/// Why a run ended.
enum class RunEnd : uint8_t {
  kBudget,     // evaluations or simulated seconds spent
  kDone,       // the strategy had nothing more to propose
  kMaxTrials,  // the cap on trials was reached
  kFailed,     // the strategy threw or broke its contract; `reason` says how
  kInterrupted,
};
const char* RunEndName(RunEnd end);

/// A recommendation at a checkpoint; indices into RunOutcome::entries.
struct Checkpoint {
  uint64_t trials = 0;
  std::vector<uint32_t> recommended;
  bool operator==(const Checkpoint&) const = default;
};

/// Everything one run recorded. Entries are in order of first meeting.
struct RunOutcome {
  RunEnd end = RunEnd::kBudget;
  std::string reason;  // kFailed only
  std::vector<DictionaryEntry> entries;
  std::vector<LoggedTrial> trials;
  std::vector<uint32_t> recommended;    // at the end
  std::vector<Checkpoint> checkpoints;  // overriding strategies only
  uint64_t evaluations = 0;             // charged
  double simulated_seconds = 0;         // clock at the end
  double strategy_seconds = 0;          // charged by the strategy itself

  /// SHA-256 over all of it in a canonical form; independent of dictionary
  /// numbering, threads and machine.
  std::string Digest() const;
};

/// Runs one strategy on one problem until the budget is spent: an event queue
/// over simulated workers, ties by order of asking. Never throws for what the
/// strategy does (that is kFailed). Stops early, with kInterrupted, when
/// `interrupted`, if set, returns true.
///
/// An evaluation starts while charged evaluations and the clock are below
/// their budgets. A resumed trial is charged the difference to the cost of
/// the trial it continues. `Charge` calls of the strategy delay what it
/// proposes next.
RunOutcome RunStrategy(const Problem& problem, const Protocol& protocol,
                       Evaluator& evaluator, const Scorer& scorer,
                       Strategy& strategy, double* strategy_charge,
                       const std::function<bool()>& interrupted = {});

/// A run that ended as failed before it began.
RunOutcome FailedOutcome(const std::string& reason);

/// Trial counts at which recommendations are recorded: 1, 2, 5 and their
/// tenfolds.
bool IsCheckpoint(uint64_t trials);

/// The default answer: entries of the best first objective among kOk trials
/// at the highest rung met (ties: the first met), or for several objectives
/// the non-dominated ones in order of meeting.
std::vector<uint32_t> DefaultRecommendation(
    const Problem& problem, std::span<const DictionaryEntry> entries);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_RUN_H_
