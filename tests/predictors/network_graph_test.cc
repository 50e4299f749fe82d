#include "predictors/network_graph.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "predictors/encoding.h"
#include "predictors/predictor.h"
#include "tabular/error.h"
#include "tabular/spaces/fbnet.h"
#include "tabular/spaces/nb201.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

NetworkInput Cifar10() {
  NetworkInput input;
  EXPECT_TRUE(FindNetworkInput("cifar10", &input));
  return input;
}

bool IsFolded(const Layer& layer) {
  return layer.kind == LayerKind::kBatchNorm ||
         layer.kind == LayerKind::kActivation;
}

// Any update of a layer by its neighbours' sums.
double Update(double own, double inputs, double outputs) {
  return std::tanh(0.7 * own + 0.4 * inputs - 0.3 * outputs + 0.1);
}

// Three rounds of messages along every layer, as they are; the sum at the end.
double SumOverLayers(const LayerGraph& graph) {
  const size_t n = graph.size();
  std::vector<size_t> node(n);
  std::vector<double> h(n);
  for (size_t i = 0; i < n; ++i) {
    const Layer& layer = graph.Layers()[i];
    node[i] = IsFolded(layer) ? node[static_cast<size_t>(layer.inputs[0])] : i;
    if (IsFolded(layer)) {
      h[node[i]] += layer.kind == LayerKind::kActivation ? 0.01 : 0;
      continue;
    }
    h[i] = 0.1 * layer.kernel + 0.2 * layer.stride +
           0.3 * (layer.kind == LayerKind::kConv) +
           0.01 * std::log2(1.0 + layer.out.channels);
  }
  for (int t = 0; t < 3; ++t) {
    std::vector<double> inputs(n);
    std::vector<double> outputs(n);
    for (size_t i = 0; i < n; ++i) {
      if (IsFolded(graph.Layers()[i])) continue;
      for (const int input : graph.Layers()[i].inputs) {
        const size_t from = node[static_cast<size_t>(input)];
        inputs[i] += h[from];
        outputs[from] += h[i];
      }
    }
    for (size_t i = 0; i < n; ++i) h[i] = Update(h[i], inputs[i], outputs[i]);
  }
  double sum = 0;
  for (size_t i = 0; i < n; ++i) {
    if (!IsFolded(graph.Layers()[i])) sum += h[i];
  }
  return sum;
}

size_t Column(const NetworkGraphs& graphs, const std::string& name) {
  const auto it = std::find(graphs.names.begin(), graphs.names.end(), name);
  HWNAS_CHECK(it != graphs.names.end());
  return static_cast<size_t>(it - graphs.names.begin());
}

// The same by classes.
std::vector<double> SumsOverClasses(const NetworkGraphs& graphs) {
  std::vector<double> h;
  for (size_t c = 0; c < graphs.layers.rows; ++c) {
    const auto row = graphs.layers.Row(c);
    h.push_back(0.1 * row[Column(graphs, "kernel")] +
                0.2 * row[Column(graphs, "stride")] +
                0.3 * row[Column(graphs, "conv")] +
                0.01 * row[Column(graphs, "log-out-channels")] +
                0.01 * row[Column(graphs, "activations")]);
  }
  for (const NetworkGraphs::Round& round : graphs.rounds) {
    std::vector<double> next;
    for (size_t c = 0; c < round.own.size(); ++c) {
      double inputs = 0;
      double outputs = 0;
      for (const uint32_t b : round.inputs[c]) inputs += h[b];
      for (const uint32_t b : round.outputs[c]) outputs += h[b];
      next.push_back(Update(h[round.own[c]], inputs, outputs));
    }
    h = std::move(next);
  }
  std::vector<double> sums(graphs.networks.size());
  for (size_t i = 0; i < sums.size(); ++i) {
    for (const uint32_t c : graphs.networks[i]) sums[i] += h[c];
  }
  return sums;
}

TEST(NetworkGraphs, MergedLayersReceiveWhatEachOfThemWould) {
  const Nb201Space nb201;
  const FbnetSpace fbnet;
  for (const SearchSpace* space :
       std::initializer_list<const SearchSpace*>{&nb201, &fbnet}) {
    Rng rng(1);
    std::vector<LayerGraph> networks;
    for (int i = 0; i < 50; ++i) {
      LayerGraph network = space->Layers(space->Sample(rng), Cifar10());
      networks.push_back(i % 2 == 0 ? network : network.Effective());
    }
    const NetworkGraphs graphs =
        MergeNetworks(networks.size(), [&](size_t i) { return networks[i]; });
    const std::vector<double> sums = SumsOverClasses(graphs);
    for (size_t i = 0; i < networks.size(); ++i) {
      EXPECT_NEAR(sums[i], SumOverLayers(networks[i]), 1e-9) << i;
    }
  }
}

TEST(NetworkGraphs, RepeatedCellsAreOneAndNetworksShareClasses) {
  const Nb201Space space;
  const LayerGraph network = space.Layers({3, 3, 3, 3, 3, 3}, Cifar10());
  const NetworkGraphs once = MergeNetworks(1, [&](size_t) { return network; });
  const NetworkGraphs twice = MergeNetworks(2, [&](size_t) { return network; });
  const size_t layers = once.networks[0].size();
  EXPECT_GT(layers, 100u);
  EXPECT_LT(once.rounds.back().own.size(), layers * 7 / 8);
  EXPECT_EQ(twice.rounds.back().own.size(), once.rounds.back().own.size());
  EXPECT_TRUE(std::ranges::equal(twice.networks[0], twice.networks[1]));
}

TEST(NetworkGraphs, ANetworkThatIsNothingHasOneLayer) {
  const Nb201Space space;
  const LayerGraph nothing =
      space.Layers({0, 0, 0, 0, 0, 0}, Cifar10()).Effective();
  const NetworkGraphs graphs =
      MergeNetworks(1, [&](size_t) { return nothing; });
  EXPECT_EQ(graphs.networks[0].size(), 1u);
}

TEST(GraphEncoding, EffectiveNetworksLackWhatLeadsNowhere) {
  const Nb201Space space;
  EncodingContext context;
  context.space = &space;
  context.inputs = {Cifar10()};
  // The edges out of node 2 and into node 1 lead nowhere.
  const Architecture dead = {3, 0, 0, 1, 0, 4};
  const Features whole = Encode("graph", context, {&dead, 1});
  const Features rest = Encode("effective-graph", context, {&dead, 1});
  EXPECT_GT(whole.graphs->networks[0].size(),
            rest.graphs->networks[0].size() + 15 * 4);
}

TEST(GraphEncoding, HasNoColumnsAndIsCarriedAlong) {
  const Nb201Space space;
  EncodingContext context;
  context.space = &space;
  context.inputs = {Cifar10()};
  Rng rng(1);
  std::vector<Architecture> all;
  for (int i = 0; i < 20; ++i) all.push_back(space.Sample(rng));
  const Features alone = Encode("graph", context, all);
  EXPECT_EQ(alone.encoding, "graph@1");
  EXPECT_EQ(alone.Columns(), 0u);
  for (const char* encodings : {"graph+one-hot", "one-hot+graph"}) {
    const Features both = Encode(encodings, context, all);
    EXPECT_EQ(both.Columns(), 30u);
    const uint32_t rows[] = {7, 3};
    const Features some = both.Select(rows);
    ASSERT_NE(some.graphs, nullptr);
    EXPECT_THAT(some.graph, testing::ElementsAre(7, 3));
  }
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
                                      1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_THAT(Failure(ErrorCode::kUsage,
                      [&] { MakePredictor("ridge")->Fit(alone, values, 1); }),
              HasSubstr("no columns"));
}

}  // namespace
}  // namespace hwnas
