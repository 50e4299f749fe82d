#include "datasets/measure/network_runner.h"

#include "tabular/error.h"
#include "tabular/module.h"

namespace hwnas {
namespace {

const NetworkRunnerFactory& Factory() {
  using Get = const NetworkRunnerFactory*();
  static const NetworkRunnerFactory* const factory = reinterpret_cast<Get*>(
      ModuleFunction("torch", "hwnas_network_runner_factory"))();
  return *factory;
}

}  // namespace

const char* RuntimeConfigurationName(RuntimeConfiguration configuration) {
  switch (configuration) {
    case RuntimeConfiguration::kEager:
      return "eager";
    case RuntimeConfiguration::kFolded:
      return "folded";
    case RuntimeConfiguration::kChannelsLast:
      return "channels-last";
  }
  HWNAS_CHECK(false);
  return "";
}

std::unique_ptr<NetworkRunner> MakeNetworkRunner(
    const LayerGraph& graph, RuntimeConfiguration configuration, int batch) {
  HWNAS_CHECK(batch >= 1);
  return Factory().Make(graph, configuration, batch);
}

std::string NetworkRunnerVersion() { return Factory().Version(); }

}  // namespace hwnas
