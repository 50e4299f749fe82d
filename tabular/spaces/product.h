#ifndef HWNAS_TABULAR_SPACES_PRODUCT_H_
#define HWNAS_TABULAR_SPACES_PRODUCT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// A further factor of a product: one decision, choice i standing for
/// bound[i] (a metric's qualifiers, `bits=8;sparsity=50`, or a platform id).
struct ProductFactor {
  std::string name;  // compression, batch, hardware
  FactorBinding binding = FactorBinding::kQualifiers;
  std::vector<std::string> bound;
};

/// `nb201+compression@1`: a network space (factor `network`) times further
/// factors. Architectures are the network's decisions, then one decision a
/// factor. Text form: the network's, then ` | name=bound` for each factor.
/// Moves: `any`, the default (a group drawn uniformly among the network and the
/// factors with several choices: the network's default move or another choice),
/// then `network` and `NAME` for each factor alone. Neighbors are the network's
/// and all other choices of one factor. Layers(): the network's, with bit
/// widths where a factor binds `bits`.
class ProductSpace : public SearchSpace {
 public:
  virtual const SearchSpace& Network() const = 0;
  /// The network part of an architecture.
  virtual Architecture NetworkOf(const Architecture& architecture) const = 0;
  virtual Architecture Join(const Architecture& network,
                            std::span<const uint16_t> choices) const = 0;
};

/// `name` is without a version (`nb201+compression`). Error(kUsage) where a
/// factor's name or choice is empty, doubled or would be ambiguous in text.
std::shared_ptr<const ProductSpace> MakeProductSpace(
    std::string name, std::shared_ptr<const SearchSpace> network,
    std::vector<ProductFactor> factors);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_PRODUCT_H_
