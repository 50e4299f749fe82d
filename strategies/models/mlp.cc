#include "strategies/models/mlp.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "strategies/policy.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {

void Mlp::Build(size_t dims, Rng& rng) {
  layers_.clear();
  size_t size = 0;
  size_t inputs = dims;
  for (size_t l = 0; l <= options_.layers; ++l) {
    Layer layer;
    layer.inputs = inputs;
    layer.outputs = l == options_.layers ? 1 : options_.width;
    layer.weights = size;
    layer.biases = size + layer.inputs * layer.outputs;
    size = layer.biases + layer.outputs;
    inputs = layer.outputs;
    layers_.push_back(layer);
  }
  parameters_.assign(size, 0.0);
  for (const Layer& layer : layers_) {
    const double deviation =
        std::sqrt(2.0 / static_cast<double>(std::max<size_t>(layer.inputs, 1)));
    for (size_t k = layer.weights; k < layer.biases; ++k) {
      parameters_[k] = deviation * rng.Normal();
    }
  }
}

Mlp::Activations Mlp::MakeActivations() const {
  Activations activations;
  activations.emplace_back(layers_[0].inputs);
  for (const Layer& layer : layers_) activations.emplace_back(layer.outputs);
  return activations;
}

double Mlp::Forward(std::span<const double> x, Activations* activations) const {
  std::copy(x.begin(), x.end(), (*activations)[0].begin());
  for (size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const std::vector<double>& in = (*activations)[l];
    std::vector<double>& out = (*activations)[l + 1];
    for (size_t o = 0; o < layer.outputs; ++o) {
      const double* row = &parameters_[layer.weights + o * layer.inputs];
      double sum = parameters_[layer.biases + o];
      for (size_t i = 0; i < layer.inputs; ++i) sum += row[i] * in[i];
      out[o] = l + 1 < layers_.size() && sum < 0 ? 0 : sum;
    }
  }
  return activations->back()[0];
}

void Mlp::Backward(const Activations& activations, double scale,
                   std::vector<double>* gradient,
                   std::span<double> input) const {
  std::vector<double> delta = {scale};
  std::vector<double> below;
  for (size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    const std::vector<double>& in = activations[l];
    below.assign(layer.inputs, 0.0);
    for (size_t o = 0; o < layer.outputs; ++o) {
      const double d = delta[o];
      if (d == 0) continue;
      const double* row = &parameters_[layer.weights + o * layer.inputs];
      double* slope = &(*gradient)[layer.weights + o * layer.inputs];
      (*gradient)[layer.biases + o] += d;
      for (size_t i = 0; i < layer.inputs; ++i) {
        slope[i] += d * in[i];
        below[i] += d * row[i];
      }
    }
    if (l > 0) {
      for (size_t i = 0; i < layer.inputs; ++i) {
        if (!(in[i] > 0)) below[i] = 0;
      }
    }
    delta.swap(below);
  }
  std::copy(delta.begin(),
            delta.begin() + static_cast<std::ptrdiff_t>(input.size()),
            input.begin());
}

void Mlp::Fit(std::span<const double> x, size_t dims, std::span<const double> y,
              Rng& rng) {
  const size_t n = y.size();
  HWNAS_CHECK(n > 0 && x.size() == n * dims);
  Build(dims, rng);
  mean_ = Mean(y);
  const double deviation = StandardDeviation(y).value_or(0);
  scale_ = deviation > 0 ? deviation : 1;
  Adam adam(parameters_.size(), options_.learning_rate);
  std::vector<double> gradient(parameters_.size());
  Activations activations = MakeActivations();
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  for (size_t epoch = 0; epoch < options_.epochs; ++epoch) {
    rng.Shuffle(std::span<uint32_t>(order));
    for (size_t begin = 0; begin < n; begin += options_.batch) {
      const size_t end = std::min(begin + options_.batch, n);
      std::fill(gradient.begin(), gradient.end(), 0.0);
      for (size_t k = begin; k < end; ++k) {
        const size_t i = order[k];
        const double output = Forward(x.subspan(i * dims, dims), &activations);
        const double error = output - (y[i] - mean_) / scale_;
        Backward(activations, 2 * error / static_cast<double>(end - begin),
                 &gradient, {});
      }
      adam.Step(gradient, &parameters_);
    }
  }
}

double Mlp::Predict(std::span<const double> x) const {
  Activations activations = MakeActivations();
  return mean_ + scale_ * Forward(x, &activations);
}

double Mlp::PredictWithGradient(std::span<const double> x,
                                std::span<double> gradient) const {
  Activations activations = MakeActivations();
  const double output = Forward(x, &activations);
  std::vector<double> unused(parameters_.size());
  Backward(activations, scale_, &unused, gradient);
  return mean_ + scale_ * output;
}

void MlpEnsemble::Fit(std::span<const double> x, size_t dims,
                      std::span<const double> y, Rng& rng) {
  for (Mlp& member : members_) member.Fit(x, dims, y, rng);
}

Belief MlpEnsemble::Predict(std::span<const double> x) const {
  std::vector<double> outputs;
  for (const Mlp& member : members_) outputs.push_back(member.Predict(x));
  return {Mean(outputs), StandardDeviation(outputs).value_or(0)};
}

}  // namespace hwnas
