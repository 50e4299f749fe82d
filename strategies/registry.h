#ifndef HWNAS_STRATEGIES_REGISTRY_H_
#define HWNAS_STRATEGIES_REGISTRY_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strategies/strategy.h"

namespace hwnas {

/// An option of a strategy as `hwnas strategies` lists it and an experiment's
/// TOML sets it. Values travel as text and are parsed once at the edge.
struct OptionInfo {
  std::string name;           // snake_case
  std::string default_value;  // text form
  std::string about;          // meaning, unit, the paper's name for it
};

/// Options as given: name to text. Unknown names and bad values are refused
/// with Error(kUsage).
using OptionMap = std::map<std::string, std::string>;

/// One strategy: everything the suite knows of it.
struct StrategyInfo {
  std::string name;     // kebab-case, `regularized-evolution`
  int version = 1;      // raised when its traces change
  std::string summary;  // one line
  std::string source;   // paper, and what deviates
  std::vector<OptionInfo> options;
  bool exact = true;             // integer and basic arithmetic only: equal
                                 // bits on every processor
  bool stochastic = true;        // two seeds differ
  bool multi_objective = false;  // made for several objectives
  bool beats_random = true;      // claims to; checked by conformance
  bool reads_results = true;     // else evaluations change no proposal; said of
                                 // built-in ones alone
  std::unique_ptr<Strategy> (*make)(const OptionMap& options,
                                    RunContext context) = nullptr;

  std::string Id() const { return name + "@" + std::to_string(version); }
};

/// All built-in strategies, sorted by name: a fixed list, no static
/// registration that a linker could drop.
const std::vector<StrategyInfo>& BuiltInStrategies();

/// Error(kUsage) naming the nearest when unknown.
const StrategyInfo& FindStrategy(std::string_view name);

/// FindStrategy(name).make with options checked against its list.
std::unique_ptr<Strategy> MakeStrategy(std::string_view name,
                                       const OptionMap& options,
                                       RunContext context);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_REGISTRY_H_
