#include "tabular/layer_graph.h"

#include <algorithm>
#include <utility>

#include "tabular/error.h"

namespace hwnas {
namespace {

/// Output extent of a sliding window.
int Extent(int in, int kernel, int stride, int padding, int dilation) {
  const int window = dilation * (kernel - 1) + 1;
  HWNAS_CHECK(in + 2 * padding >= window);
  return (in + 2 * padding - window) / stride + 1;
}

/// Whether the layer's output is zero, given which inputs are.
bool IsDead(const Layer& layer, const std::vector<char>& dead) {
  const auto is_dead = [&dead](int id) {
    return dead[static_cast<size_t>(id)] != 0;
  };
  switch (layer.kind) {
    case LayerKind::kInput:
      return false;
    case LayerKind::kZero:
      return true;
    case LayerKind::kMultiply:
      return std::any_of(layer.inputs.begin(), layer.inputs.end(), is_dead);
    default:
      return std::all_of(layer.inputs.begin(), layer.inputs.end(), is_dead);
  }
}

}  // namespace

const char* LayerKindName(LayerKind kind) {
  switch (kind) {
    case LayerKind::kInput:
      return "input";
    case LayerKind::kConv:
      return "conv";
    case LayerKind::kBatchNorm:
      return "batch-norm";
    case LayerKind::kActivation:
      return "activation";
    case LayerKind::kAvgPool:
      return "avg-pool";
    case LayerKind::kMaxPool:
      return "max-pool";
    case LayerKind::kGlobalAvgPool:
      return "global-avg-pool";
    case LayerKind::kLinear:
      return "linear";
    case LayerKind::kAdd:
      return "add";
    case LayerKind::kMultiply:
      return "multiply";
    case LayerKind::kConcat:
      return "concat";
    case LayerKind::kCrop:
      return "crop";
    case LayerKind::kSlice:
      return "slice";
    case LayerKind::kShuffle:
      return "shuffle";
    case LayerKind::kIdentity:
      return "identity";
    case LayerKind::kZero:
      return "zero";
  }
  CheckFailed("a known layer kind", __FILE__, __LINE__);
}

int LayerGraph::Append(Layer layer) {
  for (const int input : layer.inputs) {
    HWNAS_CHECK(input >= 0 && input < static_cast<int>(layers_.size()));
  }
  layer.name = name_;
  layer.decision = decision_;
  layers_.push_back(std::move(layer));
  return Output();
}

void LayerGraph::SetOrigin(std::string name, int decision) {
  name_ = std::move(name);
  decision_ = decision;
}

int LayerGraph::Input(Shape shape) {
  HWNAS_CHECK(shape.Elements() > 0);
  Layer layer;
  layer.kind = LayerKind::kInput;
  layer.in = layer.out = shape;
  return Append(std::move(layer));
}

int LayerGraph::Zero(Shape shape) {
  HWNAS_CHECK(shape.Elements() > 0);
  Layer layer;
  layer.kind = LayerKind::kZero;
  layer.in = layer.out = shape;
  return Append(std::move(layer));
}

int LayerGraph::Conv(int in, int out_channels, int kernel, int stride,
                     int padding, int groups, bool bias, int dilation) {
  const Shape shape = (*this)[in].out;
  HWNAS_CHECK(out_channels > 0 && groups > 0);
  HWNAS_CHECK(shape.channels % groups == 0 && out_channels % groups == 0);
  Layer layer;
  layer.kind = LayerKind::kConv;
  layer.inputs = {in};
  layer.in = shape;
  layer.out = {out_channels,
               Extent(shape.height, kernel, stride, padding, dilation),
               Extent(shape.width, kernel, stride, padding, dilation)};
  layer.kernel = kernel;
  layer.stride = stride;
  layer.padding = padding;
  layer.dilation = dilation;
  layer.groups = groups;
  layer.bias = bias;
  return Append(std::move(layer));
}

int LayerGraph::BatchNorm(int in, bool affine) {
  Layer layer;
  layer.kind = LayerKind::kBatchNorm;
  layer.inputs = {in};
  layer.in = layer.out = (*this)[in].out;
  layer.affine = affine;
  return Append(std::move(layer));
}

int LayerGraph::Activate(int in, Activation activation) {
  Layer layer;
  layer.kind = LayerKind::kActivation;
  layer.inputs = {in};
  layer.in = layer.out = (*this)[in].out;
  layer.activation = activation;
  return Append(std::move(layer));
}

int LayerGraph::AvgPool(int in, int kernel, int stride, int padding,
                        bool count_padding) {
  const Shape shape = (*this)[in].out;
  Layer layer;
  layer.kind = LayerKind::kAvgPool;
  layer.inputs = {in};
  layer.in = shape;
  layer.out = {shape.channels, Extent(shape.height, kernel, stride, padding, 1),
               Extent(shape.width, kernel, stride, padding, 1)};
  layer.kernel = kernel;
  layer.stride = stride;
  layer.padding = padding;
  layer.count_padding = count_padding;
  return Append(std::move(layer));
}

int LayerGraph::MaxPool(int in, int kernel, int stride, int padding) {
  const int id = AvgPool(in, kernel, stride, padding);
  layers_.back().kind = LayerKind::kMaxPool;
  return id;
}

int LayerGraph::GlobalAvgPool(int in) {
  Layer layer;
  layer.kind = LayerKind::kGlobalAvgPool;
  layer.inputs = {in};
  layer.in = (*this)[in].out;
  layer.out = {layer.in.channels, 1, 1};
  return Append(std::move(layer));
}

int LayerGraph::Linear(int in, int out_features, bool bias) {
  const Shape shape = (*this)[in].out;
  HWNAS_CHECK(shape.height == 1 && shape.width == 1 && out_features > 0);
  Layer layer;
  layer.kind = LayerKind::kLinear;
  layer.inputs = {in};
  layer.in = shape;
  layer.out = {out_features, 1, 1};
  layer.bias = bias;
  return Append(std::move(layer));
}

int LayerGraph::Add(std::vector<int> inputs) {
  HWNAS_CHECK(!inputs.empty());
  const Shape shape = (*this)[inputs[0]].out;
  for (const int input : inputs) HWNAS_CHECK((*this)[input].out == shape);
  Layer layer;
  layer.kind = LayerKind::kAdd;
  layer.inputs = std::move(inputs);
  layer.in = layer.out = shape;
  return Append(std::move(layer));
}

int LayerGraph::Multiply(int a, int b) {
  const Shape shape = (*this)[a].out;
  const Shape other = (*this)[b].out;
  HWNAS_CHECK(other == shape || other == (Shape{shape.channels, 1, 1}));
  Layer layer;
  layer.kind = LayerKind::kMultiply;
  layer.inputs = {a, b};
  layer.in = layer.out = shape;
  return Append(std::move(layer));
}

int LayerGraph::Concat(std::vector<int> inputs) {
  HWNAS_CHECK(!inputs.empty());
  Layer layer;
  layer.kind = LayerKind::kConcat;
  layer.in = layer.out = (*this)[inputs[0]].out;
  layer.out.channels = 0;
  for (const int input : inputs) {
    const Shape shape = (*this)[input].out;
    HWNAS_CHECK(shape.height == layer.in.height &&
                shape.width == layer.in.width);
    layer.out.channels += shape.channels;
  }
  layer.inputs = std::move(inputs);
  return Append(std::move(layer));
}

int LayerGraph::Crop(int in) {
  Layer layer;
  layer.kind = LayerKind::kCrop;
  layer.inputs = {in};
  layer.in = (*this)[in].out;
  layer.out = {layer.in.channels, layer.in.height - 1, layer.in.width - 1};
  HWNAS_CHECK(layer.out.Elements() > 0);
  return Append(std::move(layer));
}

int LayerGraph::Slice(int in, int channels) {
  Layer layer;
  layer.kind = LayerKind::kSlice;
  layer.inputs = {in};
  layer.in = layer.out = (*this)[in].out;
  HWNAS_CHECK(channels > 0 && channels <= layer.in.channels);
  layer.out.channels = channels;
  return Append(std::move(layer));
}

int LayerGraph::Shuffle(int in, int groups) {
  Layer layer;
  layer.kind = LayerKind::kShuffle;
  layer.inputs = {in};
  layer.in = layer.out = (*this)[in].out;
  HWNAS_CHECK(groups > 0 && layer.in.channels % groups == 0);
  layer.groups = groups;
  return Append(std::move(layer));
}

int LayerGraph::Identity(int in) {
  Layer layer;
  layer.kind = LayerKind::kIdentity;
  layer.inputs = {in};
  layer.in = layer.out = (*this)[in].out;
  return Append(std::move(layer));
}

void LayerGraph::SetBits(int weight_bits, int activation_bits) {
  HWNAS_CHECK(weight_bits > 0 && activation_bits > 0);
  for (Layer& layer : layers_) {
    layer.weight_bits = weight_bits;
    layer.activation_bits = activation_bits;
  }
}

LayerGraph LayerGraph::Effective() const {
  LayerGraph result;
  if (layers_.empty()) return result;
  std::vector<char> dead(layers_.size());
  for (size_t i = 0; i < layers_.size(); ++i) {
    dead[i] = IsDead(layers_[i], dead);
  }
  if (dead.back()) {
    Layer zero;
    zero.kind = LayerKind::kZero;
    zero.in = zero.out = layers_.back().out;
    zero.activation_bits = layers_.back().activation_bits;
    result.layers_.push_back(std::move(zero));
    return result;
  }

  // A dead term of a concatenation stays, as zeros: it holds channels.
  std::vector<char> reached(layers_.size());
  reached.back() = 1;
  for (size_t i = layers_.size(); i-- > 0;) {
    if (!reached[i] || dead[i]) continue;
    for (const int input : layers_[i].inputs) {
      const auto source = static_cast<size_t>(input);
      if (!dead[source] || layers_[i].kind == LayerKind::kConcat) {
        reached[source] = 1;
      }
    }
  }

  std::vector<int> renamed(layers_.size(), -1);
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (!reached[i]) continue;
    Layer layer = layers_[i];
    layer.inputs.clear();
    if (dead[i]) {
      layer = Layer{};
      layer.kind = LayerKind::kZero;
      layer.in = layer.out = layers_[i].out;
      layer.activation_bits = layers_[i].activation_bits;
      layer.name = layers_[i].name;
      layer.decision = layers_[i].decision;
    } else {
      for (const int input : layers_[i].inputs) {
        const auto source = static_cast<size_t>(input);
        if (reached[source]) layer.inputs.push_back(renamed[source]);
      }
      const bool merges = layer.kind == LayerKind::kIdentity ||
                          ((layer.kind == LayerKind::kAdd ||
                            layer.kind == LayerKind::kConcat) &&
                           layer.inputs.size() == 1);
      if (merges) {
        renamed[i] = layer.inputs[0];
        continue;
      }
    }
    result.layers_.push_back(std::move(layer));
    renamed[i] = result.Output();
  }
  return result;
}

}  // namespace hwnas
