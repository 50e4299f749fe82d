#ifndef HWNAS_DATASETS_SCHEMAS_H_
#define HWNAS_DATASETS_SCHEMAS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// The descriptions of published CSV files that come with the library (the
/// files of datasets/schemas), for `--schema NAME`: names, sorted.
std::vector<std::string> BuiltInSchemaNames();
/// The TOML of one; nullopt when there is none of this name.
std::optional<std::string_view> FindBuiltInSchema(std::string_view name);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_SCHEMAS_H_
