// Ensembles of networks: the part of the module `torch` behind
// predictors/torch_predictors.h.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "predictors/ensemble.h"
#include "predictors/residual_scale.h"
#include "predictors/scaling.h"
#include "predictors/target_scale.h"
#include "predictors/torch/network.h"
#include "predictors/torch_predictors.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kMostMembers = 1000;
constexpr size_t kWidest = 1024;
constexpr size_t kDeepest = 8;

std::vector<float> ToFloats(const Matrix& x) {
  return {x.values.begin(), x.values.end()};
}

// Each member learns without one fold of the rows. Its error there, with how
// far members disagree, gives the error bars, which are so a little too wide:
// all members together err less than one.
class NetworkPredictor : public Predictor {
 public:
  NetworkPredictor(const PredictorOptions& options, bool graphs)
      : options_(options), graphs_(graphs) {}

  std::string Id() const override {
    return graphs_ ? "graph-network@1" : "mlp@1";
  }
  size_t MinRows() const override { return 10; }
  bool ReadsGraphs() const override { return graphs_; }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t seed) override {
    if (graphs_ && !features.graphs) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: it reads layer graphs, which '{}' has not; "
                              "add the encoding 'graph' or 'effective-graph'",
                              Id(), features.encoding));
    }
    const size_t n = values.size();
    const size_t members = Size("members");
    if (members > n / 2) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: members = {} are more than half of the {} "
                              "rows; take fewer",
                              Id(), members, n));
    }
    columns_.Fit(features.x);
    shape_ = {};
    shape_.columns = features.Columns();
    shape_.width = Size("width");
    shape_.depth = Size("depth");
    if (graphs_) {
      shape_.layer_values = features.graphs->names.size();
      shape_.rounds = Size("rounds");
      FitLayers(features);
    }
    target_.Fit(values, options_.at("normal-scores") != 0);
    std::vector<double> targets;
    for (const double v : values) targets.push_back(target_.Forward(v));
    TrainMembers(DataOf(features), targets, members, seed);
  }

  Predictions DoPredict(const Features& features) const override {
    // Only a file made by hand could say otherwise.
    if (graphs_ && (!features.graphs ||
                    features.graphs->names.size() != shape_.layer_values)) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("{}: it was fitted on other layers; encode alike", Id()));
    }
    const NetworkData data = DataOf(features);
    const size_t n = features.Rows();
    std::vector<uint32_t> rows(n);
    std::iota(rows.begin(), rows.end(), 0u);
    EnsembleAnswers answers(n);
    for (const Network& network : networks_) {
      const std::vector<double> one = network.Predict(data, rows);
      for (size_t i = 0; i < n; ++i) {
        CheckAnswer(one[i]);
        answers.Add(i, one[i]);
      }
    }
    return answers.Summarise(networks_.size(), scale_, target_);
  }

  void DoWrite(ModelWriter& writer) const override {
    columns_.Write(writer);
    target_.Write(writer);
    scale_.Write(writer);
    for (const size_t v : {shape_.columns, shape_.layer_values, shape_.rounds,
                           shape_.width, shape_.depth}) {
      writer.Put(uint64_t{v});
    }
    writer.Put(shape_.typical_layers);
    if (graphs_) layers_.Write(writer);
    writer.Put(uint64_t{networks_.size()});
    for (const Network& network : networks_) {
      for (const std::vector<float>& weight : network.Weights()) {
        writer.Put(std::span<const double>(
            std::vector<double>(weight.begin(), weight.end())));
      }
    }
  }

  void DoRead(ModelReader& reader, size_t columns) override {
    columns_.Read(reader, columns);
    target_.Read(reader);
    scale_.Read(reader);
    shape_ = {};
    for (size_t* v : {&shape_.columns, &shape_.layer_values, &shape_.rounds,
                      &shape_.width, &shape_.depth}) {
      *v = reader.U64();
    }
    shape_.typical_layers = reader.Double();
    reader.Require(shape_.columns == columns &&
                       (shape_.layer_values > 0) == graphs_ &&
                       shape_.columns + shape_.layer_values > 0 &&
                       shape_.layer_values <= kWidest &&
                       shape_.rounds <= NetworkGraphs::kRounds &&
                       shape_.width > 0 && shape_.width <= kWidest &&
                       shape_.depth <= kDeepest && shape_.typical_layers > 0,
                   "its networks make no sense");
    if (graphs_) layers_.Read(reader, shape_.layer_values);
    const uint64_t members = reader.U64();
    reader.Require(members > 0 && members <= kMostMembers,
                   "it has no networks");
    networks_.clear();
    for (uint64_t m = 0; m < members; ++m) {
      networks_.push_back(ReadNetwork(reader));
    }
  }

 private:
  size_t Size(const char* option) const {
    return static_cast<size_t>(options_.at(option));
  }

  void CheckAnswer(double answer) const {
    if (std::isfinite(answer)) return;
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: an answer is not a finite number; features "
                            "lie too far from those fitted, or a smaller "
                            "learning-rate is needed",
                            Id()));
  }

  // What layers of the rows are like.
  void FitLayers(const Features& features) {
    const NetworkGraphs& graphs = *features.graphs;
    std::vector<uint8_t> seen(graphs.layers.rows);
    double count = 0;
    for (const uint32_t network : features.graph) {
      for (uint32_t c : graphs.networks[network]) {
        for (size_t t = NetworkGraphs::kRounds; t-- > 0;) {
          c = graphs.rounds[t].own[c];
        }
        seen[c] = 1;
        ++count;
      }
    }
    shape_.typical_layers = count / static_cast<double>(features.Rows());
    Matrix layers(0, graphs.layers.cols);
    for (size_t c = 0; c < seen.size(); ++c) {
      if (seen[c] == 0) continue;
      const auto row = graphs.layers.Row(c);
      layers.values.insert(layers.values.end(), row.begin(), row.end());
      ++layers.rows;
    }
    layers_.Fit(layers);
  }

  NetworkData DataOf(const Features& features) const {
    NetworkData data;
    data.columns = ToFloats(columns_.Apply(features.x));
    if (graphs_) {
      data.graphs = features.graphs.get();
      data.graph = features.graph;
      data.layers = ToFloats(layers_.Apply(features.graphs->layers));
    }
    return data;
  }

  void TrainMembers(const NetworkData& data, const std::vector<double>& targets,
                    size_t members, uint64_t seed) {
    const size_t n = targets.size();
    NetworkTraining training;
    training.epochs = Size("epochs");
    training.steps = Size("steps");
    training.batch = Size("batch");
    training.learning_rate = options_.at("learning-rate");
    training.weight_decay = options_.at("weight-decay");
    std::vector<uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    Rng folds = Rng::FromLabel(seed, "folds");
    folds.Shuffle(std::span<uint32_t>(order));
    std::vector<double> predicted;
    std::vector<double> residual;
    networks_.clear();
    for (size_t m = 0; m < members; ++m) {
      const size_t begin = m * n / members;
      const size_t end = (m + 1) * n / members;
      std::vector<uint32_t> rows;
      std::vector<double> wanted;
      for (size_t i = 0; i < n; ++i) {
        if (i >= begin && i < end) continue;
        rows.push_back(order[i]);
        wanted.push_back(targets[order[i]]);
      }
      Rng rng = Rng::FromLabel(seed, fmt::format("member/{}", m));
      Network& network = networks_.emplace_back(shape_, rng);
      network.Train(data, rows, wanted, training, rng);
      const auto held = std::span(order).subspan(begin, end - begin);
      const std::vector<double> answers = network.Predict(data, held);
      for (size_t i = 0; i < held.size(); ++i) {
        CheckAnswer(answers[i]);
        predicted.push_back(answers[i]);
        residual.push_back(targets[held[i]] - answers[i]);
      }
    }
    scale_.Fit(predicted, residual);
  }

  Network ReadNetwork(ModelReader& reader) const {
    std::vector<std::vector<float>> weights;
    for (const size_t size : Network::WeightSizes(shape_)) {
      const std::vector<double> numbers = reader.Doubles();
      std::vector<float>& weight =
          weights.emplace_back(numbers.begin(), numbers.end());
      reader.Require(
          weight.size() == size &&
              std::ranges::all_of(weight, [](float w) { return w - w == 0; }),
          "its weights do not fit");
    }
    return {shape_, std::move(weights)};
  }

  PredictorOptions options_;
  bool graphs_;
  ColumnScaling columns_;
  ColumnScaling layers_;
  TargetScale target_;
  ResidualScale scale_;
  NetworkShape shape_;
  std::vector<Network> networks_;
};

class TorchPredictorMaker : public TorchPredictors {
 public:
  std::unique_ptr<Predictor> MakeMlp(
      const PredictorOptions& options) const override {
    return std::make_unique<NetworkPredictor>(options, false);
  }
  std::unique_ptr<Predictor> MakeGraphNetwork(
      const PredictorOptions& options) const override {
    return std::make_unique<NetworkPredictor>(options, true);
  }
};

}  // namespace
}  // namespace hwnas

extern "C" const hwnas::TorchPredictors* hwnas_torch_predictors() {
  static const hwnas::TorchPredictorMaker maker;
  return &maker;
}
