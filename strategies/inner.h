#ifndef HWNAS_STRATEGIES_INNER_H_
#define HWNAS_STRATEGIES_INNER_H_

#include <memory>
#include <string>

#include "strategies/options.h"
#include "strategies/registry.h"

namespace hwnas {

/// How strategies that wrap another name it: options `inner` and
/// `inner_options`, the latter as `name=value;name=value`.
std::vector<OptionInfo> InnerOptions(const std::string& default_inner);

/// What `inner` and `inner_options` said.
struct InnerSpec {
  std::string name;
  OptionMap options;
};
/// Error(kUsage) for text that is not of that form.
InnerSpec ReadInner(const OptionReader& reader);

/// The wrapped strategy on a problem of its own, with a stream of its own
/// drawn from the run's. The problem outlives it.
std::unique_ptr<Strategy> MakeInner(const InnerSpec& inner,
                                    const Problem& problem,
                                    RunContext* context);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_INNER_H_
