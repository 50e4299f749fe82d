// Against the module `torch`; what holds of every predictor is in
// predictor_test.cc.
#include "predictors/torch_predictors.h"

#include <cmath>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "predictors/encoding.h"
#include "tabular/analysis/correlation.h"
#include "tabular/cost_model.h"
#include "tabular/rng.h"
#include "tabular/spaces/nb201.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

// Cells of nb201 and made latencies of their networks: of each layer what it
// computes, and half as much again where it follows a pooling.
class TorchPredictors : public testing::Test {
 protected:
  TorchPredictors() {
    context_.space = &space_;
    NetworkInput input;
    EXPECT_TRUE(FindNetworkInput("cifar10", &input));
    context_.inputs = {input};
    Rng rng(3);
    for (int i = 0; i < 150; ++i) {
      cells_.push_back(space_.Sample(rng));
      values_.push_back(LatencyOf(space_.Layers(cells_.back(), input)));
    }
  }

  static double LatencyOf(const LayerGraph& built) {
    const LayerGraph graph = built.Effective();
    double sum = 1;
    for (const Layer& layer : graph.Layers()) {
      const bool after_pool =
          !layer.inputs.empty() &&
          graph[layer.inputs[0]].kind == LayerKind::kAvgPool;
      sum += double(LayerMacs(layer)) / 1e7 * (after_pool ? 1.5 : 1) +
             (layer.kind == LayerKind::kAvgPool ? 0.3 : 0);
    }
    return sum;
  }

  Features Encoded(const char* encodings) const {
    return Encode(encodings, context_, cells_);
  }

  static std::unique_ptr<Predictor> Quick(const std::string& name) {
    return MakePredictor(name, {{"epochs", 10}, {"width", 16}, {"members", 2}});
  }

  static std::vector<uint32_t> Range(uint32_t begin, uint32_t end) {
    std::vector<uint32_t> rows;
    for (uint32_t i = begin; i < end; ++i) rows.push_back(i);
    return rows;
  }

  Nb201Space space_;
  EncodingContext context_;
  std::vector<Architecture> cells_;
  std::vector<double> values_;
};

TEST_F(TorchPredictors, AGraphNetworkLearnsLatenciesFromLayers) {
  const Features features = Encoded("effective-graph");
  const auto predictor = MakePredictor(
      "graph-network", {{"epochs", 100}, {"width", 16}, {"members", 2}});
  predictor->Fit(features.Select(Range(0, 100)), std::span(values_).first(100),
                 1);
  const Predictions p = predictor->Predict(features.Select(Range(100, 150)));
  EXPECT_GT(SpearmanRho(p.mean, std::span(values_).subspan(100)).value(), 0.95);
  for (const double sd : p.sd) EXPECT_GT(sd, 0);
}

TEST_F(TorchPredictors, SavedAndLoadedTheyAnswerWithTheSameBits) {
  const TempDir folder;
  for (const std::string name : {"mlp", "graph-network"}) {
    SCOPED_TRACE(name);
    const Features features = Encoded("graph+one-hot");
    SavedPredictor saved;
    saved.space = "nb201@1";
    saved.metric = "latency@x";
    saved.name = name;
    saved.predictor = Quick(name);
    saved.predictor->Fit(features, values_, 7);
    const Predictions before = saved.predictor->Predict(features);
    SavePredictor(saved, folder.Path("m"));
    const SavedPredictor loaded = LoadPredictor(folder.Path("m"));
    EXPECT_EQ(loaded.predictor->Id(), name + "@1");
    const Predictions after = loaded.predictor->Predict(features);
    EXPECT_EQ(after.mean, before.mean);
    EXPECT_EQ(after.sd, before.sd);
  }
}

TEST_F(TorchPredictors, SameSeedSamePredictionsOnEveryThread) {
  const Features features = Encoded("graph+one-hot");
  for (const std::string name : {"mlp", "graph-network"}) {
    SCOPED_TRACE(name);
    std::array<std::vector<double>, 3> means;
    const auto learn = [&](size_t i) {
      const auto predictor = Quick(name);
      predictor->Fit(features, values_, i == 2 ? 8 : 7);
      means[i] = predictor->Predict(features).mean;
    };
    std::thread other(learn, 1);
    learn(0);
    other.join();
    EXPECT_EQ(means[0], means[1]);
    learn(2);
    EXPECT_NE(means[0], means[2]) << "another seed";
  }
}

TEST_F(TorchPredictors, ARowsAnswerDoesNotDependOnTheOthers) {
  const Features all = Encoded("graph+one-hot");
  for (const std::string name : {"mlp", "graph-network"}) {
    SCOPED_TRACE(name);
    const auto predictor = Quick(name);
    predictor->Fit(all, values_, 7);
    const std::vector<double> together = predictor->Predict(all).mean;
    for (uint32_t i = 0; i < 150; i += 29) {
      const uint32_t row[] = {i};
      EXPECT_EQ(predictor->Predict(all.Select(row)).mean[0], together[i]);
      // Encoded alone, classes have other numbers.
      const Features alone = Encode("graph+one-hot", context_, {&cells_[i], 1});
      EXPECT_EQ(predictor->Predict(alone).mean[0], together[i]);
    }
  }
}

TEST_F(TorchPredictors, RefuseWhatTheyCannotLearnFrom) {
  const auto fit = [&](const char* name, const PredictorOptions& options,
                       const Features& features) {
    return Failure(ErrorCode::kUsage, [&] {
      MakePredictor(name, options)->Fit(features, values_, 1);
    });
  };
  EXPECT_THAT(fit("graph-network", {}, Encoded("one-hot")),
              HasSubstr("add the encoding 'graph'"));
  EXPECT_THAT(fit("mlp", {}, Encoded("graph")), HasSubstr("no columns"));
  Features broken = Encoded("graph+one-hot");
  broken.x.Row(3)[4] = NAN;
  EXPECT_THAT(fit("graph-network", {}, broken), HasSubstr("not a finite"));
  EXPECT_THAT(Failure(ErrorCode::kUsage,
                      [&] {
                        MakePredictor("mlp", {{"members", 8}})
                            ->Fit(Encoded("one-hot").Select(Range(0, 15)),
                                  std::span(values_).first(15), 1);
                      }),
              HasSubstr("more than half"));
}

TEST_F(TorchPredictors, RefuseTooFewConstantAndNotFiniteValues) {
  for (const char* encodings : {"graph", "graph+one-hot"}) {
    const Features all = Encoded(encodings);
    const auto fit = [&](size_t rows, const std::vector<double>& values) {
      return Failure(ErrorCode::kUsage, [&] {
        Quick("graph-network")
            ->Fit(all.Select(Range(0, static_cast<uint32_t>(rows))), values, 1);
      });
    };
    EXPECT_THAT(fit(5, {1, 2, 3, 4, 5}), HasSubstr("too few"));
    EXPECT_THAT(fit(20, std::vector<double>(20, 4.0)),
                HasSubstr("nothing to learn"));
    std::vector<double> values(values_.begin(), values_.begin() + 20);
    values[7] = INFINITY;
    EXPECT_THAT(fit(20, values), HasSubstr("not a finite number"));
  }
}

TEST_F(TorchPredictors, AnAnswerThatIsNotANumberIsAnError) {
  Features features = Encoded("one-hot");
  const auto predictor = Quick("mlp");
  predictor->Fit(features, values_, 1);
  features.x.Row(0)[0] = 1e300;
  EXPECT_THAT(Failure(ErrorCode::kUsage, [&] { predictor->Predict(features); }),
              HasSubstr("too far"));
}

TEST_F(TorchPredictors, NoDamageOfASavedNetworkIsTakenForAModel) {
  const TempDir folder;
  const Features features = Encoded("graph");
  SavedPredictor saved;
  saved.name = "graph-network";
  saved.predictor = MakePredictor(
      "graph-network", {{"epochs", 1}, {"width", 4}, {"members", 2}});
  saved.predictor->Fit(features, values_, 7);
  SavePredictor(saved, folder.Path("m"));
  const std::string bytes = ReadBytes(folder.Path("m"));
  for (size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 101) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 16);
    WriteBytes(folder.Path("m"), damaged);
    Failure(ErrorCode::kCorrupt, [&] { LoadPredictor(folder.Path("m")); });
    WriteBytes(folder.Path("m"), bytes.substr(0, at));
    Failure(ErrorCode::kCorrupt, [&] { LoadPredictor(folder.Path("m")); });
  }
  // Whole, but of another predictor.
  saved.name = "mlp";
  SavePredictor(saved, folder.Path("m"));
  EXPECT_THAT(
      Failure(ErrorCode::kCorrupt, [&] { LoadPredictor(folder.Path("m")); }),
      HasSubstr("it holds a graph-network@1"));
}

TEST_F(TorchPredictors, AverageWithOthersOnTheirOwnFeatures) {
  const auto predictor = MakePredictor(
      "ridge+graph-network",
      {{"graph-network.epochs", 2}, {"graph-network.members", 2}});
  predictor->Fit(Encoded("graph+one-hot"), values_, 1);
  EXPECT_EQ(predictor->Predict(Encoded("graph+one-hot")).mean.size(), 150u);
}

}  // namespace
}  // namespace hwnas
