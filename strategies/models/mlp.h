#ifndef HWNAS_STRATEGIES_MODELS_MLP_H_
#define HWNAS_STRATEGIES_MODELS_MLP_H_

#include <cstddef>
#include <span>
#include <vector>

#include "strategies/models/regressor.h"
#include "tabular/rng.h"

namespace hwnas {

struct MlpOptions {
  size_t layers = 2;  // hidden
  size_t width = 20;
  size_t epochs = 100;
  size_t batch = 32;
  double learning_rate = 0.01;
};

/// A fully connected network with ReLU and one output, trained by Adam on the
/// squared error of the standardised target. Weights start by He et al. 2015.
class Mlp {
 public:
  explicit Mlp(const MlpOptions& options = {}) : options_(options) {}

  void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
           Rng& rng);
  /// In units of y.
  double Predict(std::span<const double> x) const;
  /// The same, with d output / d x written to `gradient`.
  double PredictWithGradient(std::span<const double> x,
                             std::span<double> gradient) const;

 private:
  struct Layer {
    size_t inputs = 0;
    size_t outputs = 0;
    size_t weights = 0;  // offsets into parameters_
    size_t biases = 0;
  };
  /// Activations of all layers, the input first.
  using Activations = std::vector<std::vector<double>>;

  void Build(size_t dims, Rng& rng);
  Activations MakeActivations() const;
  double Forward(std::span<const double> x, Activations* activations) const;
  /// Adds scale × d output / d parameters; d output / d input to `input`
  /// where it is not empty.
  void Backward(const Activations& activations, double scale,
                std::vector<double>* gradient, std::span<double> input) const;

  MlpOptions options_;
  std::vector<Layer> layers_;
  std::vector<double> parameters_;
  double mean_ = 0;
  double scale_ = 1;
};

/// Independently started networks; the belief is their mean and standard
/// deviation (n - 1).
class MlpEnsemble : public Regressor {
 public:
  MlpEnsemble(size_t members, const MlpOptions& options)
      : members_(members, Mlp(options)) {}

  void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
           Rng& rng) override;
  Belief Predict(std::span<const double> x) const override;

 private:
  std::vector<Mlp> members_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_MLP_H_
