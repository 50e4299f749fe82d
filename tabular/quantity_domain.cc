#include "tabular/quantity_domain.h"

#include <cmath>
#include <limits>

#include "tabular/number.h"

namespace hwnas {

std::string QuantityDomain::Text() const {
  if (!std::isfinite(low)) return "any";
  if (!std::isfinite(high)) return FormatNumber(low) + " or more";
  return FormatNumber(low) + " to " + FormatNumber(high);
}

QuantityDomain DomainOf(const QuantityInfo& quantity) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (quantity.name == "score") return {-kInfinity, kInfinity};
  if (quantity.unit == "%") return {0, 100};
  return {0, kInfinity};
}

}  // namespace hwnas
