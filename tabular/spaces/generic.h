#ifndef HWNAS_TABULAR_SPACES_GENERIC_H_
#define HWNAS_TABULAR_SPACES_GENERIC_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// `decision` is active only where `parent` has one of `values`.
struct GenericCondition {
  std::string decision;
  std::string parent;
  std::vector<std::string> values;
};

/// A combination that is not allowed: all listed decisions at once have one
/// of the listed values.
struct GenericRule {
  std::vector<std::pair<std::string, std::vector<std::string>>> forbid;
};

/// A user's space: categorical decisions, some conditional on earlier ones,
/// and forbidden combinations. Parsed from a TOML by
/// datasets/generic_space_reader.h; plain data here.
struct GenericDescription {
  std::string name;  // kebab-case
  int version = 1;
  std::vector<Decision> decisions;
  std::vector<GenericCondition> conditions;  // parents come earlier
  std::vector<GenericRule> rules;
  char separator = ',';  // of the text form
};

/// Text form: the active and inactive decisions' choices in order, joined by
/// the separator, `-` for an inactive one. Sampling is uniform over valid
/// architectures: of a list where it is short, which also gives Size and Rank;
/// else by rejection (Error(kUsage) at construction when fewer than about one
/// draw in 10,000 is valid and the space is too large to list). There
/// Log10Size() is an estimate if rules or several conditions of one decision
/// reject. Mutation changes one active decision and sets what becomes active to
/// a random choice; Neighbors are all that mutation can reach. An inactive
/// decision has no value: it meets no condition and no rule.
///
/// Spec(): `generic{JSON}`, from which MakeSpace builds it again. Error(kUsage)
/// says what is wrong with a description.
std::shared_ptr<const SearchSpace> MakeGenericSpace(
    GenericDescription description);

/// From the JSON object of a Spec(). Error(kUsage) when it is damaged.
std::shared_ptr<const SearchSpace> MakeGenericSpaceFromJson(
    std::string_view text);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_GENERIC_H_
