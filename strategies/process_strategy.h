#ifndef HWNAS_STRATEGIES_PROCESS_STRATEGY_H_
#define HWNAS_STRATEGIES_PROCESS_STRATEGY_H_

#include <cstddef>
#include <memory>
#include <string>

#include "strategies/registry.h"

namespace hwnas {

/// Bounds on a strategy's process; in no result.
struct ProcessLimits {
  double answer_seconds = 60;  // real time for one answer
  size_t line_bytes = size_t{16} << 20;
};

/// A strategy that is a program speaking JSON lines (strategies/PROTOCOL.md),
/// started by `/bin/sh -c command` in a process group of its own. Whatever it
/// does wrong is Error(kPlugin) with the command and the end of its standard
/// error; the process is killed when the strategy is destroyed.
std::unique_ptr<Strategy> MakeProcessStrategy(const std::string& command,
                                              const OptionMap& options,
                                              RunContext context,
                                              const ProcessLimits& limits = {});

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_PROCESS_STRATEGY_H_
