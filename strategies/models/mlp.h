#ifndef HWNAS_STRATEGIES_MODELS_MLP_H_
#define HWNAS_STRATEGIES_MODELS_MLP_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "strategies/models/regressor.h"
#include "tabular/rng.h"

namespace hwnas {

struct MlpOptions {
  size_t layers = 2;  // hidden, at least one
  size_t width = 16;
  size_t epochs = 100;
  size_t batch = 32;
  double learning_rate = 0.01;
};

/// A fully connected network with ReLU and one output, in single precision,
/// trained by Adam (Kingma and Ba, ICLR 2015) on the squared error of the
/// standardised target. Weights start by He et al. 2015. Inputs that are 0 cost
/// nothing, so one-hot rows are cheap. Buffers are kept between fits.
class Mlp {
 public:
  explicit Mlp(const MlpOptions& options = {}) : options_(options) {}

  /// As Regressor::Fit.
  void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
           Rng& rng);
  /// In units of y; `x` is one row.
  double Predict(std::span<const double> x);
  /// The same, with d output / d x written to `gradient` (as long as `x`).
  double PredictWithGradient(std::span<const double> x,
                             std::span<double> gradient);

 private:
  /// Weights are stored input by input, each with a place for every output,
  /// rounded up to whole lanes; what fills up is 0 and stays so.
  struct Layer {
    size_t inputs = 0;
    size_t stride = 0;
    size_t weights = 0;  // offsets into parameters_
    size_t biases = 0;
    size_t activations = 0;  // offset of its outputs into activations_
  };

  void Build(size_t dims, Rng& rng);
  struct Input {
    uint32_t index;
    float value;
  };

  /// Output, standardised, for a row given by its values other than 0.
  float Forward(std::span<const Input> inputs);
  /// gradient_ += scale × d output / d parameters; leaves d (scale × output) /
  /// d (first hidden layer before ReLU) in deltas_ for InputGradient.
  void Backward(std::span<const Input> inputs, float scale);
  void AppendInputs(std::span<const double> x);
  void Descend();

  MlpOptions options_;
  std::vector<Layer> layers_;  // the hidden ones
  size_t output_ = 0;          // offset of the output's weights
  std::vector<float> parameters_;
  std::vector<float> gradient_;
  std::vector<float> first_moment_;
  std::vector<float> second_moment_;
  std::vector<float> activations_;
  std::vector<float> deltas_;       // like activations_
  std::vector<Input> inputs_;       // row after row
  std::vector<uint32_t> row_ends_;  // of the rows in inputs_, a 0 before them
  std::vector<uint32_t> order_;
  double power1_ = 1;
  double power2_ = 1;
  double mean_ = 0;
  double scale_ = 1;
};

/// Independently started networks; the belief is their mean and standard
/// deviation (n - 1).
class MlpEnsemble : public Regressor {
 public:
  /// `members` is at least two (HWNAS_CHECK).
  MlpEnsemble(size_t members, const MlpOptions& options);

  void Fit(std::span<const double> x, size_t dims, std::span<const double> y,
           Rng& rng) override;
  void Predict(std::span<const double> x, std::span<Belief> out) override;

 private:
  size_t dims_ = 0;
  std::vector<Mlp> members_;
  std::vector<double> outputs_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_MLP_H_
