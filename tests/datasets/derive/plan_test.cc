#include "datasets/derive/plan.h"

#include <gtest/gtest.h>

#include <string>

#include "tabular/error.h"
#include "tabular/search_space.h"

namespace hwnas::derive {
namespace {

constexpr char kSpace[] = "nb201@1{cells=1,channels=8,stages=2,stem_stride=2}";

Plan PlanOf(const std::string& text) {
  const auto space = MakeSpace(kSpace);
  return MakePlan(
      space->Layers(space->Parse(text), {{1, 14, 14}, 10}).Effective());
}

TEST(Plan, AnIdentityCellLeavesStemReductionAndHead) {
  const Plan plan =
      PlanOf("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|");
  // Image, stem; first convolution, pooled shortcut, sum.
  ASSERT_EQ(plan.tensors.size(), 5u);
  EXPECT_EQ(plan.edges.size(), 5u);
  EXPECT_EQ(plan.edges[0].name, "stem");
  EXPECT_FALSE(plan.edges[0].relu);
  EXPECT_EQ(plan.tensors[1].size, 7);
  EXPECT_EQ(plan.tensors[4].channels, 16);
  EXPECT_EQ(plan.tensors[4].size, 4);
  EXPECT_EQ(plan.classes, 10);
}

TEST(Plan, ParallelConvolutionsHaveNamesOfTheirOwn) {
  // Both become convolutions from the input to the output.
  const Plan plan = PlanOf(
      "|skip_connect~0|+|none~0|none~1|+|nor_conv_3x3~0|nor_conv_3x3~1|none~"
      "2|");
  int parallel = 0;
  for (size_t i = 1; i < plan.edges.size(); ++i) {
    const Plan::Edge& a = plan.edges[i - 1];
    const Plan::Edge& b = plan.edges[i];
    if (a.from == b.from && a.to == b.to && a.kernel == b.kernel) {
      ++parallel;
      EXPECT_NE(a.name, b.name);
    }
    EXPECT_LE(a.to, b.to);
    EXPECT_LT(b.from, b.to);
  }
  EXPECT_EQ(parallel, 2);  // one in each cell
}

TEST(Plan, ADisconnectedNetworkIsItsHead) {
  const auto space = MakeSpace(kSpace);
  const Plan plan = MakePlan(*space, Architecture(6), {{1, 14, 14}, 10});
  ASSERT_EQ(plan.tensors.size(), 2u);
  EXPECT_TRUE(plan.edges.empty());
  EXPECT_EQ(plan.tensors[1].channels, 16);
  EXPECT_EQ(plan.tensors[1].size, 4);
  EXPECT_EQ(plan.classes, 10);
}

TEST(Plan, WhatTheTrainerCannotRunIsNamed) {
  LayerGraph graph;
  int x = graph.Input({1, 14, 14});
  x = graph.Conv(x, 8, 3, 1, 1);
  x = graph.BatchNorm(x);
  graph.SetOrigin("pool");
  x = graph.MaxPool(x, 3, 1, 1);
  x = graph.BatchNorm(x);
  x = graph.Activate(x);
  x = graph.GlobalAvgPool(x);
  graph.Linear(x, 10);
  try {
    MakePlan(graph);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("'pool'"), std::string::npos);
  }
}

}  // namespace
}  // namespace hwnas::derive
