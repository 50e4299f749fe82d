#include "predictors/encoding.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/spaces/fbnet.h"
#include "tabular/spaces/nb101.h"
#include "tabular/spaces/nb201.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

// 0->1 conv3x3, 0->2 none, 1->2 none, 0->3 skip, 1->3 none, 2->3 pool: the
// edges out of node 2 and into node 1 lead nowhere.
const Architecture kDeadEdges = {3, 0, 0, 1, 0, 4};

EncodingContext Nb201Context(const SearchSpace& space) {
  EncodingContext context;
  context.space = &space;
  NetworkInput input;
  EXPECT_TRUE(FindNetworkInput("cifar10", &input));
  context.inputs = {input};
  return context;
}

double Sum(std::span<const double> row) {
  return std::accumulate(row.begin(), row.end(), 0.0);
}

std::string FailureOf(const std::string& encodings,
                      const EncodingContext& context,
                      const Architecture& architecture) {
  try {
    Encode(encodings, context, {&architecture, 1});
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

TEST(Encoding, OneHotMarksTheChoiceOfEachDecision) {
  const Nb201Space space;
  const Features f = Encode("one-hot", Nb201Context(space), {&kDeadEdges, 1});
  EXPECT_EQ(f.encoding, "one-hot@1");
  ASSERT_EQ(f.Columns(), 30u);
  EXPECT_EQ(f.names[3], "0->1=nor_conv_3x3");
  EXPECT_EQ(Sum(f.x.Row(0)), 6);
  EXPECT_EQ(f.x.Row(0)[3], 1);
  EXPECT_EQ(f.x.Row(0)[29], 1);
}

TEST(Encoding, EffectiveFormsTakeDeadEdgesAsNone) {
  const Nb201Space space;
  const Features f = Encode("effective-one-hot+effective-operations",
                            Nb201Context(space), {&kDeadEdges, 1});
  ASSERT_EQ(f.Columns(), 35u);
  EXPECT_EQ(f.x.Row(0)[0], 1);   // 0->1 is as good as none
  EXPECT_EQ(f.x.Row(0)[16], 1);  // 0->3 is a skip
  EXPECT_EQ(f.x.Row(0)[25], 1);  // 2->3 is as good as none
  EXPECT_EQ(f.x.Row(0)[30], 5);  // none
  EXPECT_EQ(f.x.Row(0)[31], 1);  // skip
}

TEST(Encoding, PairsHaveOneMarkForEveryTwoDecisions) {
  const Nb201Space space;
  const Features f = Encode("pairs", Nb201Context(space), {&kDeadEdges, 1});
  EXPECT_EQ(f.Columns(), 375u);
  EXPECT_EQ(Sum(f.x.Row(0)), 15);
}

TEST(Encoding, PairsOfManyDecisionsAreRefused) {
  const FbnetSpace space;
  EncodingContext context;
  context.space = &space;
  EXPECT_THAT(FailureOf("pairs", context, Architecture(22)),
              HasSubstr("18711 pairs"));
}

TEST(Encoding, PathsOfNb201SkipNone) {
  const Nb201Space space;
  const Features f = Encode("paths", Nb201Context(space), {&kDeadEdges, 1});
  ASSERT_EQ(f.Columns(), 4u + 16u + 64u);
  ASSERT_EQ(Sum(f.x.Row(0)), 1);
  EXPECT_EQ(f.names[0], "skip_connect");
  EXPECT_EQ(f.x.Row(0)[0], 1);
}

TEST(Encoding, PathsOfNb101AreAllSequencesOfOperations) {
  const Nb101Space space;
  EncodingContext context;
  context.space = &space;
  const Architecture a =
      space.Parse("1010/100/11/1:conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu");
  const Features f = Encode("paths", context, {&a, 1});
  EXPECT_EQ(f.Columns(), 1u + 3 + 9 + 27 + 81 + 243);
  EXPECT_GE(Sum(f.x.Row(0)), 1);
}

// Paths skip; conv1x1 pool; conv1x1 conv3x3 conv3x3.
const Architecture kThreePaths = {2, 0, 3, 1, 4, 3};

double Column(const Features& f, const std::string& name) {
  const auto at = std::find(f.names.begin(), f.names.end(), name);
  EXPECT_NE(at, f.names.end()) << name;
  return f.x.Row(0)[static_cast<size_t>(at - f.names.begin())];
}

TEST(Encoding, PathCountsForgetOrderAndSkips) {
  const Nb201Space space;
  const Features f =
      Encode("path-counts", Nb201Context(space), {&kThreePaths, 1});
  // At most three of three operations: 20 multisets.
  ASSERT_EQ(f.Columns(), 20u);
  EXPECT_EQ(Sum(f.x.Row(0)), 3);
  EXPECT_EQ(Column(f, "0*nor_conv_1x1&0*nor_conv_3x3&0*avg_pool_3x3"), 1);
  EXPECT_EQ(Column(f, "1*nor_conv_1x1&0*nor_conv_3x3&1*avg_pool_3x3"), 1);
  EXPECT_EQ(Column(f, "1*nor_conv_1x1&2*nor_conv_3x3&0*avg_pool_3x3"), 1);
}

TEST(Encoding, PathSummariesSayHowManyOperationsPathsHave) {
  const Nb201Space space;
  const Features f =
      Encode("path-summary", Nb201Context(space), {&kThreePaths, 1});
  ASSERT_EQ(f.Columns(), 16u);
  EXPECT_EQ(Column(f, "paths"), 3);
  EXPECT_EQ(Column(f, "nor_conv_3x3:least"), 0);
  EXPECT_DOUBLE_EQ(Column(f, "nor_conv_3x3:mean"), 2.0 / 3);
  EXPECT_EQ(Column(f, "nor_conv_3x3:greatest"), 2);
  EXPECT_DOUBLE_EQ(Column(f, "weighted:mean"), 4.0 / 3);
  EXPECT_EQ(Column(f, "weighted:greatest"), 3);
  EXPECT_DOUBLE_EQ(Column(f, "any:mean"), 5.0 / 3);
  EXPECT_EQ(Column(f, "avg_pool_3x3:greatest"), 1);
}

TEST(Encoding, ADisconnectedCellHasNoPathToSum) {
  const Nb201Space space;
  const Architecture none(6);
  const Features f =
      Encode("path-counts+path-summary", Nb201Context(space), {&none, 1});
  EXPECT_EQ(Sum(f.x.Row(0)), 0);
  EXPECT_EQ(f.parts, (std::vector<uint32_t>{0, 20}));
}

TEST(Encoding, PathEncodingsAreOfCellsAlone) {
  const FbnetSpace space;
  const EncodingContext context = Nb201Context(space);
  for (const char* name : {"paths", "path-counts", "path-summary"}) {
    EXPECT_THAT(FailureOf(name, context, Architecture(22)),
                HasSubstr("no space of cells"));
  }
}

TEST(Encoding, GroupsOfFbnetAreItsStages) {
  const FbnetSpace space;
  EncodingContext context = Nb201Context(space);
  const Architecture a(22);
  const Features f = Encode("groups", context, {&a, 1});
  EXPECT_EQ(f.Columns(), 7u * 9u);
  EXPECT_EQ(f.x.Row(0)[0], 1);  // the first stage has one layer
  EXPECT_EQ(f.x.Row(0)[9], 4);
  EXPECT_EQ(f.x.Row(0)[54], 1);
}

TEST(Encoding, LayersSumToTheNetworksMacs) {
  const Nb201Space space;
  const std::vector<Architecture> all = {{3, 3, 3, 3, 3, 3},
                                         {2, 1, 4, 0, 3, 1}};
  const EncodingContext context = Nb201Context(space);
  const Features f = Encode("layers+costs", context, all);
  const Features layers = Encode("layers", context, all);
  ASSERT_EQ(layers.layers.size(), layers.Columns());
  for (size_t r = 0; r < all.size(); ++r) {
    double macs = 0;
    for (size_t c = 0; c < layers.Columns(); ++c) {
      macs += layers.x.Row(r)[c] * layers.layers[c].macs;
    }
    const auto expected = static_cast<double>(
        Macs(space.Layers(all[r], context.inputs[0]).Effective()));
    EXPECT_EQ(macs, expected);
    EXPECT_EQ(f.x.Row(r)[layers.Columns()], expected);
  }
  EXPECT_TRUE(f.layers.empty()) << "other columns stand beside them";
}

TEST(Encoding, StoredFeaturesAreTakenAsTheyAreOrByRank) {
  const Nb201Space space;
  const std::vector<Architecture> all = {kDeadEdges, {1, 1, 1, 1, 1, 1}};
  const std::vector<double> scores = {7, 3};
  EncodingContext context = Nb201Context(space);
  context.stored = {{"score;proxy=naswot", scores}};
  const Features f = Encode("stored+stored-rank+dataset", context, all);
  EXPECT_THAT(std::vector<double>(f.x.Row(0).begin(), f.x.Row(0).end()),
              testing::ElementsAre(7, 1, 10, 3, 32, 32));
  EXPECT_EQ(f.x.Row(1)[1], 0.5);
}

TEST(Encoding, RowsOfSeveralDataSetsStandInOneCall) {
  const Nb201Space space;
  NetworkInput small;
  ASSERT_TRUE(FindNetworkInput("imagenet16-120", &small));
  const std::vector<Architecture> all = {kDeadEdges, kDeadEdges};
  EncodingContext context = Nb201Context(space);
  const NetworkInput large = context.inputs[0];
  context.inputs = {large, small};
  const Features f = Encode("dataset+costs", context, all);
  EXPECT_THAT(std::vector<double>(f.x.Row(0).begin(), f.x.Row(0).begin() + 4),
              testing::ElementsAre(10, 3, 32, 32));
  EXPECT_THAT(std::vector<double>(f.x.Row(1).begin(), f.x.Row(1).begin() + 4),
              testing::ElementsAre(120, 3, 16, 16));
  // A row is what it would be alone.
  context.inputs = {small};
  const Features alone =
      Encode("dataset+costs", context, std::vector<Architecture>{kDeadEdges});
  EXPECT_TRUE(std::ranges::equal(f.x.Row(1), alone.x.Row(0)));
  context.inputs = {large, small, large};
  EXPECT_THROW(Encode("dataset", context, all), Error);
}

TEST(Encoding, WhatCannotHaveAScoreRanksBelowAll) {
  const Nb201Space space;
  EncodingContext context = Nb201Context(space);
  const std::vector<Architecture> all(3, kDeadEdges);
  const std::vector<double> scores = {
      3, -std::numeric_limits<double>::infinity(), -1};
  context.stored = {{"score", scores}};
  const Features f = Encode("stored-rank", context, all);
  EXPECT_DOUBLE_EQ(f.x.Row(0)[0], 1);
  EXPECT_DOUBLE_EQ(f.x.Row(1)[0], 1.0 / 3);
  EXPECT_DOUBLE_EQ(f.x.Row(2)[0], 2.0 / 3);
}

TEST(Encoding, WhatCannotBeEncodedIsRefusedInOneLine) {
  const FbnetSpace fbnet;
  EncodingContext context;
  context.space = &fbnet;
  const Architecture a(22);
  EXPECT_THAT(FailureOf("one-hto", context, a),
              HasSubstr("did you mean 'one-hot'"));
  EXPECT_THAT(FailureOf("one-hot@2", context, a),
              HasSubstr("unknown encoding"));
  EXPECT_THAT(FailureOf("paths", context, a), HasSubstr("no space of cells"));
  EXPECT_THAT(FailureOf("stored", context, a), HasSubstr("no stored features"));
  EXPECT_THAT(FailureOf("costs", context, a), HasSubstr("not known"));
}

}  // namespace
}  // namespace hwnas
