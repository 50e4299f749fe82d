#ifndef HWNAS_TABULAR_SPACES_FBNET_H_
#define HWNAS_TABULAR_SPACES_FBNET_H_

#include <string>

#include "tabular/search_space.h"

namespace hwnas {

/// The FBNet space (Wu et al., CVPR 2019) as HW-NAS-Bench (Li et al., ICLR
/// 2021) and HELP's latencies have it: 22 layers in stages of 1, 4, 4, 4, 4,
/// 4, 1 (16, 24, 32, 64, 112, 184, 352 channels), each one of k3_e1, k3_e1_g2,
/// k3_e3, k3_e6, k5_e1, k5_e1_g2, k5_e3, k5_e6 (inverted residuals of kernel
/// k, expansion e, groups g with a channel shuffle) and skip (a 1x1
/// convolution, batch norm and ReLU where shapes change). Choices are in the
/// order of HELP's `arch.pt`. Text form: the 22 names joined by `,`.
///
/// The skeleton follows the image as there: up to 64 pixels the CIFAR one
/// (stem and second stage without stride, 1,504 channels in the head), above
/// it ImageNet's (strides 2, 1,984 channels).
///
/// Skips behind a stage's first layer commute with what follows; Canonical()
/// and EffectiveKey() move them to the end of their stage.
class FbnetSpace : public CategoricalSpace {
 public:
  FbnetSpace();

  std::string Id() const override;
  Architecture Parse(std::string_view text) const override;
  std::string Format(const Architecture& architecture) const override;
  Architecture Canonical(const Architecture& architecture) const override;
  std::string EffectiveKey(const Architecture& architecture) const override;
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_FBNET_H_
