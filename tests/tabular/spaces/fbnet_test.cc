#include "tabular/spaces/fbnet.h"

#include <gtest/gtest.h>

#include <string>

#include "tabular/cost_model.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

std::string Repeat(const std::string& name, int count) {
  std::string text = name;
  for (int i = 1; i < count; ++i) text += "," + name;
  return text;
}

TEST(FbnetSpace, IsTooLargeForRanks) {
  const FbnetSpace space;
  EXPECT_EQ(space.Size(), std::nullopt);
  EXPECT_NEAR(space.Log10Size(), 20.9934, 1e-4);
  EXPECT_EQ(space.Decisions()[0].choices[7], "k5_e6");
}

TEST(FbnetSpace, RefusesOtherTexts) {
  const FbnetSpace space;
  EXPECT_NO_THROW(space.Parse(Repeat("skip", 22)));
  for (const std::string& bad :
       {std::string(), Repeat("skip", 21), Repeat("skip", 23),
        Repeat("k3_e2", 22), Repeat("skip", 22) + ","}) {
    EXPECT_THROW(space.Parse(bad), Error) << bad;
  }
}

TEST(FbnetSpace, SkipsCommuteBehindTheFirstLayerOfAStage) {
  const FbnetSpace space;
  const std::string head = "k3_e1,";
  const std::string tail = "," + Repeat("skip", 17);
  const auto key = [&](const std::string& stage) {
    return space.EffectiveKey(space.Parse(head + stage + tail));
  };
  EXPECT_EQ(key("k3_e3,skip,k5_e6,k3_e1"), key("k3_e3,k5_e6,skip,k3_e1"));
  EXPECT_EQ(key("k3_e3,skip,k5_e6,k3_e1"), key("k3_e3,k5_e6,k3_e1,skip"));
  EXPECT_NE(key("skip,k3_e3,k5_e6,k3_e1"), key("k3_e3,skip,k5_e6,k3_e1"));
  EXPECT_NE(key("k3_e3,k3_e1,k5_e6,skip"), key("k3_e3,k5_e6,k3_e1,skip"));
}

TEST(FbnetSpace, LayersFollowTheImage) {
  const FbnetSpace space;
  NetworkInput cifar;
  NetworkInput imagenet;
  ASSERT_TRUE(FindNetworkInput("cifar100", &cifar));
  ASSERT_TRUE(FindNetworkInput("imagenet", &imagenet));
  const Architecture skips = space.Parse(Repeat("skip", 22));
  // Stem, six 1x1 convolutions where channels change, head, linear.
  int64_t params = 27 * 16 + 32 + 1504 * 100 + 100;
  const int channels[] = {16, 24, 32, 64, 112, 184, 352, 1504};
  for (int i = 0; i < 7; ++i) {
    params += channels[i] * channels[i + 1] + 2 * channels[i + 1];
  }
  EXPECT_EQ(Params(space.Layers(skips, cifar)), params);
  const LayerGraph large = space.Layers(skips, imagenet);
  EXPECT_EQ(large[large.Output()].in.channels, 1984);
  EXPECT_EQ(large[large.Output() - 1].in, (Shape{1984, 7, 7}));
}

TEST(FbnetSpace, FbnetAHasAboutThePublishedCosts) {
  const FbnetSpace space;
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("imagenet", &input));
  const LayerGraph graph = space.Layers(
      space.Parse("skip,k3_e3,k3_e1,skip,skip,k5_e6,k3_e3,k5_e1,k3_e3,k5_e6,"
                  "k5_e3,k5_e1_g2,k5_e6,k3_e6,k5_e1_g2,k5_e3,k3_e1_g2,k5_e6,"
                  "k5_e6,k5_e3,k5_e6,k5_e6"),
      input);
  // The paper's table says 249 million and 4.3 million, with 1,504 channels in
  // the head where HW-NAS-Bench has 1,984.
  EXPECT_EQ(Macs(graph) - 480 * (352 * 49 + 1000), 249921848 + 1000);
  EXPECT_EQ(Params(graph) - 480 * (352 + 2 + 1000), 4321464);
}

TEST(FbnetSpace, GroupsHalveThePointwiseConvolutions) {
  const FbnetSpace space;
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar100", &input));
  const std::string tail = "," + Repeat("skip", 21);
  const auto macs = [&](const std::string& op) {
    return Macs(space.Layers(space.Parse(op + tail), input));
  };
  EXPECT_EQ(macs("k3_e1") - macs("k3_e1_g2"), 1024 * 16 * 16);
  EXPECT_EQ(macs("k5_e1") - macs("k3_e1"), 1024 * 16 * 16);
  EXPECT_EQ(macs("k3_e6") - macs("k3_e3"), 1024 * 3 * 16 * (2 * 16 + 9));
}

}  // namespace
}  // namespace hwnas
