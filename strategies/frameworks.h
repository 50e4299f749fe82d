#ifndef HWNAS_STRATEGIES_FRAMEWORKS_H_
#define HWNAS_STRATEGIES_FRAMEWORKS_H_

#include <string>
#include <string_view>
#include <vector>

#include "strategies/registry.h"

namespace hwnas {

/// A strategy of another framework and what stands for it here.
struct FrameworkStrategy {
  std::string name;         // theirs
  std::string counterpart;  // of the registry; empty: there is none
  /// That make the counterpart as near to their defaults as it gets.
  OptionMap options;
  std::string note;  // their defaults that options do not carry, what differs
};

/// A framework that searches architectures, pipelines or compressions.
struct Framework {
  std::string name;    // `nni`
  std::string title;   // as it calls itself, and whose it is
  bool open = false;   // whether its source is public
  std::string note;    // why it cannot run where it is closed
  std::string data;    // which of its data come in, and how
  std::string source;  // where all this was looked up
  std::vector<FrameworkStrategy> strategies;
};

/// Sorted by name. The only place where this stands: `hwnas strategies --like`
/// and FRAMEWORKS.md are made of it.
const std::vector<Framework>& Frameworks();

/// Error(kUsage) naming the nearest when unknown.
const Framework& FindFramework(std::string_view name);

/// FRAMEWORKS.md.
std::string FrameworksMarkdown();

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_FRAMEWORKS_H_
