#include "strategies/options.h"

#include <fmt/format.h>

#include <optional>

#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {
OptionReader::OptionReader(std::string_view strategy,
                           std::span<const OptionInfo> known,
                           const OptionMap& given)
    : strategy_(strategy), known_(known), given_(given) {
  for (const auto& [name, value] : given_) {
    bool found = false;
    for (const OptionInfo& option : known_) found |= option.name == name;
    if (found) continue;
    std::vector<std::string> names;
    for (const OptionInfo& option : known_) names.push_back(option.name);
    FailUnknown(fmt::format("option of strategy {}", strategy_), name, names);
  }
}

const std::string& OptionReader::Text(std::string_view name) const {
  if (const auto given = given_.find(std::string(name));
      given != given_.end()) {
    return given->second;
  }
  for (const OptionInfo& option : known_) {
    if (option.name == name) return option.default_value;
  }
  HWNAS_CHECK(!"the strategy's list of options has this one");
  return known_[0].default_value;
}

void OptionReader::Fail(std::string_view name, const std::string& why) const {
  throw Error(ErrorCode::kUsage,
              fmt::format("strategy {}: option {} is '{}': {}", strategy_, name,
                          Quoted(Text(name)), why));
}

int64_t OptionReader::Integer(std::string_view name, int64_t low,
                              int64_t high) const {
  const std::optional<int64_t> value = TryParseInteger(Text(name));
  if (!value || *value < low || *value > high) {
    Fail(name, fmt::format("give a whole number from {} to {}", low, high));
  }
  return *value;
}

size_t OptionReader::Count(std::string_view name, size_t low,
                           size_t high) const {
  return static_cast<size_t>(
      Integer(name, static_cast<int64_t>(low), static_cast<int64_t>(high)));
}

double OptionReader::Real(std::string_view name, double low,
                          double high) const {
  const std::optional<double> value = TryParseNumber(Text(name));
  if (!value || *value < low || *value > high) {
    Fail(name, fmt::format("give a number from {} to {}", low, high));
  }
  return *value;
}

bool OptionReader::Flag(std::string_view name) const {
  const std::string& text = Text(name);
  if (text == "true") return true;
  if (text != "false") Fail(name, "give true or false");
  return false;
}

size_t OptionReader::Choice(std::string_view name,
                            const std::vector<std::string>& choices) const {
  const std::string& text = Text(name);
  for (size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] == text) return i;
  }
  FailUnknown(fmt::format("value of strategy {}'s option {}", strategy_, name),
              text, choices);
}

std::vector<double> OptionReader::Reals(std::string_view name) const {
  std::vector<double> values;
  std::string_view rest = Text(name);
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::optional<double> value = TryParseNumber(rest.substr(0, comma));
    if (!value) Fail(name, "give numbers separated by commas, without spaces");
    values.push_back(*value);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
    if (rest.empty()) Fail(name, "a number is lacking after the last comma");
  }
  return values;
}

size_t OptionReader::Move(std::string_view name,
                          const SearchSpace& space) const {
  const std::string& text = Text(name);
  if (text == "default") return 0;
  const std::span<const std::string> moves = space.Moves();
  for (size_t i = 0; i < moves.size(); ++i) {
    if (moves[i] == text) return i;
  }
  std::vector<std::string> known(moves.begin(), moves.end());
  known.insert(known.begin(), "default");
  FailUnknown(fmt::format("move of space {}", space.Id()), text, known);
}

}  // namespace hwnas
