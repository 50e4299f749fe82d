#ifndef HWNAS_STRATEGIES_OPTIONS_H_
#define HWNAS_STRATEGIES_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strategies/registry.h"
#include "tabular/search_space.h"

namespace hwnas {

/// Reads a strategy's options once, at construction. The list of OptionInfo
/// is the only place where a default stands. Every refusal is Error(kUsage)
/// and names strategy, option, what was given and what is allowed.
class OptionReader {
 public:
  /// Refuses names in `given` that `known` lacks. Both must outlive this.
  OptionReader(std::string_view strategy, std::span<const OptionInfo> known,
               const OptionMap& given);

  int64_t Integer(std::string_view name, int64_t low, int64_t high) const;
  size_t Count(std::string_view name, size_t low, size_t high) const;
  /// Finite, in [low, high].
  double Real(std::string_view name, double low, double high) const;
  /// `true` or `false`.
  bool Flag(std::string_view name) const;
  /// Position in `choices`.
  size_t Choice(std::string_view name,
                const std::vector<std::string>& choices) const;
  const std::string& Text(std::string_view name) const;
  /// Numbers separated by commas, each finite; empty text: none.
  std::vector<double> Reals(std::string_view name) const;
  /// Index of a move of the space; `default` is its first.
  size_t Move(std::string_view name, const SearchSpace& space) const;

  /// Refuses the value given for `name`.
  [[noreturn]] void Fail(std::string_view name, const std::string& why) const;

 private:
  std::string_view strategy_;
  std::span<const OptionInfo> known_;
  const OptionMap& given_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_OPTIONS_H_
