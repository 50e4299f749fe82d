#include "bench/cli/share.h"

#include <cstdint>
#include <optional>

#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {

Share ParseShare(const std::string& text) {
  constexpr int64_t kMostShares = 100'000;
  const size_t slash = text.find('/');
  const auto i = TryParseInteger(text.substr(0, slash));
  const auto n = slash == std::string::npos
                     ? std::nullopt
                     : TryParseInteger(text.substr(slash + 1));
  if (!i || !n || *i < 1 || *n < *i || *n > kMostShares) {
    throw Error(ErrorCode::kUsage,
                "--shard '" + Quoted(text) +
                    "': write I/N with I from 1 to N, as in 2/8");
  }
  return {static_cast<int>(*i), static_cast<int>(*n)};
}

}  // namespace hwnas
