#include "strategies/registry.h"

#include "strategies/builtin.h"
#include "tabular/error.h"

namespace hwnas {

const std::vector<StrategyInfo>& BuiltInStrategies() {
  static const std::vector<StrategyInfo> strategies = {
      AshaInfo(),
      BananasInfo(),
      BananasMoInfo(),
      BohbInfo(),
      ConstrainedInfo(),
      DifferentiableInfo(),
      EvolutionParetoInfo(),
      ExhaustiveInfo(),
      GeneticAlgorithmInfo(),
      GpBoInfo(),
      HyperbandInfo(),
      LocalSearchInfo(),
      MoeadInfo(),
      Nsga2Info(),
      Nsga3Info(),
      ParetoLocalSearchInfo(),
      PlatformsInfo(),
      PpoInfo(),
      ProgressiveShrinkingInfo(),
      RandomInfo(),
      RegularizedEvolutionInfo(),
      ReinforceInfo(),
      ScalarisedInfo(),
      SimulatedAnnealingInfo(),
      SmsEmoaInfo(),
      SuccessiveHalvingInfo(),
      TpeInfo(),
      TwoStageInfo(),
  };
  return strategies;
}

const StrategyInfo& FindStrategy(std::string_view name) {
  std::vector<std::string> known;
  for (const StrategyInfo& strategy : BuiltInStrategies()) {
    if (strategy.name == name) return strategy;
    known.push_back(strategy.name);
  }
  FailUnknown("strategy", name, known);
}

std::unique_ptr<Strategy> MakeStrategy(std::string_view name,
                                       const OptionMap& options,
                                       RunContext context) {
  return FindStrategy(name).make(options, std::move(context));
}

}  // namespace hwnas
