#ifndef HWNAS_TABULAR_SPACES_NB201_CELL_H_
#define HWNAS_TABULAR_SPACES_NB201_CELL_H_

#include <string>

#include "tabular/architecture.h"
#include "tabular/layer_graph.h"

namespace hwnas {

/// Parts of the networks of NAS-Bench-201 and NATS-Bench, shared by nb201 and
/// nats-sss. Not installed.

/// A cell of six operations (nb201's decisions) that turns `in` into
/// `out_channels`: edges from the input change the channels, where a skip is
/// a 1x1 convolution with batch norm if they differ. All layers carry
/// `decision`, or edge i's decision i where it is -1. Returns the output's id.
int AddNb201Cell(const Architecture& cell, const std::string& name, int in,
                 int out_channels, int decision, LayerGraph* graph);

/// A residual block of stride 2: ReLU, 3x3 convolution and batch norm, twice;
/// the shortcut is a 2x2 average pool and a 1x1 convolution.
int AddNb201Reduction(int in, int channels, LayerGraph* graph);

/// Batch norm, ReLU, global average and a linear layer.
int AddNb201Head(int in, int classes, LayerGraph* graph);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_NB201_CELL_H_
