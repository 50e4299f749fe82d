#ifndef HWNAS_STRATEGIES_PLUGIN_LIBRARY_H_
#define HWNAS_STRATEGIES_PLUGIN_LIBRARY_H_

#include <memory>
#include <string>

#include "strategies/strategy_source.h"

namespace hwnas {

/// Loads a shared library with a strategy (strategies/plugin.h) into this
/// process, for good: it is never unloaded. Error(kNotFound) when there is no
/// such file, Error(kPlugin) for one that is no strategy of this ABI. Whatever
/// its functions report is Error(kPlugin).
std::shared_ptr<const StrategySource> OpenPluginLibrary(
    const std::string& path);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_PLUGIN_LIBRARY_H_
