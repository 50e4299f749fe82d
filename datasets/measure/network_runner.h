#ifndef HWNAS_DATASETS_MEASURE_NETWORK_RUNNER_H_
#define HWNAS_DATASETS_MEASURE_NETWORK_RUNNER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tabular/layer_graph.h"

namespace hwnas {

/// How a runtime executes a network: code transformations in small.
enum class RuntimeConfiguration : uint8_t {
  kEager,  // layer by layer as the graph has them
  /// Each batch norm that alone reads a convolution is folded into it; the
  /// others stay. Weights are constants.
  kFolded,
  kChannelsLast,  // folded, and activations and weights in NHWC
};
inline constexpr RuntimeConfiguration kRuntimeConfigurations[] = {
    RuntimeConfiguration::kEager, RuntimeConfiguration::kFolded,
    RuntimeConfiguration::kChannelsLast};
/// `eager`, `folded`, `channels-last`.
const char* RuntimeConfigurationName(RuntimeConfiguration configuration);

/// A network with weights drawn at random (a latency does not depend on them),
/// ready to run on one batch of images drawn at random. Single-threaded: all
/// work is done by the thread that calls.
class NetworkRunner {
 public:
  virtual ~NetworkRunner() = default;
  /// One forward pass.
  virtual void Run() = 0;
  /// The largest number of bytes of activations and scratch space that the
  /// runtime held at once during one pass (weights and the images not
  /// counted).
  virtual int64_t PeakBytes() = 0;
  /// The answers of one pass, [batch][class].
  virtual std::vector<float> Answers() = 0;
};

/// Runs networks with LibTorch on this machine's processor; loads the module
/// `torch`. Weights and images depend on the graph alone, and so all
/// configurations answer alike but for rounding. Error(kUsage) for a layer
/// that the runner does not know; those of ModuleFunction().
std::unique_ptr<NetworkRunner> MakeNetworkRunner(
    const LayerGraph& graph, RuntimeConfiguration configuration, int batch);
/// `LibTorch 1.13.1`.
std::string NetworkRunnerVersion();

/// What the module gives.
class NetworkRunnerFactory {
 public:
  virtual ~NetworkRunnerFactory() = default;
  virtual std::unique_ptr<NetworkRunner> Make(
      const LayerGraph& graph, RuntimeConfiguration configuration,
      int batch) const = 0;
  virtual std::string Version() const = 0;
};

}  // namespace hwnas

#endif  // HWNAS_DATASETS_MEASURE_NETWORK_RUNNER_H_
