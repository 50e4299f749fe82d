#ifndef HWNAS_STRATEGIES_BUILTIN_H_
#define HWNAS_STRATEGIES_BUILTIN_H_

#include "strategies/registry.h"

namespace hwnas {

/// What the registry lists: one function a strategy, in its own file.
StrategyInfo ExhaustiveInfo();
StrategyInfo LocalSearchInfo();
StrategyInfo Nsga2Info();
StrategyInfo RandomInfo();
StrategyInfo RegularizedEvolutionInfo();

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_BUILTIN_H_
