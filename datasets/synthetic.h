#ifndef HWNAS_DATASETS_SYNTHETIC_H_
#define HWNAS_DATASETS_SYNTHETIC_H_

#include <cstdint>
#include <string>

namespace hwnas {

struct SyntheticOptions {
  uint64_t seed = 1;
  /// Keep every n-th architecture by rank; 1: the whole space. A multiple of
  /// 5 keeps no choice but the first on the last edges.
  uint64_t every = 1;
};

/// Writes a made-up nb201 table: for tests, and for trying things where no
/// real table is at hand. Its title says SYNTHETIC and its synthetic flag is
/// set, which every page that shows its numbers repeats.
///
/// Costs are real: macs and params are counted on the layer graph for the
/// images and classes of cifar10 (the default data set). All else is made up.
/// Accuracy (val and test, fidelities e12 and e200, replicates `0`, `1` and
/// `2` at e200, default split val) is a smooth formula of the effective
/// network plus noise keyed by seed and network, so that equal networks share
/// it. `train-seconds` and the latencies of the platforms `synthetic-cpu`,
/// `synthetic-gpu` and `synthetic-mcu` are formulas of the effective graph's
/// costs (origin simulated; the platforms' method states them). On
/// `synthetic-gpu` every cell with an average pooling on its last edge 'did
/// not compile'. Disconnected cells have chance accuracy and near-zero
/// latency.
///
/// Error(kUsage) when `path` exists, kIo when it cannot be written.
void WriteSyntheticTable(const std::string& path,
                         const SyntheticOptions& options);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_SYNTHETIC_H_
