#include "datasets/decimal.h"

#include <fmt/format.h>

#include "tabular/number.h"

namespace hwnas {

std::optional<double> ScaleDecimal(std::string_view text, int exponent) {
  const std::optional<double> plain = TryParseNumber(text);
  if (!plain.has_value() || exponent == 0) return plain;
  const size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) {
    return TryParseNumber(fmt::format("{}e{}", text, exponent));
  }
  std::string_view own = text.substr(mark + 1);
  if (!own.empty() && own.front() == '+') own.remove_prefix(1);
  const std::optional<int64_t> power = TryParseInteger(own);
  if (!power.has_value()) return std::nullopt;
  return TryParseNumber(
      fmt::format("{}e{}", text.substr(0, mark), *power + exponent));
}

double ScaleDecimal(double value, int exponent) {
  const std::string text = FormatNumber(value);
  const std::optional<double> scaled = ScaleDecimal(text, exponent);
  return scaled.has_value() ? *scaled
                            : ParseNumber(fmt::format("{}e{}", text, exponent));
}

}  // namespace hwnas
