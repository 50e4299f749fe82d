#include "predictors/torch/network.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "tabular/error.h"

namespace hwnas {
namespace {

using Tensors = std::vector<at::Tensor>;

// Rows, columns (0: a bias) of each weight, and the terms that are summed up
// in front of the next activation: of the initial scale.
struct WeightSize {
  size_t out = 0;
  size_t in = 0;
  double terms = 1;
};

std::vector<WeightSize> Sizes(const NetworkShape& shape) {
  std::vector<WeightSize> sizes;
  const size_t width = shape.width;
  size_t in = shape.columns;
  if (shape.layer_values > 0) {
    sizes.push_back({width, shape.layer_values});
    sizes.push_back({width, 0});
    for (size_t t = 0; t < shape.rounds; ++t) {
      sizes.push_back({3 * width, width, 3});
      sizes.push_back({width, 0});
    }
    in += 2 * width;
  }
  for (size_t d = 0; d < shape.depth; ++d) {
    sizes.push_back({width, in});
    sizes.push_back({width, 0});
    in = width;
  }
  sizes.push_back({1, in, 2});  // no activation behind it
  sizes.push_back({1, 0});
  return sizes;
}

at::Tensor View(const std::vector<float>& values, int64_t rows, int64_t cols) {
  return at::from_blob(const_cast<float*>(values.data()), {rows, cols},
                       at::kFloat);
}

// Weighted sums of rows: row r of the answer is the sum over the terms of r.
struct RowSums {
  struct Term {
    uint32_t row = 0;  // of what is summed up
    float times = 1;
  };
  std::vector<size_t> begin = {0};
  std::vector<Term> terms;

  void EndRow() { begin.push_back(terms.size()); }
  int64_t Rows() const { return static_cast<int64_t>(begin.size()) - 1; }

  // What is summed up is of `from` and `to` is the answer, or, for gradients,
  // the other way round.
  void AddTo(const float* from, float* to, size_t cols, bool back) const {
    for (size_t r = 0; r + 1 < begin.size(); ++r) {
      for (size_t i = begin[r]; i < begin[r + 1]; ++i) {
        const size_t term = terms[i].row;
        const float times = terms[i].times;
        const float* __restrict x = from + (back ? r : term) * cols;
        float* __restrict y = to + (back ? term : r) * cols;
        for (size_t c = 0; c < cols; ++c) y[c] += times * x[c];
      }
    }
  }
};

// RowSums of a matrix, with its gradient: LibTorch's own selecting and adding
// up of rows costs several times as much. The sums are there until the
// gradient is.
class SumRows : public torch::autograd::Function<SumRows> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& x, const RowSums* sums) {
    context->saved_data["rows"] = x.size(0);
    context->saved_data["sums"] = reinterpret_cast<int64_t>(sums);
    return Apply(x, sums, sums->Rows(), false);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& gradients) {
    const auto* sums =
        reinterpret_cast<const RowSums*>(context->saved_data["sums"].toInt());
    const int64_t rows = context->saved_data["rows"].toInt();
    return {Apply(gradients[0], sums, rows, true), at::Tensor()};
  }

  static at::Tensor Apply(const at::Tensor& from, const RowSums* sums,
                          int64_t rows, bool back) {
    const at::Tensor x = from.contiguous();
    at::Tensor out = at::zeros({rows, x.size(1)});
    sums->AddTo(x.data_ptr<float>(), out.data_ptr<float>(),
                static_cast<size_t>(x.size(1)), back);
    return out;
  }
};

at::Tensor Sum(const at::Tensor& x, const RowSums& sums) {
  return x.requires_grad() ? SumRows::apply(x, &sums)
                           : SumRows::Apply(x, &sums, sums.Rows(), false);
}

// x W^T + b. As a convolution with kernels of 1 x 1 over 16 images: LibTorch's
// matrix product is as fast as the BLAS that it was built on, which may be the
// reference one (a tenth of this).
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                  const at::Tensor& bias = {}) {
  constexpr int64_t kImages = 16;
  const int64_t rows = x.size(0);
  const int64_t missing = (kImages - rows % kImages) % kImages;
  const at::Tensor whole =
      missing == 0 ? x : at::constant_pad_nd(x, {0, 0, 0, missing});
  const int64_t each = (rows + missing) / kImages;
  const at::Tensor images =
      whole.reshape({kImages, each, 1, x.size(1)}).permute({0, 3, 1, 2});
  return at::conv2d(images,
                    weight.reshape({weight.size(0), weight.size(1), 1, 1}),
                    bias)
      .permute({0, 2, 3, 1})
      .reshape({rows + missing, weight.size(0)})
      .narrow(0, 0, rows);
}

// The classes of some networks, numbered from 0 in each round, and what their
// messages are.
struct GraphBatch {
  std::vector<uint32_t> first;  // classes of round 0
  /// Of each round: three rows for each class of the round before, what it
  /// sends to itself, to those that read it and to those that it reads.
  std::vector<RowSums> rounds;
  RowSums layers;   // of each network: its layers' classes
  at::Tensor size;  // number of layers, [networks, 1]
};

// Numbers from 0, given out as they are asked for.
class Numbering {
 public:
  explicit Numbering(size_t count) : number_(count, kNone) {}

  uint32_t Of(uint32_t item) {
    uint32_t& number = number_[item];
    if (number == kNone) {
      number = static_cast<uint32_t>(items_.size());
      items_.push_back(item);
    }
    return number;
  }
  const std::vector<uint32_t>& Items() const { return items_; }
  void Clear() {
    for (const uint32_t item : items_) number_[item] = kNone;
    items_.clear();
  }

 private:
  static constexpr uint32_t kNone = 0xffffffff;

  std::vector<uint32_t> number_;
  std::vector<uint32_t> items_;
};

class GraphBatcher {
 public:
  GraphBatcher(const NetworkGraphs& graphs, size_t rounds)
      : graphs_(graphs), rounds_(rounds) {
    numbers_.emplace_back(graphs.layers.rows);
    for (size_t t = 0; t < rounds; ++t) {
      numbers_.emplace_back(graphs.rounds[t].own.size());
    }
  }

  GraphBatch Make(std::span<const uint32_t> networks) {
    GraphBatch batch;
    batch.rounds.resize(rounds_);
    AddLayers(networks, &batch);
    for (size_t t = rounds_; t-- > 0;) AddRound(t, &batch.rounds[t]);
    batch.first = numbers_[0].Items();
    for (Numbering& numbering : numbers_) numbering.Clear();
    return batch;
  }

 private:
  void AddLayers(std::span<const uint32_t> networks, GraphBatch* batch) {
    std::vector<float> sizes;
    RowSums& sums = batch->layers;
    for (const uint32_t network : networks) {
      const auto classes = graphs_.networks[network];
      for (uint32_t c : classes) {
        for (size_t t = NetworkGraphs::kRounds; t > rounds_; --t) {
          c = graphs_.rounds[t - 1].own[c];
        }
        const uint32_t number = numbers_[rounds_].Of(c);
        const auto it = std::find_if(
            sums.terms.begin() + static_cast<int64_t>(sums.begin.back()),
            sums.terms.end(),
            [&](const RowSums::Term& term) { return term.row == number; });
        if (it != sums.terms.end()) {
          it->times += 1;
        } else {
          sums.terms.push_back({number, 1});
        }
      }
      sums.EndRow();
      sizes.push_back(static_cast<float>(classes.size()));
    }
    batch->size = View(sizes, static_cast<int64_t>(sizes.size()), 1).clone();
  }

  void AddRound(size_t t, RowSums* sums) {
    const NetworkGraphs::Round& round = graphs_.rounds[t];
    Numbering& before = numbers_[t];
    for (const uint32_t c : numbers_[t + 1].Items()) {
      sums->terms.push_back({3 * before.Of(round.own[c]), 1});
      for (const uint32_t b : round.inputs[c]) {
        sums->terms.push_back({3 * before.Of(b) + 1, 1});
      }
      for (const uint32_t b : round.outputs[c]) {
        sums->terms.push_back({3 * before.Of(b) + 2, 1});
      }
      sums->EndRow();
    }
  }

  const NetworkGraphs& graphs_;
  size_t rounds_;
  std::vector<Numbering> numbers_;  // of the classes, by round
};

// Computes with a network's weights.
class Computation {
 public:
  Computation(const NetworkShape& shape, const NetworkData& data)
      : shape_(shape), data_(data) {
    if (shape.layer_values > 0) batcher_.emplace(*data.graphs, shape.rounds);
  }

  // Answers, [rows].
  at::Tensor operator()(const Tensors& weights,
                        std::span<const uint32_t> rows) {
    next_ = weights.data();
    Tensors inputs;
    if (shape_.columns > 0) {
      inputs.push_back(Rows(data_.columns, shape_.columns, rows));
    }
    if (batcher_) Pool(rows, &inputs);
    at::Tensor x = inputs.size() == 1 ? inputs[0] : at::cat(inputs, 1);
    for (size_t d = 0; d < shape_.depth; ++d) x = at::relu(Layer(x));
    return Layer(x).flatten();
  }

 private:
  const at::Tensor& Next() { return *next_++; }

  at::Tensor Layer(const at::Tensor& x) {
    const at::Tensor& weight = Next();
    return Linear(x, weight, Next());
  }

  static at::Tensor Rows(const std::vector<float>& values, size_t cols,
                         std::span<const uint32_t> rows) {
    at::Tensor out =
        at::empty({static_cast<int64_t>(rows.size()), int64_t(cols)});
    float* to = out.data_ptr<float>();
    for (const size_t row : rows) {
      const float* from = values.data() + row * cols;
      to = std::copy(from, from + cols, to);
    }
    return out;
  }

  void Pool(std::span<const uint32_t> rows, Tensors* inputs) {
    std::vector<uint32_t> networks;
    for (const uint32_t row : rows) networks.push_back(data_.graph[row]);
    batch_ = batcher_->Make(networks);
    at::Tensor h =
        at::relu(Layer(Rows(data_.layers, shape_.layer_values, batch_.first)));
    for (const RowSums& round : batch_.rounds) {
      const at::Tensor messages = Linear(h, Next());
      h = at::relu(Sum(messages.reshape({-1, h.size(1)}), round) + Next());
    }
    const at::Tensor sum = Sum(h, batch_.layers);
    inputs->push_back(sum / shape_.typical_layers);
    inputs->push_back(sum / batch_.size);
  }

  const NetworkShape& shape_;
  const NetworkData& data_;
  std::optional<GraphBatcher> batcher_;
  GraphBatch batch_;  // the last one: gradients need it
  const at::Tensor* next_ = nullptr;
};

class AdamW {
 public:
  AdamW(const Tensors& weights, const NetworkTraining& training, size_t steps)
      : training_(training), steps_(steps) {
    for (const at::Tensor& weight : weights) {
      const auto size = static_cast<size_t>(weight.numel());
      first_.emplace_back(size, 0.0f);
      second_.emplace_back(size, 0.0f);
    }
  }

  void Step(Tensors* weights) {
    ++step_;
    const double shorten = 1 / std::max(GradientNorm(*weights), 1.0);
    const double rate = Rate();
    const double own = 1 - std::pow(kFirst, static_cast<double>(step_));
    const double other = 1 - std::pow(kSecond, static_cast<double>(step_));
    for (size_t w = 0; w < weights->size(); ++w) {
      at::Tensor& weight = (*weights)[w];
      float* values = weight.data_ptr<float>();
      const at::Tensor gradient = weight.grad().contiguous();
      const float* gradients = gradient.data_ptr<float>();
      const bool is_bias = weight.dim() == 1;
      const double decay = is_bias ? 0 : rate * training_.weight_decay;
      for (size_t i = 0; i < first_[w].size(); ++i) {
        const double g = shorten * gradients[i];
        const double m = kFirst * first_[w][i] + (1 - kFirst) * g;
        const double v = kSecond * second_[w][i] + (1 - kSecond) * g * g;
        first_[w][i] = static_cast<float>(m);
        second_[w][i] = static_cast<float>(v);
        const double move = m / own / (std::sqrt(v / other) + kEpsilon);
        values[i] =
            static_cast<float>(values[i] - rate * move - decay * values[i]);
      }
      weight.mutable_grad().reset();
    }
  }

 private:
  static constexpr double kFirst = 0.9;
  static constexpr double kSecond = 0.999;
  static constexpr double kEpsilon = 1e-8;
  static constexpr double kWarm = 0.1;  // of the steps

  static double GradientNorm(const Tensors& weights) {
    double squares = 0;
    for (const at::Tensor& weight : weights) {
      const at::Tensor gradient = weight.grad().contiguous();
      const float* values = gradient.data_ptr<float>();
      for (int64_t i = 0; i < gradient.numel(); ++i) {
        squares += double{values[i]} * values[i];
      }
    }
    return std::sqrt(squares);
  }

  double Rate() const {
    const double done = double(step_) / double(steps_ + 1);
    if (done < kWarm) return training_.learning_rate * done / kWarm;
    const double rest = (done - kWarm) / (1 - kWarm);
    return training_.learning_rate * 0.5 *
           (1 + std::cos(std::numbers::pi * rest));
  }

  const NetworkTraining& training_;
  size_t steps_;
  size_t step_ = 0;
  std::vector<std::vector<float>> first_;
  std::vector<std::vector<float>> second_;
};

Tensors TensorsOf(const NetworkShape& shape,
                  const std::vector<std::vector<float>>& weights) {
  Tensors out;
  const std::vector<WeightSize> sizes = Sizes(shape);
  for (size_t w = 0; w < weights.size(); ++w) {
    const auto rows = static_cast<int64_t>(sizes[w].out);
    const auto cols = static_cast<int64_t>(sizes[w].in);
    at::Tensor weight = View(weights[w], rows, std::max<int64_t>(cols, 1));
    out.push_back(cols == 0 ? weight.flatten() : weight);
  }
  return out;
}

}  // namespace

std::vector<size_t> Network::WeightSizes(const NetworkShape& shape) {
  std::vector<size_t> out;
  for (const WeightSize& size : Sizes(shape)) {
    out.push_back(size.out * std::max<size_t>(size.in, 1));
  }
  return out;
}

Network::Network(const NetworkShape& shape, Rng& rng) : shape_(shape) {
  for (const WeightSize& size : Sizes(shape)) {
    std::vector<float>& weight =
        weights_.emplace_back(size.out * std::max<size_t>(size.in, 1), 0.0f);
    if (size.in == 0) continue;
    const double scale = std::sqrt(2 / (double(size.in) * size.terms));
    for (float& w : weight) w = static_cast<float>(scale * rng.Normal());
  }
}

Network::Network(const NetworkShape& shape,
                 std::vector<std::vector<float>> weights)
    : shape_(shape), weights_(std::move(weights)) {
  const std::vector<size_t> sizes = WeightSizes(shape);
  HWNAS_CHECK(weights_.size() == sizes.size());
  for (size_t w = 0; w < sizes.size(); ++w) {
    HWNAS_CHECK(weights_[w].size() == sizes[w]);
  }
}

void Network::Train(const NetworkData& data, std::span<const uint32_t> rows,
                    std::span<const double> targets,
                    const NetworkTraining& training, Rng& rng) {
  HWNAS_CHECK(rows.size() == targets.size() && !rows.empty());
  at::set_num_threads(1);
  Tensors weights = TensorsOf(shape_, weights_);
  for (at::Tensor& weight : weights) weight.requires_grad_(true);
  std::vector<uint32_t> order(rows.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const size_t batches = (rows.size() + training.batch - 1) / training.batch;
  Computation compute(shape_, data);
  const size_t steps = std::min(training.epochs * batches, training.steps);
  AdamW optimiser(weights, training, steps);
  for (size_t step = 0; step < steps; ++step) {
    const size_t b = step % batches;
    if (b == 0) rng.Shuffle(std::span<uint32_t>(order));
    std::vector<uint32_t> chosen;
    std::vector<float> wanted;
    // Batches of as equal size as can be.
    for (size_t i = b * order.size() / batches;
         i < (b + 1) * order.size() / batches; ++i) {
      chosen.push_back(rows[order[i]]);
      wanted.push_back(static_cast<float>(targets[order[i]]));
    }
    const at::Tensor answers = compute(weights, chosen);
    const at::Tensor target =
        View(wanted, static_cast<int64_t>(wanted.size()), 1).flatten();
    at::mse_loss(answers, target).backward();
    optimiser.Step(&weights);
  }
}

std::vector<double> Network::Predict(const NetworkData& data,
                                     std::span<const uint32_t> rows) const {
  constexpr size_t kAtOnce = 1024;
  at::set_num_threads(1);
  const c10::InferenceMode inference;
  const Tensors weights = TensorsOf(shape_, weights_);
  Computation compute(shape_, data);
  std::vector<double> out;
  while (!rows.empty()) {
    const auto some = rows.first(std::min(kAtOnce, rows.size()));
    const at::Tensor answers = compute(weights, some).contiguous();
    const float* values = answers.data_ptr<float>();
    out.insert(out.end(), values, values + some.size());
    rows = rows.subspan(some.size());
  }
  return out;
}

}  // namespace hwnas
