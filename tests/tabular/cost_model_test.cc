#include "tabular/cost_model.h"

#include <gtest/gtest.h>

#include "tabular/layer_graph.h"

namespace hwnas {
namespace {

/// 3x8x8 -> conv 3x3 stride 2 to 4 (bias) -> batch norm -> ReLU -> depthwise
/// 3x3 -> global average -> linear to 10.
LayerGraph Small() {
  LayerGraph graph;
  int x = graph.Input({3, 8, 8});
  x = graph.Conv(x, 4, 3, 2, 1, 1, true);
  x = graph.BatchNorm(x);
  x = graph.Activate(x);
  x = graph.Conv(x, 4, 3, 1, 1, 4);
  x = graph.GlobalAvgPool(x);
  graph.Linear(x, 10);
  return graph;
}

TEST(CostModel, MacsAreCountedAtTheOutputWithBiases) {
  EXPECT_EQ(Macs(Small()), 16 * (27 * 4 + 4) + 16 * 9 * 4 + 40 + 10);
}

TEST(CostModel, ParamsAreTheTrainableValues) {
  EXPECT_EQ(Params(Small()), 27 * 4 + 4 + 8 + 9 * 4 + 40 + 10);
  LayerGraph graph;
  graph.BatchNorm(graph.Input({3, 8, 8}), false);
  EXPECT_EQ(Params(graph), 0);
}

TEST(CostModel, PaperRulesFollowTheEquationsAsPrinted) {
  EXPECT_EQ(FlopsPaper(Small()),
            2 * 64 * 28 * 4 + 2 * 16 * 10 * 4 + 2 * 3 * 10);
  EXPECT_EQ(ParamsPaper(Small()), 27 * 4 + 4 + 9 * 4 + 4 * 10 + 10);
}

TEST(CostModel, BitWidthsScaleOperationsAndWeights) {
  LayerGraph graph = Small();
  graph.SetBits(4, 8);
  EXPECT_EQ(BitOperations(graph), Macs(graph) * 32);
  EXPECT_EQ(WeightBytes(graph), 54 + 4 * 4 + 4 * 8 + 18 + 20 + 40);
  graph.SetBits(3, 8);
  EXPECT_EQ(WeightBytes(graph), 41 + 4 * 4 + 4 * 8 + 14 + 15 + 40);
}

TEST(CostModel, ZerosCostNothingButTheirMask) {
  LayerGraph graph = Small();
  graph.SetBits(4, 4);
  // Of 108, 36 and 40 weights 97, 32 and 36 are zero.
  EXPECT_EQ(Params(graph, 90), 11 + 4 + 8 + 4 + 4 + 10);
  EXPECT_EQ(BitOperations(graph, 90), 16 * (16 * (11 + 4) + 16 * 4 + 4 + 10));
  EXPECT_EQ(WeightBytes(graph, 90),
            (6 + 14 + 4 * 4) + 4 * 8 + (2 + 5) + (2 + 5 + 40));
  EXPECT_EQ(Params(graph, 100), 4 + 8 + 10);
  EXPECT_EQ(Params(graph, 0), Params(graph));
  EXPECT_EQ(BitOperations(graph, 0), BitOperations(graph));
  EXPECT_EQ(WeightBytes(graph, 0), WeightBytes(graph));
}

TEST(CostModel, PeakMemoryIsTheLargestSumOfLiveActivations) {
  // Image 192 and first convolution 64 values; batch norm and ReLU in place.
  EXPECT_EQ(PeakActivationBytes(Small()), (192 + 64) * 4);
  LayerGraph graph = Small();
  graph.SetBits(8, 8);
  EXPECT_EQ(PeakActivationBytes(graph), 192 + 64);
}

TEST(CostModel, PeakMemoryKeepsAResidualAlive) {
  LayerGraph graph;
  const int x = graph.Input({1, 10, 10});
  const int a = graph.Activate(x);  // not in place: x is read again
  const int b = graph.Conv(a, 1, 3, 1, 1);
  graph.Add({x, b});
  EXPECT_EQ(PeakActivationBytes(graph), 3 * 100 * 4);
}

TEST(CostModel, RulesNameEveryCount) {
  const LayerGraph graph = Small();
  for (const CostRule& rule : CostRules()) {
    EXPECT_GT(rule.count(graph), 0) << rule.quantity;
    EXPECT_FALSE(rule.unit.empty());
  }
  EXPECT_EQ(CostRules().size(), 7u);
}

}  // namespace
}  // namespace hwnas
