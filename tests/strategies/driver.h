#ifndef HWNAS_TESTS_STRATEGIES_DRIVER_H_
#define HWNAS_TESTS_STRATEGIES_DRIVER_H_

#include <memory>
#include <string>

#include "strategies/conformance/landscape.h"
#include "strategies/registry.h"

namespace hwnas {

/// A whole run of a built-in strategy on the synthetic landscape.
inline Trace RunOnLandscape(const std::string& name, const OptionMap& options,
                            const Problem& problem, uint64_t seed,
                            const DriveOptions& drive = {},
                            const Oddities& odd = {}) {
  const std::unique_ptr<Strategy> strategy =
      MakeStrategy(name, options, MakeContext(problem, seed));
  SyntheticEvaluator evaluator(problem, odd);
  return Drive(*strategy, evaluator, drive);
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_STRATEGIES_DRIVER_H_
