#include "strategies/models/mlp.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "strategies/models/lanes.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

/// Adam's step for kLanes parameters; the gradient becomes 0.
inline void DescendLanes(float rate, float correction, float* __restrict g,
                         float* __restrict m, float* __restrict v,
                         float* __restrict p) {
  constexpr float kEpsilon = 1e-8f;
  for (size_t l = 0; l < kLanes; ++l) m[l] = 0.9f * m[l] + 0.1f * g[l];
  for (size_t l = 0; l < kLanes; ++l) {
    v[l] = 0.999f * v[l] + 0.001f * g[l] * g[l];
  }
  for (size_t l = 0; l < kLanes; ++l) {
    p[l] -= rate * m[l] / (std::sqrt(correction * v[l]) + kEpsilon);
  }
  for (size_t l = 0; l < kLanes; ++l) g[l] = 0;
}

}  // namespace

void Mlp::Build(size_t dims, Rng& rng) {
  HWNAS_CHECK(options_.layers > 0 && options_.width > 0);
  layers_.clear();
  const size_t stride = RoundToLanes(options_.width);
  size_t size = 0;
  size_t activations = 0;
  for (size_t l = 0; l < options_.layers; ++l) {
    Layer layer;
    layer.inputs = l == 0 ? dims : options_.width;
    layer.stride = stride;
    layer.weights = size;
    layer.biases = size + layer.inputs * stride;
    layer.activations = activations;
    size = layer.biases + stride;
    activations += stride;
    layers_.push_back(layer);
  }
  output_ = size;
  size += stride + kLanes;  // weights, then the bias and what fills up
  parameters_.assign(size, 0.0f);
  gradient_.assign(size, 0.0f);
  first_moment_.assign(size, 0.0f);
  second_moment_.assign(size, 0.0f);
  power1_ = 1;
  power2_ = 1;
  activations_.assign(activations, 0.0f);
  deltas_.assign(activations, 0.0f);
  for (const Layer& layer : layers_) {
    const double deviation =
        std::sqrt(2.0 / static_cast<double>(std::max<size_t>(layer.inputs, 1)));
    for (size_t i = 0; i < layer.inputs; ++i) {
      for (size_t o = 0; o < options_.width; ++o) {
        parameters_[layer.weights + i * layer.stride + o] =
            static_cast<float>(deviation * rng.Normal());
      }
    }
  }
  const double deviation = std::sqrt(2.0 / static_cast<double>(options_.width));
  for (size_t o = 0; o < options_.width; ++o) {
    parameters_[output_ + o] = static_cast<float>(deviation * rng.Normal());
  }
}

void Mlp::AppendInputs(std::span<const double> x) {
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i] == 0) continue;
    inputs_.push_back({static_cast<uint32_t>(i), static_cast<float>(x[i])});
  }
}

float Mlp::Forward(std::span<const Input> inputs) {
  for (size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    float* out = &activations_[layer.activations];
    std::copy_n(&parameters_[layer.biases], layer.stride, out);
    const float* weights = &parameters_[layer.weights];
    if (l == 0) {
      for (const Input& input : inputs) {
        AddScaled(input.value, weights + input.index * layer.stride, out,
                  layer.stride);
      }
    } else {
      const float* in = &activations_[layers_[l - 1].activations];
      for (size_t i = 0; i < layer.inputs; ++i) {
        if (in[i] == 0) continue;
        AddScaled(in[i], weights + i * layer.stride, out, layer.stride);
      }
    }
    for (size_t o = 0; o < layer.stride; ++o) out[o] = std::max(out[o], 0.0f);
  }
  const Layer& last = layers_.back();
  return parameters_[output_ + last.stride] +
         Dot(&parameters_[output_], &activations_[last.activations],
             last.stride);
}

void Mlp::Backward(std::span<const Input> inputs, float scale) {
  const Layer& last = layers_.back();
  gradient_[output_ + last.stride] += scale;
  AddScaled(scale, &activations_[last.activations], &gradient_[output_],
            last.stride);
  for (size_t o = 0; o < last.stride; ++o) {
    deltas_[last.activations + o] = activations_[last.activations + o] > 0
                                        ? scale * parameters_[output_ + o]
                                        : 0.0f;
  }
  for (size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    const float* delta = &deltas_[layer.activations];
    AddScaled(1.0f, delta, &gradient_[layer.biases], layer.stride);
    float* slope = &gradient_[layer.weights];
    if (l == 0) {
      for (const Input& input : inputs) {
        AddScaled(input.value, delta, slope + input.index * layer.stride,
                  layer.stride);
      }
      return;
    }
    const float* weights = &parameters_[layer.weights];
    const float* in = &activations_[layers_[l - 1].activations];
    float* below = &deltas_[layers_[l - 1].activations];
    for (size_t i = 0; i < layer.inputs; ++i) {
      below[i] = 0;
      if (!(in[i] > 0)) continue;
      AddScaled(in[i], delta, slope + i * layer.stride, layer.stride);
      below[i] = Dot(weights + i * layer.stride, delta, layer.stride);
    }
  }
}

void Mlp::Descend() {
  constexpr double kBeta1 = 0.9;
  constexpr double kBeta2 = 0.999;
  power1_ *= kBeta1;
  power2_ *= kBeta2;
  // Both corrections for the start in one factor each.
  const auto rate = static_cast<float>(options_.learning_rate / (1 - power1_));
  const auto correction = static_cast<float>(1 / (1 - power2_));
  for (size_t k = 0; k < parameters_.size(); k += kLanes) {
    DescendLanes(rate, correction, &gradient_[k], &first_moment_[k],
                 &second_moment_[k], &parameters_[k]);
  }
}

void Mlp::Fit(std::span<const double> x, size_t dims, std::span<const double> y,
              Rng& rng) {
  const size_t n = y.size();
  HWNAS_CHECK(n > 0 && x.size() == n * dims);
  Build(dims, rng);
  mean_ = Mean(y);
  const double deviation = StandardDeviation(y).value_or(0);
  scale_ = deviation > 0 ? deviation : 1;
  inputs_.clear();
  row_ends_.assign(1, 0);
  for (size_t i = 0; i < n; ++i) {
    AppendInputs(x.subspan(i * dims, dims));
    row_ends_.push_back(static_cast<uint32_t>(inputs_.size()));
  }
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), 0u);
  for (size_t epoch = 0; epoch < options_.epochs; ++epoch) {
    rng.Shuffle(std::span<uint32_t>(order_));
    for (size_t begin = 0; begin < n; begin += options_.batch) {
      const size_t end = std::min(begin + options_.batch, n);
      const auto share = 2.0f / static_cast<float>(end - begin);
      for (size_t k = begin; k < end; ++k) {
        const size_t i = order_[k];
        const auto inputs = std::span<const Input>(inputs_).subspan(
            row_ends_[i], row_ends_[i + 1] - row_ends_[i]);
        const auto target = static_cast<float>((y[i] - mean_) / scale_);
        Backward(inputs, share * (Forward(inputs) - target));
      }
      Descend();
    }
  }
}

double Mlp::Predict(std::span<const double> x) {
  inputs_.clear();
  AppendInputs(x);
  return mean_ + scale_ * static_cast<double>(Forward(inputs_));
}

double Mlp::PredictWithGradient(std::span<const double> x,
                                std::span<double> gradient) {
  const double output = Predict(x);
  Backward(inputs_, 1.0f);
  // What was added for training is not wanted here.
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  const Layer& first = layers_[0];
  for (size_t i = 0; i < gradient.size(); ++i) {
    gradient[i] = scale_ * static_cast<double>(Dot(
                               &parameters_[first.weights + i * first.stride],
                               &deltas_[first.activations], first.stride));
  }
  return output;
}

MlpEnsemble::MlpEnsemble(size_t members, const MlpOptions& options)
    : members_(members, Mlp(options)) {
  HWNAS_CHECK(members > 1);
}

void MlpEnsemble::Fit(std::span<const double> x, size_t dims,
                      std::span<const double> y, Rng& rng) {
  dims_ = dims;
  for (Mlp& member : members_) member.Fit(x, dims, y, rng);
}

void MlpEnsemble::Predict(std::span<const double> x, std::span<Belief> out) {
  HWNAS_CHECK(x.size() == out.size() * dims_);
  outputs_.resize(members_.size());
  for (size_t r = 0; r < out.size(); ++r) {
    for (size_t m = 0; m < members_.size(); ++m) {
      outputs_[m] = members_[m].Predict(x.subspan(r * dims_, dims_));
    }
    out[r] = {Mean(outputs_), *StandardDeviation(outputs_)};
  }
}

}  // namespace hwnas
