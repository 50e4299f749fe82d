#ifndef HWNAS_DATASETS_TEXT_FIELDS_H_
#define HWNAS_DATASETS_TEXT_FIELDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "tabular/architecture.h"

namespace hwnas {

/// Fields of our own text files, which have no quoting: the parts between
/// separators, empty ones too; at least one.
std::vector<std::string_view> SplitFields(std::string_view text, char at);

/// An architecture's decisions, joined by dots: `3.0.1.4.2.3`.
std::string FormatDecisions(const Architecture& architecture);
/// Error(kUsage) for what is none.
Architecture ParseDecisions(std::string_view text);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_TEXT_FIELDS_H_
