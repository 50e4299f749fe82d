#ifndef HWNAS_STRATEGIES_BUILTIN_H_
#define HWNAS_STRATEGIES_BUILTIN_H_

#include "strategies/registry.h"

namespace hwnas {

/// What the registry lists: one function a strategy, in its own file.
StrategyInfo AshaInfo();
StrategyInfo BananasInfo();
StrategyInfo BananasMoInfo();
StrategyInfo BohbInfo();
StrategyInfo ConstrainedInfo();
StrategyInfo DifferentiableInfo();
StrategyInfo EvolutionParetoInfo();
StrategyInfo ExhaustiveInfo();
StrategyInfo GeneticAlgorithmInfo();
StrategyInfo GpBoInfo();
StrategyInfo HyperbandInfo();
StrategyInfo LocalSearchInfo();
StrategyInfo MoeadInfo();
StrategyInfo Nsga2Info();
StrategyInfo Nsga3Info();
StrategyInfo ParetoLocalSearchInfo();
StrategyInfo PlatformsInfo();
StrategyInfo PpoInfo();
StrategyInfo ProgressiveShrinkingInfo();
StrategyInfo RandomInfo();
StrategyInfo RegularizedEvolutionInfo();
StrategyInfo ReinforceInfo();
StrategyInfo ScalarisedInfo();
StrategyInfo SimulatedAnnealingInfo();
StrategyInfo SmsEmoaInfo();
StrategyInfo SuccessiveHalvingInfo();
StrategyInfo TpeInfo();
StrategyInfo TwoStageInfo();

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_BUILTIN_H_
