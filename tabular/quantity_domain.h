#ifndef HWNAS_TABULAR_QUANTITY_DOMAIN_H_
#define HWNAS_TABULAR_QUANTITY_DOMAIN_H_

#include <string>

#include "tabular/metric.h"

namespace hwnas {

/// The values that a quantity can have: percentages are from 0 to 100, a
/// zero-cost score is any number, all else is from 0 on.
struct QuantityDomain {
  double low = 0;     // or minus infinity
  double high = 100;  // or infinity
  bool Holds(double value) const { return value >= low && value <= high; }
  /// `0 to 100`, `0 or more`, `any`.
  std::string Text() const;
};
QuantityDomain DomainOf(const QuantityInfo& quantity);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_QUANTITY_DOMAIN_H_
