#ifndef HWNAS_TABULAR_SPACES_NB_MACRO_H_
#define HWNAS_TABULAR_SPACES_NB_MACRO_H_

#include <string>

#include "tabular/search_space.h"

namespace hwnas {

/// NAS-Bench-Macro (Su et al., "Prioritized Architecture Sampling with
/// Monte-Carlo Tree Search", CVPR 2021): eight layers in stages of 2, 3 and 3
/// (64, 128 and 256 channels; the first of a stage has stride 2), each one of
/// `id`, `ir_3x3_t3`, `ir_5x5_t6` (identity, inverted residuals). The identity
/// of a stage's first layer is a 1x1 convolution. 6,561 architectures; text
/// form eight digits 0 to 2, as published.
///
/// Identities behind a stage's first layer commute with what follows: 3,969
/// distinct networks. Canonical() and EffectiveKey() move them to the end.
class NbMacroSpace : public CategoricalSpace {
 public:
  NbMacroSpace();

  std::string Id() const override;
  Architecture Parse(std::string_view text) const override;
  std::string Format(const Architecture& architecture) const override;
  Architecture Canonical(const Architecture& architecture) const override;
  std::string EffectiveKey(const Architecture& architecture) const override;
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_NB_MACRO_H_
