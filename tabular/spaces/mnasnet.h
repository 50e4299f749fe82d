#ifndef HWNAS_TABULAR_SPACES_MNASNET_H_
#define HWNAS_TABULAR_SPACES_MNASNET_H_

#include <string>

#include "tabular/search_space.h"

namespace hwnas {

/// The MnasNet-like space of Accel-NASBench (Ahmad et al., 2024): seven blocks
/// of inverted residuals with EfficientNet-B0's channels (16, 24, 40, 80, 112,
/// 192, 320) and strides; per block the expansion (1, 4, 6), the kernel (3,
/// 5), the number of layers (1 to 3; 1 to 4 in block 5) and squeeze-excite.
/// 28 decisions named as in its table (`block0_e`, `block0_k`, `block0_l`,
/// `block0_se`, ...). Without a 1x1 convolution where the expansion is 1;
/// squeeze-excite reduces to a quarter of a layer's input channels, with
/// biases. Activations are taken to be Swish, EfficientNet's; its files do not
/// say, and no analytic cost depends on them.
///
/// Text form: a block each, joined by `,`, as in `e6_k3_l1` or `e4_k5_l2_se`.
class MnasnetSpace : public CategoricalSpace {
 public:
  MnasnetSpace();

  std::string Id() const override;
  Architecture Parse(std::string_view text) const override;
  std::string Format(const Architecture& architecture) const override;
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_MNASNET_H_
