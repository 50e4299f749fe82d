#include "predictors/network_graph.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>
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

// A network without its folded layers.
struct Contracted {
  std::vector<std::vector<double>> values;
  std::vector<std::vector<uint32_t>> inputs;
  std::vector<std::vector<uint32_t>> outputs;
};

std::vector<double> ValuesOf(const Layer& layer) {
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
       std::log1p(macs), std::log1p(params), std::log1p(bytes), 0, 0});
  return values;
}

Contracted Contract(const LayerGraph& graph) {
  Contracted out;
  std::vector<uint32_t> node(graph.size());
  for (size_t i = 0; i < graph.size(); ++i) {
    const Layer& layer = graph.Layers()[i];
    if (IsFolded(layer.kind)) {
      HWNAS_CHECK(layer.inputs.size() == 1);
      node[i] = node[static_cast<size_t>(layer.inputs[0])];
      std::vector<double>& values = out.values[node[i]];
      const size_t back = layer.kind == LayerKind::kBatchNorm ? 2 : 1;
      ++values[values.size() - back];
      continue;
    }
    node[i] = static_cast<uint32_t>(out.values.size());
    out.values.push_back(ValuesOf(layer));
    std::vector<uint32_t>& inputs = out.inputs.emplace_back();
    out.outputs.emplace_back();
    for (const int input : layer.inputs) {
      inputs.push_back(node[static_cast<size_t>(input)]);
      out.outputs[inputs.back()].push_back(node[i]);
    }
  }
  return out;
}

template <typename T>
struct KeyHash {
  size_t operator()(const std::vector<T>& key) const {
    uint64_t hash = key.size();
    for (const T value : key) {
      hash = Mix64(hash ^ std::bit_cast<Bits>(value));
    }
    return hash;
  }
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
};

template <typename T>
using Ids = std::unordered_map<std::vector<T>, uint32_t, KeyHash<T>>;

// Of the same round; `order` sorts by it.
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
    const Contracted network = Contract(graph);
    std::vector<uint32_t> classes;
    for (const std::vector<double>& values : network.values) {
      classes.push_back(FirstClass(values));
    }
    for (size_t t = 0; t < NetworkGraphs::kRounds; ++t) {
      std::vector<uint32_t> next;
      for (size_t i = 0; i < classes.size(); ++i) {
        next.push_back(NextClass(t, classes[i],
                                 Neighbours(t, classes, network.inputs[i]),
                                 Neighbours(t, classes, network.outputs[i])));
      }
      classes = std::move(next);
    }
    out_.networks.Add(classes);
  }

  NetworkGraphs Finish() {
    out_.layers = Matrix(first_.size(), out_.names.size());
    for (const auto& [values, id] : first_) {
      std::ranges::copy(values, out_.layers.Row(id).begin());
    }
    return std::move(out_);
  }

 private:
  uint32_t FirstClass(const std::vector<double>& values) {
    const auto [it, fresh] =
        first_.emplace(values, static_cast<uint32_t>(first_.size()));
    if (fresh) marks_[0].mark.push_back(KeyHash<double>()(values));
    return it->second;
  }

  std::vector<uint32_t> Neighbours(size_t t,
                                   const std::vector<uint32_t>& classes,
                                   const std::vector<uint32_t>& nodes) const {
    std::vector<uint32_t> out;
    for (const uint32_t node : nodes) out.push_back(classes[node]);
    marks_[t].Sort(&out);
    return out;
  }

  uint32_t NextClass(size_t t, uint32_t own,
                     const std::vector<uint32_t>& inputs,
                     const std::vector<uint32_t>& outputs) {
    std::vector<uint32_t> key = {own, static_cast<uint32_t>(inputs.size())};
    key.insert(key.end(), inputs.begin(), inputs.end());
    key.insert(key.end(), outputs.begin(), outputs.end());
    const auto [it, fresh] = next_[t].emplace(
        std::move(key), static_cast<uint32_t>(next_[t].size()));
    if (fresh) {
      NetworkGraphs::Round& round = out_.rounds[t];
      round.own.push_back(own);
      round.inputs.Add(inputs);
      round.outputs.Add(outputs);
      const uint64_t mark = marks_[t].Mark(marks_[t].mark[own], inputs);
      marks_[t + 1].mark.push_back(marks_[t].Mark(mark, outputs));
    }
    return it->second;
  }

  NetworkGraphs out_;
  Ids<double> first_;
  std::array<Ids<uint32_t>, NetworkGraphs::kRounds> next_;
  std::array<Classes, NetworkGraphs::kRounds + 1> marks_;
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
