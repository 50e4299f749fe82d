#ifndef HWNAS_STRATEGIES_PROCESS_STRATEGY_H_
#define HWNAS_STRATEGIES_PROCESS_STRATEGY_H_

#include <memory>
#include <string>
#include <vector>

#include "strategies/registry.h"
#include "strategies/strategy_source.h"

namespace hwnas {

/// What a program says that it is; `make` is null.
struct ProgramFacts {
  StrategyInfo info;
  bool any_option = false;  // takes options of any name
};

/// Starts a program that speaks JSON lines (strategies/PROTOCOL.md), asks it
/// what it is, and ends it. Error(kNotFound) when it cannot be executed,
/// Error(kPlugin) for whatever else goes wrong.
ProgramFacts AskProgram(const std::vector<std::string>& arguments,
                        const PluginOptions& limits);

/// A strategy that is such a program, with a process of its own. Whatever it
/// does wrong is Error(kPlugin), here and in every method; the process is
/// killed then, and when the strategy is destroyed.
std::unique_ptr<Strategy> MakeProcessStrategy(
    const std::vector<std::string>& arguments, const PluginOptions& limits,
    const OptionMap& options, RunContext context);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_PROCESS_STRATEGY_H_
