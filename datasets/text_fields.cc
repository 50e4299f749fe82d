#include "datasets/text_fields.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {

std::vector<std::string_view> SplitFields(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string FormatDecisions(const Architecture& architecture) {
  return fmt::format("{}", fmt::join(architecture.Decisions(), "."));
}

Architecture ParseDecisions(std::string_view text) {
  const auto parts = SplitFields(text, '.');
  Architecture architecture(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::optional<int64_t> value = TryParseInteger(parts[i]);
    if (!value.has_value() || *value < 0 || *value > UINT16_MAX) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("'{}' is no architecture: expected decisions "
                              "joined by dots",
                              Quoted(text)));
    }
    architecture[i] = static_cast<uint16_t>(*value);
  }
  return architecture;
}

}  // namespace hwnas
