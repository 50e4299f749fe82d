#include "tabular/evaluator.h"

#include <array>
#include <cstddef>

namespace hwnas {

const char* TrialStatusName(TrialStatus status) {
  constexpr std::array<const char*, 4> kNames = {"ok", "invalid", "missing",
                                                 "infeasible"};
  const auto i = static_cast<size_t>(status);
  HWNAS_CHECK(i < kNames.size());
  return kNames[i];
}

}  // namespace hwnas
