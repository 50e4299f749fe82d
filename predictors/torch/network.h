#ifndef HWNAS_PREDICTORS_TORCH_NETWORK_H_
#define HWNAS_PREDICTORS_TORCH_NETWORK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "predictors/features.h"
#include "predictors/network_graph.h"
#include "tabular/rng.h"

namespace hwnas {

/// A perceptron on columns, and, with `layer_values`, on a network's layers:
///
///   h_0 = relu(W v + b) of a layer's values v
///   h_t = relu(W_t h + U_t Σ h of its inputs + V_t Σ h of its outputs + b_t)
///
/// with h = h_{t-1}, `rounds` times. The sum of the last h over all layers,
/// divided by `typical_layers`, and their mean stand beside the columns.
struct NetworkShape {
  size_t columns = 0;
  size_t layer_values = 0;  // 0: columns alone
  size_t rounds = 0;        // at most NetworkGraphs::kRounds
  size_t width = 0;         // of h and of the perceptron's hidden layers
  size_t depth = 0;         // hidden layers
  double typical_layers = 1;
};

/// What networks read: a row each, columns and layers' values scaled.
struct NetworkData {
  std::vector<float> columns;             // rows * shape.columns
  const NetworkGraphs* graphs = nullptr;  // with layer_values
  std::span<const uint32_t> graph;        // by row
  std::vector<float> layers;              // by class of round 0
};

/// AdamW (Loshchilov and Hutter, ICLR 2019) on squared errors. The learning
/// rate rises over the first tenth of the steps and falls to 0 by a cosine;
/// gradients longer than 1 are shortened to 1.
struct NetworkTraining {
  size_t epochs = 0;
  size_t steps = 0;  // at most
  size_t batch = 0;
  double learning_rate = 0;
  double weight_decay = 0;
};

/// Weights as plain numbers; LibTorch computes with them. All work is done by
/// the thread that calls, and a row's answer does not depend on the others.
class Network {
 public:
  /// How many numbers each weight has.
  static std::vector<size_t> WeightSizes(const NetworkShape& shape);
  /// Weights drawn from normal distributions (He et al., ICCV 2015), biases 0.
  Network(const NetworkShape& shape, Rng& rng);
  /// Sizes as WeightSizes (HWNAS_CHECK).
  Network(const NetworkShape& shape, std::vector<std::vector<float>> weights);

  /// `targets`: one for each of `rows`. Orders are drawn from `rng`.
  void Train(const NetworkData& data, std::span<const uint32_t> rows,
             std::span<const double> targets, const NetworkTraining& training,
             Rng& rng);
  /// One for each of `rows`; not finite where numbers grew too large.
  std::vector<double> Predict(const NetworkData& data,
                              std::span<const uint32_t> rows) const;

  const std::vector<std::vector<float>>& Weights() const { return weights_; }

 private:
  NetworkShape shape_;
  std::vector<std::vector<float>> weights_;
};

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_TORCH_NETWORK_H_
