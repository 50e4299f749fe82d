#ifndef HWNAS_DATASETS_MEASURE_LATENCY_FILE_H_
#define HWNAS_DATASETS_MEASURE_LATENCY_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/measure/network_runner.h"
#include "tabular/architecture.h"

namespace hwnas {

/// One way to run a network on a machine.
struct LatencySetting {
  RuntimeConfiguration configuration = RuntimeConfiguration::kEager;
  int batch = 1;
  /// `eager_1`.
  std::string Name() const;
  bool operator==(const LatencySetting&) const = default;
};

/// What a pass is about.
struct LatencyHeader {
  std::string space;      // spec
  std::string dataset;    // whose images and classes the network has
  std::string machine;    // name of the platform
  std::string processor;  // as the system names it
  std::string library;    // what ran the networks, with its version
  std::string build;      // of hwnas
  int pass = 1;
  int rounds = 0;   // visits of each network
  int repeats = 0;  // timed runs a visit and setting
  int warm_up = 0;  // runs before them
  std::vector<LatencySetting> settings;
  bool operator==(const LatencyHeader&) const = default;
};

/// A network in a setting: of rounds x repeats runs.
struct Latency {
  double median_ms = 0;
  double quartile_range_ms = 0;
  int outliers = 0;  // beyond the upper quartile by three quartile ranges
  int64_t peak_bytes = 0;
};

struct LatencyRow {
  Architecture architecture;
  std::vector<Latency> latencies;  // by setting
};

/// Medians of the reference network, one visit each, in the order of time.
struct ReferenceVisit {
  int visit = 0;                  // of how many networks before it
  std::vector<double> median_ms;  // by setting
};

/// A latency file (`hwnas-latency 1`): lines of text.
///   hwnas-latency 1
///   space,SPEC
///   dataset,NAME
///   machine,NAME
///   processor,TEXT
///   library,TEXT
///   build,TEXT
///   pass,PASS,ROUNDS,REPEATS,WARM_UP
///   settings,eager_1,eager_32,...
///   busy,REPEATED,LEFT
///   reference,VISIT,median,...                          (one a setting)
///   network,3.0.1.4.2.3,median:range:outliers:bytes,... (one a setting)
/// Times in ms with four decimals; an architecture is its decisions.
struct LatencyFile {
  LatencyHeader header;
  /// Of all timed runs: those made again since others used the core (Quiet),
  /// and those kept although they did.
  int64_t repeated = 0;
  int64_t busy = 0;
  std::vector<ReferenceVisit> reference;
  std::vector<LatencyRow> rows;
};

std::string FormatLatencyHeader(const LatencyHeader& header);
std::string FormatLatencyFile(const LatencyFile& file);
/// Error(kCorrupt) naming `name` and the line.
LatencyFile ParseLatencyFile(std::string_view text, const std::string& name);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_MEASURE_LATENCY_FILE_H_
