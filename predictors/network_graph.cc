#include "predictors/network_graph.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

// Kinds that stand for themselves, in this order of columns.
constexpr LayerKind kKinds[] = {
    LayerKind::kInput,   LayerKind::kConv,          LayerKind::kAvgPool,
    LayerKind::kMaxPool, LayerKind::kGlobalAvgPool, LayerKind::kLinear,
    LayerKind::kAdd,     LayerKind::kMultiply,      LayerKind::kConcat,
    LayerKind::kCrop,    LayerKind::kSlice,         LayerKind::kShuffle,
    LayerKind::kZero,    LayerKind::kIdentity};

bool IsFolded(LayerKind kind) {
  return kind == LayerKind::kBatchNorm || kind == LayerKind::kActivation;
}

std::vector<std::string> ValueNames() {
  std::vector<std::string> names;
  for (const LayerKind kind : kKinds) names.emplace_back(LayerKindName(kind));
  for (const char* name :
       {"log-in-channels", "log-out-channels", "log-out-size", "kernel",
        "stride", "dilation", "log-groups", "inputs", "macs", "params", "bytes",
        "log-macs", "log-params", "log-bytes", "batch-norms", "activations"}) {
    names.emplace_back(name);
  }
  return names;
}

// A layer that stands for itself, and those folded into it.
struct Node {
  const Layer* layer = nullptr;
  uint32_t batch_norms = 0;
  uint32_t activations = 0;
  std::vector<uint32_t> inputs;  // nodes
  std::vector<uint32_t> outputs;
};

std::vector<double> ValuesOf(const Node& node) {
  const Layer& layer = *node.layer;
  std::vector<double> values;
  for (const LayerKind kind : kKinds) values.push_back(layer.kind == kind);
  const auto log = [](int v) { return std::log2(1.0 + v); };
  const auto macs = static_cast<double>(LayerMacs(layer));
  const auto params = static_cast<double>(LayerParams(layer));
  const double bytes = CostOf(layer).bytes;
  values.insert(
      values.end(),
      {log(layer.in.channels), log(layer.out.channels), log(layer.out.height),
       double(layer.kernel), double(layer.stride), double(layer.dilation),
       log(layer.groups), double(layer.inputs.size()), macs, params, bytes,
       std::log1p(macs), std::log1p(params), std::log1p(bytes),
       double(node.batch_norms), double(node.activations)});
  return values;
}

using Key = std::vector<uint32_t>;

// What its values depend on.
void KeyOf(const Node& node, Key* key) {
  const Layer& layer = *node.layer;
  key->clear();
  for (const int field :
       {static_cast<int>(layer.kind), layer.in.channels, layer.in.height,
        layer.in.width, layer.out.channels, layer.out.height, layer.out.width,
        layer.kernel, layer.stride, layer.dilation, layer.groups,
        static_cast<int>(layer.inputs.size()), static_cast<int>(layer.bias),
        static_cast<int>(layer.affine)}) {
    key->push_back(static_cast<uint32_t>(field));
  }
  key->push_back(node.batch_norms);
  key->push_back(node.activations);
}

std::vector<Node> NodesOf(const LayerGraph& graph) {
  std::vector<Node> nodes;
  std::vector<uint32_t> node(graph.size());
  for (size_t i = 0; i < graph.size(); ++i) {
    const Layer& layer = graph.Layers()[i];
    if (IsFolded(layer.kind)) {
      HWNAS_CHECK(layer.inputs.size() == 1);
      node[i] = node[static_cast<size_t>(layer.inputs[0])];
      Node& into = nodes[node[i]];
      ++(layer.kind == LayerKind::kBatchNorm ? into.batch_norms
                                             : into.activations);
      continue;
    }
    node[i] = static_cast<uint32_t>(nodes.size());
    nodes.emplace_back().layer = &layer;
    for (const int input : layer.inputs) {
      const uint32_t from = node[static_cast<size_t>(input)];
      nodes.back().inputs.push_back(from);
      nodes[from].outputs.push_back(node[i]);
    }
  }
  return nodes;
}

struct KeyHash {
  size_t operator()(const Key& key) const {
    uint64_t hash = key.size();
    for (const uint32_t value : key) hash = Mix64(hash ^ value);
    return hash;
  }
};

// Keys numbered in the order that they come.
class Ids {
 public:
  // The number, and whether it is new.
  std::pair<uint32_t, bool> Of(const Key& key) {
    const auto it = ids_.find(key);
    if (it != ids_.end()) return {it->second, false};
    const auto id = static_cast<uint32_t>(ids_.size());
    ids_.emplace(key, id);
    return {id, true};
  }

 private:
  std::unordered_map<Key, uint32_t, KeyHash> ids_;
};

// Those of a round.
struct Classes {
  std::vector<uint64_t> mark;  // by class: what it is, as a number

  void Sort(std::vector<uint32_t>* classes) const {
    std::sort(classes->begin(), classes->end(), [this](uint32_t a, uint32_t b) {
      return std::pair(mark[a], a) < std::pair(mark[b], b);
    });
  }
  uint64_t Mark(uint64_t start, std::span<const uint32_t> classes) const {
    uint64_t hash = Mix64(start + classes.size());
    for (const uint32_t c : classes) hash = Mix64(hash ^ mark[c]);
    return hash;
  }
};

class Merger {
 public:
  Merger() { out_.names = ValueNames(); }

  void Add(const LayerGraph& graph) {
    const std::vector<Node> nodes = NodesOf(graph);
    std::vector<uint32_t> classes;
    for (const Node& node : nodes) classes.push_back(FirstClass(node));
    for (size_t t = 0; t < NetworkGraphs::kRounds; ++t) {
      std::vector<uint32_t> next;
      for (size_t i = 0; i < classes.size(); ++i) {
        Neighbours(t, classes, nodes[i].inputs, &inputs_);
        Neighbours(t, classes, nodes[i].outputs, &outputs_);
        next.push_back(NextClass(t, classes[i]));
      }
      classes = std::move(next);
    }
    out_.networks.Add(classes);
  }

  NetworkGraphs Finish() {
    out_.layers = Matrix(values_.size(), out_.names.size());
    for (size_t c = 0; c < values_.size(); ++c) {
      std::ranges::copy(values_[c], out_.layers.Row(c).begin());
    }
    return std::move(out_);
  }

 private:
  uint32_t FirstClass(const Node& node) {
    KeyOf(node, &key_);
    const auto [id, fresh] = first_.Of(key_);
    if (fresh) {
      values_.push_back(ValuesOf(node));
      marks_[0].mark.push_back(KeyHash()(key_));
    }
    return id;
  }

  void Neighbours(size_t t, const std::vector<uint32_t>& classes,
                  const std::vector<uint32_t>& nodes,
                  std::vector<uint32_t>* out) const {
    out->clear();
    for (const uint32_t node : nodes) out->push_back(classes[node]);
    marks_[t].Sort(out);
  }

  // Of a layer of class `own` and the neighbours at hand.
  uint32_t NextClass(size_t t, uint32_t own) {
    key_ = {own, static_cast<uint32_t>(inputs_.size())};
    key_.insert(key_.end(), inputs_.begin(), inputs_.end());
    key_.insert(key_.end(), outputs_.begin(), outputs_.end());
    const auto [id, fresh] = next_[t].Of(key_);
    if (fresh) {
      NetworkGraphs::Round& round = out_.rounds[t];
      round.own.push_back(own);
      round.inputs.Add(inputs_);
      round.outputs.Add(outputs_);
      const uint64_t mark = marks_[t].Mark(marks_[t].mark[own], inputs_);
      marks_[t + 1].mark.push_back(marks_[t].Mark(mark, outputs_));
    }
    return id;
  }

  NetworkGraphs out_;
  Ids first_;
  std::vector<std::vector<double>> values_;  // of classes of round 0
  std::array<Ids, NetworkGraphs::kRounds> next_;
  std::array<Classes, NetworkGraphs::kRounds + 1> marks_;
  // At hand, to be used again.
  Key key_;
  std::vector<uint32_t> inputs_;
  std::vector<uint32_t> outputs_;
};

}  // namespace

LayerCost CostOf(const Layer& layer) {
  constexpr double kBytes = 4;
  const auto inputs =
      static_cast<double>(std::max<size_t>(layer.inputs.size(), 1));
  const double values = static_cast<double>(layer.in.Elements()) * inputs +
                        static_cast<double>(layer.out.Elements()) +
                        static_cast<double>(LayerParams(layer));
  return {static_cast<double>(LayerMacs(layer)), kBytes * values};
}

NetworkGraphs MergeNetworks(size_t count,
                            const std::function<LayerGraph(size_t)>& network) {
  Merger merger;
  for (size_t i = 0; i < count; ++i) merger.Add(network(i));
  return merger.Finish();
}

}  // namespace hwnas
