#ifndef HWNAS_DATASETS_DECIMAL_H_
#define HWNAS_DATASETS_DECIMAL_H_

#include <optional>
#include <string_view>

namespace hwnas {

/// The number that `text` stands for, times 10^exponent, as the nearest to the
/// exact product: 113.95137 by 6 is 113951370. nullopt when the text is no
/// finite number or the product does not fit.
std::optional<double> ScaleDecimal(std::string_view text, int exponent);

/// The same for the shortest text of a number; Error(kUsage) if it does not
/// fit.
double ScaleDecimal(double value, int exponent);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_DECIMAL_H_
