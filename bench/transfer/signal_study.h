#ifndef HWNAS_BENCH_TRANSFER_SIGNAL_STUDY_H_
#define HWNAS_BENCH_TRANSFER_SIGNAL_STUDY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/transfer/study_file.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/table.h"

namespace hwnas {

/// The best `k` by a signal, judged by a target.
struct SignalChoice {
  uint64_t k = 0;
  double best = 0;    // value of the target
  double regret = 0;  // to the best of those that have both
  uint64_t rank = 0;  // 1: the best there is
};

struct SignalTransfer {
  size_t signal = 0;
  size_t target = 0;
  size_t architectures = 0;  // connected, with both; of a network one where
                             // the study says so
  std::optional<double> spearman;
  std::optional<double> kendall;
  /// Kendall's tau among the target's elite, and the share of the elite that
  /// is in the signal's elite.
  std::optional<double> elite_kendall;
  double elite_recall = 0;
  std::vector<SignalChoice> choices;  // by k
};

/// The mean of paired differences over the architectures that have both.
struct Gain {
  std::string name;
  std::string unit;
  size_t architectures = 0;
  double mean = 0;      // of what is compared
  double over = 0;      // of what it is compared with
  Interval difference;  // mean - over, 95 % bootstrap over architectures
  double higher = 0;    // share of architectures
};

struct SignalStudy {
  std::vector<std::string> signals;
  std::vector<std::string> left_out;  // optional ones, by name
  std::vector<std::string> targets;
  std::vector<std::string> units;  // of targets
  std::vector<double> optimum;     // of targets, over connected architectures
  /// Simulated seconds an architecture, mean, where a file states them.
  std::vector<std::optional<double>> seconds;  // by signal
  double elite = 0;
  std::vector<SignalTransfer> transfers;  // signal by signal
  std::vector<Gain> gains;
};

/// Asks the table, all of it: no draws, so no intervals but those of gains,
/// whose draws come from a stream named after the gain. Values are means over
/// replicates; equal signals are taken in the table's order. A signal of
/// several metrics is the mean of their ranks among the architectures that
/// have all. Error(kNotFound): no such metric; Error(kUsage): fewer than 100
/// architectures for a pair; an optional signal is left out instead.
SignalStudy RunSignalStudy(const Table& table, const SignalStudySpec& spec);

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_SIGNAL_STUDY_H_
