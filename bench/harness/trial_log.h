#ifndef HWNAS_BENCH_HARNESS_TRIAL_LOG_H_
#define HWNAS_BENCH_HARNESS_TRIAL_LOG_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/short_list.h"
#include "tabular/evaluator.h"

namespace hwnas {

/// What is to be known of values besides them.
struct EntryMarks {
  uint32_t predicted_values = 0;  // bit i: observed value i was not measured
  uint32_t predicted_scores = 0;  // bit i: score i was not
  /// What strategies observe satisfies the constraints or may; what is judged
  /// does not.
  bool broken = false;

  bool operator==(const EntryMarks&) const = default;
};

/// What was learnt of one architecture at one rung under one luck. A results
/// file holds each once a problem.
struct DictionaryEntry {
  Architecture architecture;
  std::string text;  // in the problem's space
  int rung = 0;      // -1: recommended, never evaluated
  uint32_t replicate = 0;
  TrialStatus status = TrialStatus::kOk;
  Missing missing = Missing::kNone;
  double full_cost_seconds = 0;  // of this rung, from scratch
  ShortList<double, 4> values;   // objectives, constraints; empty if none
  ShortList<Value, 4> scores;
  EntryMarks marks;
};

/// A hash of all that an entry holds but its text: equal content, equal hash.
/// Not cryptographic: it is against mistakes and damage.
uint64_t ContentHash(const DictionaryEntry& entry);

/// One trial of a run, in the order of telling.
struct LoggedTrial {
  uint32_t entry = 0;         // index into the problem's dictionary
  bool repeated = false;      // met before in this run at this rung
  bool charged = true;        // counted as an evaluation
  double cost_seconds = 0;    // charged
  double finish_seconds = 0;  // simulated clock when it ended

  bool operator==(const LoggedTrial&) const = default;
};

/// Packed form of a run's trials, format 1 (see bench/harness/RESULTS.md).
/// `full_cost` gives an entry's full cost: a trial that costs just that, and
/// ends that much after the one before, takes 2 to 4 bytes.
std::string PackTrials(std::span<const LoggedTrial> trials,
                       std::span<const double> full_cost);
/// Inverse; Error(kCorrupt) for damaged bytes, entries out of range.
std::vector<LoggedTrial> UnpackTrials(std::string_view bytes,
                                      std::span<const double> full_cost);

/// A list of dictionary indices, packed likewise.
std::string PackIndices(std::span<const uint32_t> indices);
std::vector<uint32_t> UnpackIndices(std::string_view bytes, uint32_t limit);

/// Values and scores of an entry as bytes, and back into it.
std::string PackEntryValues(const DictionaryEntry& entry);
void UnpackEntryValues(std::string_view bytes, DictionaryEntry* entry);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_TRIAL_LOG_H_
