#ifndef HWNAS_STRATEGIES_STRATEGY_SOURCE_H_
#define HWNAS_STRATEGIES_STRATEGY_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "strategies/registry.h"

namespace hwnas {

/// Where a strategy comes from, by the name that an experiment gives it.
enum class StrategyKind : uint8_t {
  kBuiltIn,  // a name of the registry
  kProgram,  // `exec:COMMAND`, JSON lines as in strategies/PROTOCOL.md
  kLibrary,  // a path that ends in `.so`, strategies/plugin.h
};
StrategyKind KindOfStrategy(std::string_view name);

/// What a strategy is called where its name is no label: the name of a
/// built-in one; for others the stem of the program (of the script, where the
/// program is an interpreter: `exec:python3 dir/mine.py` is `mine`) or of the
/// library, without `lib`.
std::string DefaultStrategyLabel(std::string_view name);

/// How plug-ins are run. None of it is part of a run's identity.
struct PluginOptions {
  double answer_seconds = 60;  // real time for one answer, calls included
  double stop_seconds = 1;     // real time to end after `stop`
  size_t line_bytes = size_t{16} << 20;
  /// Loads libraries into this process: quicker, and whatever they do, this
  /// process does.
  bool in_process = false;
  /// Path of a binary `hwnas`, which hosts libraries in processes of their
  /// own.
  std::string host = "hwnas";
};

/// A strategy that can be made, whatever its kind. Immutable; thread-safe.
class StrategySource {
 public:
  virtual ~StrategySource() = default;

  /// As `hwnas strategies` shows it; `make` may be null.
  virtual const StrategyInfo& Info() const = 0;
  /// Takes options of names that Info() does not list.
  virtual bool AnyOption() const { return false; }
  /// Error(kUsage) for options, Error(kPlugin) for what a plug-in does wrong.
  virtual std::unique_ptr<Strategy> Make(const OptionMap& options,
                                         RunContext context) const = 0;
};

/// Error(kUsage) for unknown names, Error(kNotFound) for programs and
/// libraries that are not there, Error(kPlugin) for those that do not say
/// what they are.
std::shared_ptr<const StrategySource> OpenStrategy(
    const std::string& name, const PluginOptions& options);

/// Error(kUsage) for options that the strategy does not have.
void CheckOptionNames(const StrategySource& source, const OptionMap& options);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_STRATEGY_SOURCE_H_
