#ifndef HWNAS_TABULAR_SPACES_INVERTED_RESIDUAL_H_
#define HWNAS_TABULAR_SPACES_INVERTED_RESIDUAL_H_

#include <cstddef>
#include <span>
#include <string>

#include "tabular/architecture.h"
#include "tabular/layer_graph.h"

namespace hwnas {

/// Shared by the mobile spaces (nb-macro, fbnet, mnasnet). Not installed.

/// 1x1 convolution to `expansion` times the channels, depthwise convolution,
/// 1x1 convolution to `channels`, each with batch norm, the first two with an
/// activation; the input is added where shapes agree.
struct InvertedResidual {
  int channels = 0;  // of the output
  int expansion = 1;
  int kernel = 3;
  int stride = 1;
  int groups = 1;             // of the 1x1 convolutions; > 1 with a shuffle
  bool always_expand = true;  // else no first convolution at expansion 1
  int squeeze = 0;  // hidden channels of a squeeze-excite gate, 0: none
  Activation activation = Activation::kRelu;
};
int AddInvertedResidual(int in, const InvertedResidual& block,
                        LayerGraph* graph);

/// Convolution without bias, batch norm and activation.
int AddConvBn(int in, int channels, int kernel, int stride,
              Activation activation, LayerGraph* graph);

/// The identities (choice `identity`) behind the first layer of each stage
/// moved to the stage's end: what remains is the same network.
Architecture IdentitiesLast(const Architecture& architecture,
                            std::span<const size_t> stages, uint16_t identity);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_INVERTED_RESIDUAL_H_
