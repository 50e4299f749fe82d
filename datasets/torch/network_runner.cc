// Networks run by LibTorch: the part of the module `torch` behind
// datasets/measure/network_runner.h.

#include "datasets/measure/network_runner.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/Allocator.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <fmt/format.h>
#include <torch/csrc/api/include/torch/version.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

constexpr double kEpsilon = 1e-5;  // of batch norms

at::Tensor Random(Rng* rng, std::vector<int64_t> shape, double scale) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  float* values = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    values[i] = static_cast<float>(scale * rng->Normal());
  }
  return tensor;
}

/// What a layer needs beside its inputs.
struct Constants {
  at::Tensor weight, bias;                  // convolution, linear
  at::Tensor scale, shift, mean, variance;  // batch norm
};

Constants DrawConstants(const Layer& layer, Rng* rng) {
  Constants out;
  const int64_t channels = layer.out.channels;
  if (layer.kind == LayerKind::kConv) {
    const int64_t per_group = layer.in.channels / layer.groups;
    const double fan_in =
        static_cast<double>(per_group) * layer.kernel * layer.kernel;
    out.weight = Random(rng, {channels, per_group, layer.kernel, layer.kernel},
                        std::sqrt(2 / fan_in));
  } else if (layer.kind == LayerKind::kLinear) {
    out.weight = Random(rng, {channels, layer.in.channels},
                        std::sqrt(1.0 / layer.in.channels));
  } else if (layer.kind == LayerKind::kBatchNorm) {
    out.scale = Random(rng, {channels}, 0.1).add_(1);
    out.shift = Random(rng, {channels}, 0.1);
    out.mean = Random(rng, {channels}, 0.1);
    out.variance = Random(rng, {channels}, 0.1).abs_().add_(1);
  }
  if (layer.bias) out.bias = Random(rng, {channels}, 0.1);
  return out;
}

/// The largest number of bytes that the runtime holds for this thread.
class PeakMemory : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, int64_t size, int64_t, int64_t,
                         c10::Device) override {
    held_ += size;
    peak_ = std::max(peak_, held_);
  }
  bool memoryProfilingEnabled() const override { return true; }
  int64_t Bytes() const { return peak_; }

 private:
  int64_t held_ = 0;
  int64_t peak_ = 0;
};

class TorchRunner : public NetworkRunner {
 public:
  TorchRunner(const LayerGraph& graph, RuntimeConfiguration configuration,
              int batch)
      : layers_(graph.Layers().begin(), graph.Layers().end()),
        values_(graph.size()) {
    const c10::InferenceMode inference;
    Rng rng(1);
    for (const Layer& layer : layers_) {
      constants_.push_back(DrawConstants(layer, &rng));
    }
    const Shape& image = layers_.front().out;
    images_ =
        Random(&rng, {batch, image.channels, image.height, image.width}, 1);
    if (configuration != RuntimeConfiguration::kEager) Fold();
    if (configuration == RuntimeConfiguration::kChannelsLast) {
      images_ = images_.contiguous(at::MemoryFormat::ChannelsLast);
      for (Constants& constants : constants_) {
        if (constants.weight.defined() && constants.weight.dim() == 4) {
          constants.weight =
              constants.weight.contiguous(at::MemoryFormat::ChannelsLast);
        }
      }
    }
    PlanReleases();
  }

  void Run() override {
    const c10::InferenceMode inference;
    Forward();
  }

  int64_t PeakBytes() override {
    const c10::InferenceMode inference;
    const auto memory = std::make_shared<PeakMemory>();
    const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, memory);
    Forward();
    return memory->Bytes();
  }

  std::vector<float> Answers() override {
    const c10::InferenceMode inference;
    const at::Tensor answers = Forward().contiguous();
    const float* values = answers.data_ptr<float>();
    return {values, values + answers.numel()};
  }

 private:
  at::Tensor& Value(int id) { return values_[static_cast<size_t>(id)]; }

  std::vector<int> Readers(size_t id) const {
    std::vector<int> readers;
    for (size_t i = 0; i < layers_.size(); ++i) {
      for (const int input : layers_[i].inputs) {
        if (input == static_cast<int>(id)) {
          readers.push_back(static_cast<int>(i));
        }
      }
    }
    return readers;
  }

  // A folded batch norm becomes an identity.
  void Fold() {
    for (size_t i = 0; i < layers_.size(); ++i) {
      if (layers_[i].kind != LayerKind::kConv) continue;
      const std::vector<int> readers = Readers(i);
      if (readers.size() != 1) continue;
      const auto norm = static_cast<size_t>(readers[0]);
      if (layers_[norm].kind != LayerKind::kBatchNorm) continue;
      const Constants& of_norm = constants_[norm];
      const at::Tensor scale =
          of_norm.scale * (of_norm.variance + kEpsilon).rsqrt();
      Constants& of_conv = constants_[i];
      of_conv.weight = of_conv.weight * scale.reshape({-1, 1, 1, 1});
      const at::Tensor before =
          of_conv.bias.defined() ? of_conv.bias - of_norm.mean : -of_norm.mean;
      of_conv.bias = before * scale + of_norm.shift;
      layers_[norm].kind = LayerKind::kIdentity;
    }
  }

  // What may be freed behind each layer: values that nothing reads later.
  void PlanReleases() {
    releases_.resize(layers_.size());
    for (size_t id = 0; id + 1 < layers_.size(); ++id) {
      const std::vector<int> readers = Readers(id);
      const size_t last =
          readers.empty() ? id : static_cast<size_t>(readers.back());
      releases_[last].push_back(id);
    }
  }

  at::Tensor Forward() {
    for (size_t i = 0; i < layers_.size(); ++i) {
      values_[i] = Apply(layers_[i], constants_[i]);
      for (const size_t id : releases_[i]) values_[id] = at::Tensor();
    }
    return std::exchange(values_.back(), at::Tensor()).flatten(1);
  }

  at::Tensor Apply(const Layer& layer, const Constants& constants) {
    const int64_t kernel = layer.kernel;
    switch (layer.kind) {
      case LayerKind::kInput:
        return images_;
      case LayerKind::kConv:
        return at::conv2d(Value(layer.inputs[0]), constants.weight,
                          constants.bias, layer.stride, layer.padding,
                          layer.dilation, layer.groups);
      case LayerKind::kBatchNorm:
        return at::batch_norm(Value(layer.inputs[0]),
                              layer.affine ? constants.scale : at::Tensor(),
                              layer.affine ? constants.shift : at::Tensor(),
                              constants.mean, constants.variance, false, 0.1,
                              kEpsilon, false);
      case LayerKind::kActivation:
        return Activate(layer.activation, Value(layer.inputs[0]));
      case LayerKind::kAvgPool:
        return at::avg_pool2d(Value(layer.inputs[0]), kernel, layer.stride,
                              layer.padding, false, layer.count_padding);
      case LayerKind::kMaxPool:
        return at::max_pool2d(Value(layer.inputs[0]), kernel, layer.stride,
                              layer.padding);
      case LayerKind::kGlobalAvgPool:
        return at::adaptive_avg_pool2d(Value(layer.inputs[0]), {1, 1});
      case LayerKind::kLinear:
        return at::linear(Value(layer.inputs[0]).flatten(1), constants.weight,
                          constants.bias);
      case LayerKind::kAdd: {
        at::Tensor sum = Value(layer.inputs[0]);
        for (size_t k = 1; k < layer.inputs.size(); ++k) {
          sum = k == 1 ? at::add(sum, Value(layer.inputs[k]))
                       : sum.add_(Value(layer.inputs[k]));
        }
        return sum;
      }
      case LayerKind::kMultiply:
        return at::mul(Value(layer.inputs[0]), Value(layer.inputs[1]));
      case LayerKind::kConcat: {
        std::vector<at::Tensor> parts;
        for (const int input : layer.inputs) parts.push_back(Value(input));
        return at::cat(parts, 1);
      }
      case LayerKind::kCrop:
        return Value(layer.inputs[0]).slice(2, 1).slice(3, 1);
      case LayerKind::kSlice:
        return Value(layer.inputs[0]).slice(1, 0, layer.out.channels);
      case LayerKind::kShuffle:
        return at::channel_shuffle(Value(layer.inputs[0]), layer.groups);
      case LayerKind::kIdentity:
        return Value(layer.inputs[0]);
      case LayerKind::kZero:
        return at::zeros({images_.size(0), layer.out.channels, layer.out.height,
                          layer.out.width});
    }
    HWNAS_CHECK(false);
    return {};
  }

  static at::Tensor Activate(Activation activation, const at::Tensor& x) {
    switch (activation) {
      case Activation::kRelu:
        return at::relu(x);
      case Activation::kRelu6:
        return at::clamp(x, 0, 6);
      case Activation::kSwish:
        return at::silu(x);
      case Activation::kHardSwish:
        return at::hardswish(x);
      case Activation::kSigmoid:
        return at::sigmoid(x);
      case Activation::kHardSigmoid:
        return at::hardsigmoid(x);
    }
    HWNAS_CHECK(false);
    return {};
  }

  std::vector<Layer> layers_;
  std::vector<Constants> constants_;
  std::vector<at::Tensor> values_;
  std::vector<std::vector<size_t>> releases_;
  at::Tensor images_;
};

class TorchRunnerFactory : public NetworkRunnerFactory {
 public:
  TorchRunnerFactory() { at::set_num_threads(1); }

  std::unique_ptr<NetworkRunner> Make(const LayerGraph& graph,
                                      RuntimeConfiguration configuration,
                                      int batch) const override {
    return std::make_unique<TorchRunner>(graph, configuration, batch);
  }
  std::string Version() const override {
    return std::string("LibTorch ") + TORCH_VERSION;
  }
};

}  // namespace
}  // namespace hwnas

extern "C" const hwnas::NetworkRunnerFactory* hwnas_network_runner_factory() {
  static const hwnas::TorchRunnerFactory factory;
  return &factory;
}
