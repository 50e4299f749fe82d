#ifndef HWNAS_TABULAR_NUMBER_H_
#define HWNAS_TABULAR_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hwnas {

/// The whole of `text` as a finite number, independent of locale; nullopt
/// for anything else (spaces, "nan", "inf", trailing characters, empty).
std::optional<double> TryParseNumber(std::string_view text);
std::optional<int64_t> TryParseInteger(std::string_view text);

/// The same; Error(kUsage) that quotes the text.
double ParseNumber(std::string_view text);
int64_t ParseInteger(std::string_view text);

/// The shortest text that reads back as the same number.
std::string FormatNumber(double value);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_NUMBER_H_
