#include "strategies/inner.h"

#include <utility>

namespace hwnas {

std::vector<OptionInfo> InnerOptions(const std::string& default_inner) {
  return {{"inner", default_inner, "the strategy that searches"},
          {"inner_options", "", "its options, as name=value;name=value"}};
}

InnerSpec ReadInner(const OptionReader& reader) {
  InnerSpec inner;
  inner.name = reader.Text("inner");
  std::string_view rest = reader.Text("inner_options");
  while (!rest.empty()) {
    const size_t end = rest.find(';');
    const std::string_view pair = rest.substr(0, end);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      reader.Fail("inner_options", "give name=value;name=value");
    }
    inner.options[std::string(pair.substr(0, equals))] =
        std::string(pair.substr(equals + 1));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return inner;
}

std::unique_ptr<Strategy> MakeInner(const InnerSpec& inner,
                                    const Problem& problem,
                                    RunContext* context) {
  RunContext own;
  own.problem = &problem;
  own.rng = Rng(context->rng.Next());
  own.charge = context->charge;
  return MakeStrategy(inner.name, inner.options, std::move(own));
}

}  // namespace hwnas
