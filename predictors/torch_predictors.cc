#include "predictors/torch_predictors.h"

#include "tabular/module.h"

namespace hwnas {
namespace {

const TorchPredictors& Module() {
  using Get = const TorchPredictors*();
  static const TorchPredictors* const module = reinterpret_cast<Get*>(
      ModuleFunction("torch", "hwnas_torch_predictors"))();
  return *module;
}

std::vector<PredictorOption> NetworkOptions(double epochs, double steps) {
  return {
      {"members", 4, 2, 50,
       "networks, each without one of as many folds, which is for error bars"},
      {"epochs", epochs, 1, 10000, "passes over the rows"},
      {"steps", steps, 1, 1e7, "of each network, at most"},
      {"batch", 32, 1, 4096, "rows of a step"},
      {"width", 64, 1, 1024, "units of a hidden layer"},
      {"depth", 2, 0, 8, "hidden layers of the perceptron"},
      {"learning-rate", 0.003, 1e-6, 1, "the largest of a step"},
      {"weight-decay", 0.01, 0, 10, "decoupled, a step at learning rate 1"},
      {"normal-scores", 0, 0, 1,
       "1: model the values' normal scores, for values with a long tail "
       "(accuracies)"}};
}

}  // namespace

PredictorInfo MlpInfo() {
  return {"mlp", "multilayer perceptrons, an ensemble (LibTorch)",
          "Rumelhart, Hinton and Williams, Nature 1986; AdamW: Loshchilov and "
          "Hutter, ICLR 2019",
          NetworkOptions(200, 5000)};
}

PredictorInfo GraphNetworkInfo() {
  std::vector<PredictorOption> options = NetworkOptions(100, 1000);
  options.push_back({"rounds", 3, 0, 3, "of messages between layers"});
  return {"graph-network",
          "message passing on the layer graph, an ensemble (LibTorch); needs "
          "the encoding 'graph' or 'effective-graph'",
          "after Dudziak et al. (BRP-NAS), NeurIPS 2020, and Xu et al., ICLR "
          "2019",
          std::move(options)};
}

std::unique_ptr<Predictor> MakeMlp(const PredictorOptions& options) {
  return Module().MakeMlp(options);
}

std::unique_ptr<Predictor> MakeGraphNetwork(const PredictorOptions& options) {
  return Module().MakeGraphNetwork(options);
}

}  // namespace hwnas
