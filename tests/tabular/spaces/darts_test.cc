#include "tabular/spaces/darts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tests/real_data.h"

namespace hwnas {
namespace {

/// The cells of the DARTS paper (second order).
constexpr const char* kDartsV2 =
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), "
    "('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], "
    "normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), "
    "('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), "
    "('max_pool_3x3', 1)], reduce_concat=range(2, 6))";

TEST(DartsSpace, ReadsGenotypesInAnyOrderAndWritesThemSorted) {
  const DartsSpace space;
  const Architecture a = space.Parse(kDartsV2);
  const std::string text = space.Format(a);
  EXPECT_THAT(text, testing::HasSubstr("('skip_connect', 0), ('sep_conv_3x3', "
                                       "1), ('skip_connect', 0)"));
  EXPECT_THAT(text, testing::EndsWith("reduce_concat=[2, 3, 4, 5])"));
  EXPECT_EQ(space.Parse(text), a);
}

TEST(DartsSpace, ReadsNaslibsCompactForm) {
  const DartsSpace space;
  const char* const compact =
      "[[(0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (2, 5)], "
      "((0, 0), (1, 0), (2, 2), (1, 0), (0, 0), (2, 2), (2, 2), [1, 0])]";
  EXPECT_EQ(space.Parse(compact), space.Parse(kDartsV2));
}

TEST(DartsSpace, SaysWhatIsWrongWithAGenotype) {
  const DartsSpace space;
  const auto refusal = [&space](const std::string& text) -> std::string {
    try {
      space.Parse(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kUsage);
      return error.what();
    }
    return "nothing was refused";
  };
  const std::string eight = "(0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), ";
  EXPECT_THAT(refusal("[[" + eight + "(0, 2), (5, 2)], []]"),
              testing::HasSubstr("inputs from 0 to 4"));
  EXPECT_THAT(refusal("[[" + eight + "(2, 2), (2, 3)], []]"),
              testing::HasSubstr("two different inputs"));
  EXPECT_THAT(refusal("[[" + eight + "(2, 2), (1, 7)], []]"),
              testing::HasSubstr("operation from 0 to 6"));
  EXPECT_THAT(refusal("Genotype(normal=[('sep_conv_3x4', 0)"),
              testing::HasSubstr("did you mean 'sep_conv_3x3'"));
  EXPECT_THAT(refusal(std::string(kDartsV2) + "x"),
              testing::HasSubstr("more behind"));
  EXPECT_THAT(refusal("[[(0, 99999999999)"), testing::HasSubstr("number"));
  EXPECT_THAT(refusal(""), testing::HasSubstr("expected"));
}

TEST(DartsSpace, NodesMayBeNumberedInAnyOrder) {
  const DartsSpace space;
  // Nodes 2 and 3 exchanged; node 4 reads one of them.
  const Architecture a = space.Parse(
      "[[(0, 3), (1, 4), (0, 5), (1, 6), (2, 0), (1, 1), (0, 2), (1, 2)], "
      "[(0, 3), (1, 3), (0, 3), (1, 3), (0, 3), (1, 3), (0, 3), (1, 3)]]");
  const Architecture b = space.Parse(
      "[[(0, 5), (1, 6), (0, 3), (1, 4), (3, 0), (1, 1), (0, 2), (1, 2)], "
      "[(0, 3), (1, 3), (0, 3), (1, 3), (0, 3), (1, 3), (0, 3), (1, 3)]]");
  EXPECT_NE(a, b);
  EXPECT_EQ(space.EffectiveKey(a), space.EffectiveKey(b));
}

TEST(DartsSpace, FollowsItsSkeleton) {
  EXPECT_EQ(MakeSpace("darts{cells=20,channels=36}")->Spec(),
            "darts@1{cells=20,channels=36}");
  EXPECT_EQ(DartsSpace().Spec(), "darts@1");
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  // DARTS (second order) has 3.3 million parameters on CIFAR-10 in the paper.
  const DartsSpace space({20, 36});
  EXPECT_NEAR(
      static_cast<double>(Params(space.Layers(space.Parse(kDartsV2), input))),
      3.35e6, 0.05e6);
  EXPECT_THROW(space.Layers(space.Parse(kDartsV2), {{3, 14, 14}, 10}), Error);
}

TEST(DartsData, ParamsOfNaslibsPoolComeFromLayers) {
  HWNAS_REAL_DATA(path, "naslib/nasbench301_zc_naslib_1bdbd960.json");
  const DartsSpace space;
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  std::ifstream file(path);
  const auto pool = nlohmann::json::parse(file).at("cifar10");
  ASSERT_EQ(pool.size(), 725u);
  for (const auto& item : pool.items()) {
    const LayerGraph graph = space.Layers(space.Parse(item.key()), input);
    // NASLib's batch norms inside operations are not affine.
    int64_t theirs = Params(graph);
    for (const Layer& layer : graph.Layers()) {
      if (layer.kind == LayerKind::kBatchNorm && layer.decision >= 0) {
        theirs -= 2 * layer.out.channels;
      }
    }
    ASSERT_EQ(
        theirs,
        std::llround(item.value().at("params").at("score").get<double>() * 1e6))
        << item.key();
  }
}

}  // namespace
}  // namespace hwnas
