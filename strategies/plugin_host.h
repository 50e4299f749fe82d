#ifndef HWNAS_STRATEGIES_PLUGIN_HOST_H_
#define HWNAS_STRATEGIES_PLUGIN_HOST_H_

#include "strategies/strategy_source.h"

namespace hwnas {

/// The program's side of strategies/PROTOCOL.md: answers the suite's messages
/// on `input` with the strategy's until it says stop, or the input ends. Where
/// the suite says that its spec gives the space, it is built here; else the
/// suite is called back.
/// What the strategy throws is answered as `error`. Error(kCorrupt) for a line
/// that is no message, Error(kIo) when the suite has gone away.
void ServeStrategy(const StrategySource& source, int input, int output);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_PLUGIN_HOST_H_
