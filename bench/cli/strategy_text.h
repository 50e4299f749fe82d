#ifndef HWNAS_BENCH_CLI_STRATEGY_TEXT_H_
#define HWNAS_BENCH_CLI_STRATEGY_TEXT_H_

#include <string>

#include "bench/harness/experiment.h"

namespace hwnas {

/// `[LABEL=]NAME[:key=value,...]`, `[LABEL=]LIBRARY.so[:key=value,...]` or
/// `[LABEL=]exec:COMMAND`: an equals sign before any colon ends a label.
/// Error(kUsage) for options that are no `key=value`.
StrategySpec ParseStrategyText(const std::string& given);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_STRATEGY_TEXT_H_
