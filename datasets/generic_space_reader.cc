#include "datasets/generic_space_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "tabular/error.h"

namespace hwnas {

namespace {

const Decision& EarlierDecision(const GenericDescription& space,
                                const TomlTable& toml,
                                const std::string& name) {
  for (const Decision& decision : space.decisions) {
    if (decision.name == name) return decision;
  }
  std::vector<std::string> names;
  for (const Decision& decision : space.decisions) {
    names.push_back(decision.name);
  }
  const std::string nearest = Nearest(name, names);
  toml.Fail(name, nearest.empty()
                      ? std::string("no decision of this name comes earlier")
                      : fmt::format("no decision of this name comes earlier; "
                                    "did you mean '{}'?",
                                    nearest));
}

/// `{depth = [1, 2], kernel = 5}`: decisions with choices they have.
std::vector<std::pair<std::string, std::vector<std::string>>> ReadCombination(
    const GenericDescription& space, const TomlTable& toml) {
  std::vector<std::pair<std::string, std::vector<std::string>>> combination;
  for (const std::string& name : toml.Keys()) {
    const Decision& decision = EarlierDecision(space, toml, name);
    const std::vector<std::string> values = toml.Texts(name);
    for (const std::string& value : values) {
      if (std::find(decision.choices.begin(), decision.choices.end(), value) ==
          decision.choices.end()) {
        toml.Fail(name,
                  fmt::format("'{}' is none of its choices: {}", Quoted(value),
                              fmt::join(decision.choices, ", ")));
      }
    }
    if (values.empty()) toml.Fail(name, "lists no choices");
    combination.emplace_back(name, values);
  }
  return combination;
}

}  // namespace

GenericDescription ReadGenericSpace(const TomlTable& toml) {
  GenericDescription space;
  space.name = toml.String("name");
  const int64_t version = toml.Integer("version", 1);
  if (version < 1 || version > 1'000'000) {
    toml.Fail("version", "expected a number from 1 up");
  }
  space.version = static_cast<int>(version);
  const std::string separator = toml.String("separator", ",");
  if (separator.size() != 1) toml.Fail("separator", "expected one character");
  space.separator = separator[0];
  for (const TomlTable& entry : toml.Tables("decisions")) {
    Decision decision;
    decision.name = entry.String("name");
    decision.choices = entry.Texts("choices");
    for (const Decision& other : space.decisions) {
      if (other.name == decision.name) {
        entry.Fail("name", fmt::format("the decision '{}' stands twice",
                                       Quoted(decision.name)));
      }
    }
    if (decision.choices.empty()) {
      entry.Fail("choices", "expected at least one choice");
    }
    const TomlTable when = entry.Table("when");
    for (const auto& [parent, values] : ReadCombination(space, when)) {
      space.conditions.push_back({decision.name, parent, values});
    }
    space.decisions.push_back(std::move(decision));
  }
  if (space.decisions.empty()) {
    toml.Fail("decisions", "a space needs at least one decision");
  }
  for (const TomlTable& rule : toml.Tables("forbid")) {
    space.rules.push_back({ReadCombination(space, rule)});
  }
  return space;
}

}  // namespace hwnas
