#ifndef HWNAS_STRATEGIES_CONFORMANCE_CHECKS_H_
#define HWNAS_STRATEGIES_CONFORMANCE_CHECKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "strategies/strategy_source.h"

namespace hwnas {

/// One thing that is asked of every strategy, built in or not, on small
/// synthetic landscapes (strategies/conformance/landscape.h).
struct ConformanceCheck {
  const char* name;  // a sentence in CamelCase
  /// Throws for what the strategy does not do.
  void (*run)(const StrategySource& source);
  /// Whether it is asked of this strategy; null: of all.
  bool (*applies)(const StrategySource& source) = nullptr;
};

/// All checks, in a fixed order.
const std::vector<ConformanceCheck>& ConformanceChecks();

enum class ConformanceVerdict : uint8_t { kPassed, kFailed, kNotAsked };
struct ConformanceResult {
  ConformanceVerdict verdict = ConformanceVerdict::kPassed;
  std::string reason;  // one line, kFailed only
  /// It failed by not answering in time: whatever else is asked of it would
  /// take as long.
  bool no_answer = false;
};
ConformanceResult RunConformanceCheck(const ConformanceCheck& check,
                                      const StrategySource& source);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_CONFORMANCE_CHECKS_H_
