#ifndef HWNAS_DATASETS_MEASURE_MEASURE_H_
#define HWNAS_DATASETS_MEASURE_MEASURE_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/measure/latency_file.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"

namespace hwnas {

struct MeasureOptions {
  std::string machine;  // lower-case letters, digits, dashes
  std::vector<int> batches = {1, 32};
  int pass = 1;
  int rounds = 2;
  int repeats = 5;
  int warm_up = 2;
  int networks = 0;  // the first so many of a fixed random order; 0: all
  std::function<bool()> stop;  // true: end after this visit; empty: never
};

struct MeasureProgress {
  int64_t done = 0;  // visits, of earlier calls too
  int64_t total = 0;
};

/// Makes a runner; tests give their own.
using RunnerMaker = std::function<std::unique_ptr<NetworkRunner>(
    const LayerGraph&, const LatencySetting&)>;

/// Measures the connected effective networks of a table on this machine, one
/// pass, into `path`. Every network is visited `rounds` times, each round in a
/// random order of its own, so that its runs lie far apart in time; a visit
/// runs it in every setting, `warm_up` runs untimed, `repeats` timed, each
/// again where others used the core meanwhile (Quiet). Every 100 visits the
/// first network is visited as well: a reference. Until the pass is whole its
/// visits are kept in PATH.part, and a call with the same options goes on from
/// there; a kill loses the visit under way. True when the pass is whole; a
/// whole one is not measured again. Errors: kUsage (a space without layers,
/// unknown data set, a name that cannot be one), kIo, kCorrupt (PATH.part is
/// damaged), kDisagree (it is of another pass), those of MakeNetworkRunner().
bool MeasurePass(const Table& table, const MeasureOptions& options,
                 const std::string& path,
                 const std::function<void(const MeasureProgress&)>& progress);
bool MeasurePass(const Table& table, const MeasureOptions& options,
                 const std::string& path,
                 const std::function<void(const MeasureProgress&)>& progress,
                 const RunnerMaker& make_runner);

/// How the medians of two passes agree in a setting; undefined where they
/// have fewer than two networks in common.
struct PassAgreement {
  std::optional<double> kendall_tau;
  double median_ratio = 0;  // of the second to the first
};
PassAgreement ComparePasses(const LatencyFile& first, const LatencyFile& second,
                            size_t setting);

/// The reference's last quarter over its first, in a setting; 1 where there
/// are fewer than four visits.
double Drift(const LatencyFile& file, size_t setting);

/// Adds passes of one machine to a table: a platform MACHINE_CONFIGURATION_N
/// for each setting, a replicate `passK` for each pass; all architectures of
/// a network share its values, disconnected ones have the gap 'disconnected',
/// what was not measured 'not measured'. `architectures` are the table's.
/// Error(kUsage) when the passes differ in more than their number, or are of
/// another space or data set, or of an architecture that the table lacks.
void AddLatencies(std::span<const LatencyFile> passes,
                  std::span<const Architecture> architectures,
                  TableWriter& writer);

/// The architectures of a table.
std::vector<Architecture> ArchitecturesOf(const Table& table);

/// What the system calls its processor.
std::string ProcessorName();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_MEASURE_MEASURE_H_
