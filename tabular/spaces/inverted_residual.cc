#include "tabular/spaces/inverted_residual.h"

namespace hwnas {

int AddConvBn(int in, int channels, int kernel, int stride,
              Activation activation, LayerGraph* graph) {
  int x = graph->Conv(in, channels, kernel, stride, kernel / 2);
  x = graph->BatchNorm(x);
  return graph->Activate(x, activation);
}

int AddInvertedResidual(int in, const InvertedResidual& block,
                        LayerGraph* graph) {
  const Shape shape = (*graph)[in].out;
  const int hidden = shape.channels * block.expansion;
  int x = in;
  if (block.expansion != 1 || block.always_expand) {
    x = graph->Conv(x, hidden, 1, 1, 0, block.groups);
    x = graph->BatchNorm(x);
    x = graph->Activate(x, block.activation);
    if (block.groups > 1) x = graph->Shuffle(x, block.groups);
  }
  x = graph->Conv(x, hidden, block.kernel, block.stride, block.kernel / 2,
                  hidden);
  x = graph->BatchNorm(x);
  x = graph->Activate(x, block.activation);
  if (block.squeeze > 0) {
    int gate = graph->GlobalAvgPool(x);
    gate = graph->Conv(gate, block.squeeze, 1, 1, 0, 1, true);
    gate = graph->Activate(gate, block.activation);
    gate = graph->Conv(gate, hidden, 1, 1, 0, 1, true);
    gate = graph->Activate(gate, Activation::kSigmoid);
    x = graph->Multiply(x, gate);
  }
  x = graph->Conv(x, block.channels, 1, 1, 0, block.groups);
  x = graph->BatchNorm(x);
  if (block.stride == 1 && shape.channels == block.channels) {
    x = graph->Add({in, x});
  }
  return x;
}

Architecture IdentitiesLast(const Architecture& architecture,
                            std::span<const size_t> stages, uint16_t identity) {
  Architecture moved = architecture;
  size_t begin = 0;
  for (const size_t layers : stages) {
    size_t next = begin + 1;
    for (size_t i = begin + 1; i < begin + layers; ++i) {
      if (architecture[i] != identity) moved[next++] = architecture[i];
    }
    while (next < begin + layers) moved[next++] = identity;
    begin += layers;
  }
  return moved;
}

}  // namespace hwnas
