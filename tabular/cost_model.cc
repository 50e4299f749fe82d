#include "tabular/cost_model.h"

#include <algorithm>

#include "tabular/error.h"

namespace hwnas {
namespace {

int64_t Square(int64_t x) { return x * x; }

/// Weights of a convolution or linear layer, without biases; 0 for others.
int64_t Weights(const Layer& layer) {
  const int64_t in = layer.in.channels;
  const int64_t out = layer.out.channels;
  if (layer.kind == LayerKind::kConv) {
    return in / layer.groups * Square(layer.kernel) * out;
  }
  return layer.kind == LayerKind::kLinear ? in * out : 0;
}

int64_t Biases(const Layer& layer) {
  const bool has =
      (layer.kind == LayerKind::kConv || layer.kind == LayerKind::kLinear) &&
      layer.bias;
  return has ? layer.out.channels : 0;
}

/// Weights that are zero, of each layer.
int64_t Zeros(const Layer& layer, double sparsity) {
  return static_cast<int64_t>(static_cast<double>(Weights(layer)) * sparsity /
                              100.0);
}

int64_t Bytes(int64_t values, int bits) { return (values * bits + 7) / 8; }

bool RunsInPlace(LayerKind kind) {
  return kind == LayerKind::kBatchNorm || kind == LayerKind::kActivation ||
         kind == LayerKind::kIdentity;
}

template <typename Count>
int64_t Sum(const LayerGraph& graph, Count count) {
  int64_t sum = 0;
  for (const Layer& layer : graph.Layers()) sum += count(layer);
  return sum;
}

}  // namespace

int64_t LayerMacs(const Layer& layer) {
  const int64_t positions =
      static_cast<int64_t>(layer.out.height) * layer.out.width;
  return positions * (Weights(layer) + Biases(layer));
}

int64_t LayerParams(const Layer& layer) {
  if (layer.kind == LayerKind::kBatchNorm) {
    return layer.affine ? 2 * static_cast<int64_t>(layer.out.channels) : 0;
  }
  return Weights(layer) + Biases(layer);
}

int64_t Macs(const LayerGraph& graph) { return Sum(graph, LayerMacs); }

int64_t Params(const LayerGraph& graph) { return Sum(graph, LayerParams); }

int64_t FlopsPaper(const LayerGraph& graph) {
  return Sum(graph, [](const Layer& layer) -> int64_t {
    const int64_t in = layer.in.channels;
    const int64_t out = layer.out.channels;
    if (layer.kind == LayerKind::kConv) {
      return 2 * static_cast<int64_t>(layer.in.height) * layer.in.width *
             (in / layer.groups * Square(layer.kernel) + 1) * out;
    }
    return layer.kind == LayerKind::kLinear ? 2 * (in - 1) * out : 0;
  });
}

int64_t ParamsPaper(const LayerGraph& graph) {
  return Sum(graph,
             [](const Layer& layer) { return Weights(layer) + Biases(layer); });
}

int64_t BitOperations(const LayerGraph& graph) {
  return BitOperations(graph, 0);
}

int64_t WeightBytes(const LayerGraph& graph) { return WeightBytes(graph, 0); }

int64_t Params(const LayerGraph& graph, double sparsity) {
  return Sum(graph, [&](const Layer& layer) {
    return LayerParams(layer) - Zeros(layer, sparsity);
  });
}

int64_t BitOperations(const LayerGraph& graph, double sparsity) {
  return Sum(graph, [&](const Layer& layer) {
    const int64_t skipped = static_cast<int64_t>(layer.out.height) *
                            layer.out.width * Zeros(layer, sparsity);
    return (LayerMacs(layer) - skipped) * layer.weight_bits *
           layer.activation_bits;
  });
}

int64_t WeightBytes(const LayerGraph& graph, double sparsity) {
  return Sum(graph, [&](const Layer& layer) {
    const int64_t folded = layer.kind == LayerKind::kBatchNorm
                               ? 2 * static_cast<int64_t>(layer.out.channels)
                               : Biases(layer);
    const int64_t mask = sparsity > 0 ? Weights(layer) : 0;
    return Bytes(Weights(layer) - Zeros(layer, sparsity), layer.weight_bits) +
           Bytes(mask, 1) + Bytes(folded, 32);
  });
}

int64_t PeakActivationBytes(const LayerGraph& graph) {
  const size_t n = graph.size();
  if (n == 0) return 0;
  const auto layers = graph.Layers();
  std::vector<int> readers(n);
  std::vector<int> bits(n);
  for (const Layer& layer : layers) {
    for (const int input : layer.inputs) {
      const auto source = static_cast<size_t>(input);
      ++readers[source];
      bits[source] = std::max(bits[source], layer.activation_bits);
    }
  }

  std::vector<size_t> buffer(n);      // of each tensor: the one that made it
  std::vector<int64_t> bytes(n);      // of each buffer
  std::vector<int> pending(readers);  // reads still to come, per tensor
  int64_t alive = 0;
  int64_t peak = 0;
  for (size_t i = 0; i < n; ++i) {
    const Layer& layer = layers[i];
    const int width = readers[i] > 0 ? bits[i] : layer.activation_bits;
    const int64_t size = Bytes(layer.out.Elements(), width);
    const size_t first =
        layer.inputs.empty() ? n : static_cast<size_t>(layer.inputs[0]);
    if (RunsInPlace(layer.kind) && readers[first] == 1) {
      buffer[i] = buffer[first];
      const int64_t grown = std::max(bytes[buffer[i]], size);
      alive += grown - bytes[buffer[i]];
      bytes[buffer[i]] = grown;
      peak = std::max(peak, alive);
    } else {
      buffer[i] = i;
      bytes[i] = size;
      alive += size;
      peak = std::max(peak, alive);
      for (const int input : layer.inputs) {
        const auto source = static_cast<size_t>(input);
        if (--pending[source] == 0) alive -= bytes[buffer[source]];
      }
    }
    // Nobody will read it: only the network's answer stays.
    if (readers[i] == 0 && i + 1 != n) alive -= bytes[buffer[i]];
  }
  return peak;
}

const std::vector<CostRule>& CostRules() {
  static const std::vector<CostRule> rules = {
      {"macs", "", "MACs", Macs},
      {"params", "", "values", Params},
      {"flops", "paper", "FLOPs", FlopsPaper},
      {"params", "paper", "values", ParamsPaper},
      {"bit-operations", "", "bit operations", BitOperations},
      {"weight-bytes", "", "bytes", WeightBytes},
      {"peak-activation-bytes", "", "bytes", PeakActivationBytes},
  };
  return rules;
}

}  // namespace hwnas
