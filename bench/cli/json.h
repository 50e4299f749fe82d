#ifndef HWNAS_BENCH_CLI_JSON_H_
#define HWNAS_BENCH_CLI_JSON_H_

#include <string>
#include <utility>

#include "bench/cli/output.h"

namespace hwnas {

/// The format of JSON outputs, `format_version` in each of them; raised when
/// a field goes or changes its meaning, not when one is added.
constexpr int kJsonVersion = 1;

/// Prints `{"format_version": 1, NAME: VALUE}`. A template, so that the JSON
/// library stays out of headers.
template <class Json>
void PrintJson(const std::string& name, Json value) {
  Json document;
  document["format_version"] = kJsonVersion;
  document[name] = std::move(value);
  Print(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

/// The same for an object's fields, which stand beside the version.
template <class Json>
void PrintJsonFields(const Json& fields) {
  Json document;
  document["format_version"] = kJsonVersion;
  document.update(fields);
  Print(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_JSON_H_
