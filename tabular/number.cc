#include "tabular/number.h"

#include <charconv>
#include <cmath>

#include "tabular/error.h"

namespace hwnas {
namespace {

template <typename T>
std::optional<T> Whole(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> TryParseNumber(std::string_view text) {
  const auto value = Whole<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::optional<int64_t> TryParseInteger(std::string_view text) {
  return Whole<int64_t>(text);
}

double ParseNumber(std::string_view text) {
  if (const auto value = TryParseNumber(text)) return *value;
  throw Error(ErrorCode::kUsage,
              "expected a number, found '" + Quoted(text) + "'");
}

int64_t ParseInteger(std::string_view text) {
  if (const auto value = TryParseInteger(text)) return *value;
  throw Error(ErrorCode::kUsage,
              "expected a whole number, found '" + Quoted(text) + "'");
}

std::string FormatNumber(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, result.ptr);
}

}  // namespace hwnas
