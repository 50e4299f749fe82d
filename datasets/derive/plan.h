#ifndef HWNAS_DATASETS_DERIVE_PLAN_H_
#define HWNAS_DATASETS_DERIVE_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tabular/architecture.h"
#include "tabular/layer_graph.h"
#include "tabular/search_space.h"

namespace hwnas::derive {

/// A network as the trainer runs it: tensors that are sums of what arrives
/// on their edges. Square activations.
struct Plan {
  enum class Kind : uint8_t {
    kConv,  // (ReLU), convolution, (batch norm)
    kSkip,
    kAvgPool3,  // 3 x 3, stride 1, padding 1, mean over what lies inside
    kAvgPool2,  // 2 x 2, stride 2, padded where the size is odd, likewise
  };
  struct Tensor {
    int channels = 0;
    int size = 0;  // height = width
  };
  struct Edge {
    Kind kind = Kind::kSkip;
    int from = 0;
    int to = 0;
    bool relu = false;  // kConv: of its input
    bool norm = false;  // kConv: batch norm behind it
    int kernel = 1;     // kConv
    int stride = 1;     // kConv
    std::string name;   // kConv: its layer's, with #k where that repeats
  };

  /// Tensor 0 is the image; the last feeds the head (batch norm, ReLU, global
  /// average pooling, linear).
  std::vector<Tensor> tensors;
  /// In order of `to`; `from` < `to`.
  std::vector<Edge> edges;
  int classes = 0;
};

/// The plan of an effective layer graph (LayerGraph::Effective). Error(kUsage)
/// naming the first layer that the trainer cannot run: it knows dense
/// convolutions without bias, batch norm behind them, ReLU before them, sums,
/// and the two average poolings of Plan::Kind.
Plan MakePlan(const LayerGraph& graph);

/// The plan of a network whose output does not depend on the input: zeros into
/// the head of `graph` (not its effective graph, which has none), of which
/// only the linear layer's biases can learn. Tensor 1 has no edge. Errors: as
/// above.
Plan MakeDisconnectedPlan(const LayerGraph& graph);

/// One of the two, for an architecture.
Plan MakePlan(const SearchSpace& space, const Architecture& architecture,
              const NetworkInput& input);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_PLAN_H_
