#ifndef HWNAS_TABULAR_SPACES_NATS_SSS_H_
#define HWNAS_TABULAR_SPACES_NATS_SSS_H_

#include <string>

#include "tabular/search_space.h"

namespace hwnas {

/// The size space of NATS-Bench (Dong et al., TPAMI 2021): the widths, 8 to
/// 64 in steps of 8, of five stages of a fixed skeleton (stem, cell, residual
/// block, cell, residual block, cell; one cell a stage, its genotype that of
/// the published archives). 32,768 architectures; text form `8:16:24:32:40`.
class NatsSssSpace : public CategoricalSpace {
 public:
  NatsSssSpace();

  std::string Id() const override;
  Architecture Parse(std::string_view text) const override;
  std::string Format(const Architecture& architecture) const override;
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_NATS_SSS_H_
