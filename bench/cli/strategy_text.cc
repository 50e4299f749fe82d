#include "bench/cli/strategy_text.h"

#include <fmt/format.h>

#include <string_view>

#include "strategies/strategy_source.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

/// Where the options of `NAME:key=value` begin: behind the colon; npos: none.
/// A command has none, and a library's path may have colons of its own.
size_t OptionsBegin(const std::string& text) {
  if (KindOfStrategy(text) != StrategyKind::kBuiltIn) return std::string::npos;
  constexpr std::string_view kLibrary = ".so:";
  const size_t library = text.find(kLibrary);
  if (library != std::string::npos) return library + kLibrary.size();
  const size_t colon = text.find(':');
  return colon == std::string::npos ? colon : colon + 1;
}

}  // namespace

StrategySpec ParseStrategyText(const std::string& given) {
  StrategySpec spec;
  std::string text = given;
  const size_t sign = given.find_first_of("=:");
  if (sign != std::string::npos && given[sign] == '=') {
    spec.label = given.substr(0, sign);
    text = given.substr(sign + 1);
  }
  const size_t begin = OptionsBegin(text);
  spec.name = text.substr(0, begin == std::string::npos ? begin : begin - 1);
  if (sign == std::string::npos || given[sign] != '=') {
    spec.label = KindOfStrategy(spec.name) == StrategyKind::kBuiltIn
                     ? text
                     : DefaultStrategyLabel(spec.name);
  }
  if (begin == std::string::npos) return spec;
  std::string rest = text.substr(begin);
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string item = rest.substr(0, comma);
    const size_t equals = item.find('=');
    if (equals == std::string::npos) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--strategy '{}': write NAME or "
                              "NAME:option=value,option=value",
                              Quoted(given)));
    }
    spec.options[item.substr(0, equals)] = item.substr(equals + 1);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  return spec;
}

}  // namespace hwnas
