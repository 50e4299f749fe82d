#include "tabular/layer_graph.h"

#include <gtest/gtest.h>

#include <vector>

#include "tabular/cost_model.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

std::vector<LayerKind> Kinds(const LayerGraph& graph) {
  std::vector<LayerKind> kinds;
  for (const Layer& layer : graph.Layers()) kinds.push_back(layer.kind);
  return kinds;
}

TEST(LayerGraph, ShapesFollowKernelStridePaddingAndDilation) {
  LayerGraph graph;
  const int x = graph.Input({3, 32, 30});
  EXPECT_EQ(graph[graph.Conv(x, 8, 3, 1, 1)].out, (Shape{8, 32, 30}));
  EXPECT_EQ(graph[graph.Conv(x, 8, 3, 2, 1)].out, (Shape{8, 16, 15}));
  EXPECT_EQ(graph[graph.Conv(x, 6, 5, 1, 4, 3, false, 2)].out,
            (Shape{6, 32, 30}));
  EXPECT_EQ(graph[graph.AvgPool(x, 2, 2, 0)].out, (Shape{3, 16, 15}));
  EXPECT_EQ(graph[graph.MaxPool(x, 3, 2, 1)].out, (Shape{3, 16, 15}));
  EXPECT_EQ(graph[graph.Crop(x)].out, (Shape{3, 31, 29}));
  EXPECT_EQ(graph[graph.Concat({x, x})].out, (Shape{6, 32, 30}));
  EXPECT_EQ(graph[graph.Slice(x, 2)].out, (Shape{2, 32, 30}));
  EXPECT_EQ(graph[graph.Shuffle(x, 3)].out, (Shape{3, 32, 30}));
  const int pooled = graph.GlobalAvgPool(x);
  EXPECT_EQ(graph[pooled].out, (Shape{3, 1, 1}));
  EXPECT_EQ(graph[graph.Multiply(x, pooled)].out, (Shape{3, 32, 30}));
  EXPECT_EQ(graph[graph.Linear(pooled, 10)].out, (Shape{10, 1, 1}));
}

TEST(LayerGraph, RefusesWhatDoesNotFit) {
  LayerGraph graph;
  const int x = graph.Input({4, 8, 8});
  EXPECT_THROW(graph.Conv(x, 8, 3, 1, 1, 3), Error);
  EXPECT_THROW(graph.Conv(x, 8, 11, 1, 1), Error);
  EXPECT_THROW(graph.Linear(x, 10), Error);
  EXPECT_THROW(graph.Slice(x, 5), Error);
  EXPECT_THROW(graph.Shuffle(x, 3), Error);
  EXPECT_THROW(graph.Add({x, graph.AvgPool(x, 2, 2, 0)}), Error);
  EXPECT_THROW(graph.Add({}), Error);
  EXPECT_THROW(graph.Multiply(x, graph.Conv(x, 2, 1, 1, 0)), Error);
}

TEST(LayerGraph, LayersCarryTheirOrigin) {
  LayerGraph graph;
  graph.Input({1, 4, 4});
  graph.SetOrigin("stem", 3);
  graph.Conv(0, 1, 1, 1, 0);
  graph.SetOrigin("head");
  graph.Activate(1);
  EXPECT_EQ(graph[1].name, "stem");
  EXPECT_EQ(graph[1].decision, 3);
  EXPECT_EQ(graph[2].name, "head");
  EXPECT_EQ(graph[2].decision, -1);
}

TEST(LayerGraphEffective, DropsWhatReachesNoOutputAndWhatNoInputReaches) {
  LayerGraph graph;
  const int x = graph.Input({4, 8, 8});
  graph.Conv(x, 4, 3, 1, 1);  // reaches no output
  const int zero = graph.Zero({4, 8, 8});
  const int dead = graph.Conv(zero, 4, 3, 1, 1);
  const int live = graph.Conv(x, 4, 1, 1, 0);
  graph.Add({dead, live});
  const LayerGraph effective = graph.Effective();
  EXPECT_EQ(Kinds(effective),
            (std::vector<LayerKind>{LayerKind::kInput, LayerKind::kConv}));
  EXPECT_EQ(effective[1].kernel, 1);
}

TEST(LayerGraphEffective, KeepsASumOfTwoSkips) {
  LayerGraph graph;
  const int x = graph.Input({4, 8, 8});
  graph.Add({graph.Identity(x), graph.Identity(x)});
  const LayerGraph effective = graph.Effective();
  ASSERT_EQ(Kinds(effective),
            (std::vector<LayerKind>{LayerKind::kInput, LayerKind::kAdd}));
  EXPECT_EQ(effective[1].inputs, (std::vector<int>{0, 0}));
}

TEST(LayerGraphEffective, OfADisconnectedNetworkIsOneZero) {
  LayerGraph graph;
  graph.Input({4, 8, 8});
  const int zero = graph.Zero({4, 8, 8});
  graph.Linear(graph.GlobalAvgPool(zero), 10);
  const LayerGraph effective = graph.Effective();
  ASSERT_EQ(Kinds(effective), (std::vector<LayerKind>{LayerKind::kZero}));
  EXPECT_EQ(effective[0].out, (Shape{10, 1, 1}));
}

TEST(LayerGraphEffective, KeepsTheChannelsOfADeadTermOfAConcatenation) {
  LayerGraph graph;
  const int x = graph.Input({4, 8, 8});
  const int dead = graph.Conv(graph.Zero({4, 8, 8}), 2, 1, 1, 0);
  graph.Conv(graph.Concat({x, dead}), 4, 1, 1, 0);
  const LayerGraph effective = graph.Effective();
  EXPECT_EQ(Kinds(effective),
            (std::vector<LayerKind>{LayerKind::kInput, LayerKind::kZero,
                                    LayerKind::kConcat, LayerKind::kConv}));
  EXPECT_EQ(effective[2].out, (Shape{6, 8, 8}));
}

TEST(LayerGraphEffective, AZeroGateSilencesWhatItMultiplies) {
  LayerGraph graph;
  const int x = graph.Input({4, 8, 8});
  const int gated = graph.Multiply(x, graph.Zero({4, 1, 1}));
  graph.Add({x, gated});
  EXPECT_EQ(Kinds(graph.Effective()),
            (std::vector<LayerKind>{LayerKind::kInput}));
}

}  // namespace
}  // namespace hwnas
