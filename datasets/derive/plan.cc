#include "datasets/derive/plan.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "tabular/error.h"

namespace hwnas::derive {
namespace {

[[noreturn]] void Refuse(const Layer& layer) {
  throw Error(ErrorCode::kUsage,
              fmt::format("layer '{}' ({}, kernel {}, stride {}) is not one "
                          "that the built-in trainer runs",
                          layer.name, LayerKindName(layer.kind), layer.kernel,
                          layer.stride));
}

// Batch norm, ReLU, global average pooling, linear, at the end of the graph:
// the first of them.
int FindHead(const LayerGraph& graph) {
  const LayerKind head[] = {LayerKind::kBatchNorm, LayerKind::kActivation,
                            LayerKind::kGlobalAvgPool, LayerKind::kLinear};
  const int first = static_cast<int>(graph.size()) - 4;
  if (first < 1) Refuse(graph[graph.Output()]);
  for (int i = 0; i < 4; ++i) {
    const Layer& layer = graph[first + i];
    if (layer.kind != head[i] || (i > 0 && layer.inputs[0] != first + i - 1) ||
        (i == 1 && layer.activation != Activation::kRelu) ||
        (i == 3 && !layer.bias)) {
      Refuse(layer);
    }
  }
  return first;
}

class PlanBuilder {
 public:
  explicit PlanBuilder(const LayerGraph& graph)
      : graph_(graph), consumers_(graph.size()), tensor_(graph.size(), -1) {
    for (size_t i = 0; i < graph.size(); ++i) {
      for (const int input : graph[static_cast<int>(i)].inputs) {
        consumers_[static_cast<size_t>(input)].push_back(static_cast<int>(i));
      }
    }
  }

  Plan Build() {
    const int first = FindHead(graph_);
    for (int id = 0; id < first; ++id) Visit(id);
    if (tensor_[static_cast<size_t>(graph_[first].inputs[0])] !=
        static_cast<int>(plan_.tensors.size()) - 1) {
      Refuse(graph_[first]);
    }
    plan_.classes = graph_[graph_.Output()].out.channels;
    return std::move(plan_);
  }

 private:
  // A chain that only a sum reads becomes an edge into that sum.
  bool FeedsOneSum(int id) const {
    const std::vector<int>& readers = consumers_[static_cast<size_t>(id)];
    return readers.size() == 1 && graph_[readers[0]].kind == LayerKind::kAdd;
  }
  // A convolution whose one reader is its batch norm.
  bool IsInsideChain(int id) const {
    const std::vector<int>& readers = consumers_[static_cast<size_t>(id)];
    return graph_[id].kind == LayerKind::kConv && readers.size() == 1 &&
           graph_[readers[0]].kind == LayerKind::kBatchNorm &&
           readers[0] < static_cast<int>(graph_.size()) - 4;
  }

  void Visit(int id) {
    const Layer& layer = graph_[id];
    switch (layer.kind) {
      case LayerKind::kInput:
        NewTensor(id);
        return;
      case LayerKind::kActivation:
        if (layer.activation != Activation::kRelu) Refuse(layer);
        for (const int reader : consumers_[static_cast<size_t>(id)]) {
          if (graph_[reader].kind != LayerKind::kConv) Refuse(layer);
        }
        return;
      case LayerKind::kAdd: {
        const int to = NewTensor(id);
        for (const int input : layer.inputs) AddEdge(input, to);
        return;
      }
      case LayerKind::kConv:
      case LayerKind::kBatchNorm:
      case LayerKind::kAvgPool:
        if (IsInsideChain(id) || FeedsOneSum(id)) return;
        AddEdge(id, NewTensor(id));
        return;
      default:
        Refuse(layer);
    }
  }

  int NewTensor(int id) {
    const Shape& shape = graph_[id].out;
    if (shape.height != shape.width) Refuse(graph_[id]);
    plan_.tensors.push_back({shape.channels, shape.height});
    tensor_[static_cast<size_t>(id)] =
        static_cast<int>(plan_.tensors.size()) - 1;
    return tensor_[static_cast<size_t>(id)];
  }

  int TensorOf(int id) const {
    const int tensor = tensor_[static_cast<size_t>(id)];
    if (tensor < 0) Refuse(graph_[id]);
    return tensor;
  }

  void AddEdge(int id, int to) {
    const Layer* layer = &graph_[id];
    Plan::Edge edge;
    edge.to = to;
    if (tensor_[static_cast<size_t>(id)] >= 0 &&
        tensor_[static_cast<size_t>(id)] != to) {
      edge.from = TensorOf(id);
      plan_.edges.push_back(std::move(edge));
      return;
    }
    if (layer->kind == LayerKind::kAvgPool) {
      const bool three = layer->kernel == 3 && layer->stride == 1 &&
                         layer->padding == 1 && !layer->count_padding;
      const bool two = layer->kernel == 2 && layer->stride == 2 &&
                       layer->padding == layer->in.height % 2 &&
                       !layer->count_padding;
      if (!three && !two) Refuse(*layer);
      edge.kind = three ? Plan::Kind::kAvgPool3 : Plan::Kind::kAvgPool2;
      edge.from = TensorOf(layer->inputs[0]);
      plan_.edges.push_back(std::move(edge));
      return;
    }
    edge.kind = Plan::Kind::kConv;
    if (layer->kind == LayerKind::kBatchNorm) {
      if (!layer->affine) Refuse(*layer);
      edge.norm = true;
      layer = &graph_[layer->inputs[0]];
    }
    if (layer->kind != LayerKind::kConv || layer->groups != 1 || layer->bias ||
        layer->dilation != 1 || layer->kernel % 2 == 0 ||
        layer->padding != layer->kernel / 2) {
      Refuse(*layer);
    }
    edge.kernel = layer->kernel;
    edge.stride = layer->stride;
    const int repeated = seen_[layer->name]++;
    edge.name = repeated == 0 ? layer->name
                              : fmt::format("{}#{}", layer->name, repeated);
    int from = layer->inputs[0];
    if (graph_[from].kind == LayerKind::kActivation) {
      edge.relu = true;
      from = graph_[from].inputs[0];
    }
    edge.from = TensorOf(from);
    plan_.edges.push_back(std::move(edge));
  }

  const LayerGraph& graph_;
  std::vector<std::vector<int>> consumers_;
  std::vector<int> tensor_;  // of a layer, or -1
  std::map<std::string, int> seen_;
  Plan plan_;
};

}  // namespace

Plan MakePlan(const LayerGraph& graph) { return PlanBuilder(graph).Build(); }

Plan MakeDisconnectedPlan(const LayerGraph& graph) {
  const Shape& features = graph[FindHead(graph)].in;
  Plan plan;
  plan.tensors.push_back({graph[0].out.channels, graph[0].out.height});
  plan.tensors.push_back({features.channels, features.height});
  plan.classes = graph[graph.Output()].out.channels;
  return plan;
}

Plan MakePlan(const SearchSpace& space, const Architecture& architecture,
              const NetworkInput& input) {
  const LayerGraph graph = space.Layers(architecture, input);
  return space.IsConnected(architecture) ? MakePlan(graph.Effective())
                                         : MakeDisconnectedPlan(graph);
}

}  // namespace hwnas::derive
