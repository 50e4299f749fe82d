#include "strategies/registry.h"

#include "strategies/builtin.h"
#include "strategies/process_strategy.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr std::string_view kExec = "exec:";

const StrategyInfo& ExecInfo() {
  static const StrategyInfo info = [] {
    StrategyInfo made;
    made.name = "exec";
    made.summary = "a program that speaks JSON lines";
    made.source = "strategies/PROTOCOL.md, version 1";
    made.exact = false;
    made.multi_objective = true;
    made.beats_random = false;
    made.any_options = true;
    return made;
  }();
  return info;
}

}  // namespace

const std::vector<StrategyInfo>& BuiltInStrategies() {
  static const std::vector<StrategyInfo> strategies = {
      AshaInfo(),
      BananasInfo(),
      BananasMoInfo(),
      BohbInfo(),
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
  if (name.starts_with(kExec)) return ExecInfo();
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
  if (name.starts_with(kExec)) {
    return MakeProcessStrategy(std::string(name.substr(kExec.size())), options,
                               std::move(context));
  }
  return FindStrategy(name).make(options, std::move(context));
}

}  // namespace hwnas
