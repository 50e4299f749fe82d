#include "tabular/spaces/nats_sss.h"

#include <gtest/gtest.h>

#include "tabular/cost_model.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

TEST(NatsSssSpace, RanksAreThePublishedIndices) {
  const NatsSssSpace space;
  EXPECT_EQ(space.Size(), 32768u);
  EXPECT_EQ(space.Format(space.Unrank(0)), "8:8:8:8:8");
  EXPECT_EQ(space.Format(space.Unrank(11)), "8:8:8:16:32");
  EXPECT_EQ(space.Format(space.Unrank(284)), "8:8:40:32:40");
}

TEST(NatsSssSpace, CostsAreThePublishedOnes) {
  // What NATS-Bench's own archives say of architectures 0, 11 and 284.
  const struct {
    uint64_t index;
    const char* dataset;
    int64_t params;
    int64_t macs;
  } published[] = {
      {0, "cifar10", 11714, 4481114},
      {0, "cifar100", 12524, 4481924},
      {0, "imagenet16-120", 12704, 1121336},
      {11, "cifar10", 49202, 6840650},
      {11, "cifar100", 52172, 6843620},
      {11, "imagenet16-120", 52832, 1714040},
      {284, "cifar10", 144834, 21827994},
  };
  const NatsSssSpace space;
  for (const auto& row : published) {
    NetworkInput input;
    ASSERT_TRUE(FindNetworkInput(row.dataset, &input));
    const LayerGraph graph = space.Layers(space.Unrank(row.index), input);
    EXPECT_EQ(Params(graph), row.params) << row.index << " " << row.dataset;
    EXPECT_EQ(Macs(graph), row.macs) << row.index << " " << row.dataset;
  }
}

TEST(NatsSssSpace, RefusesWidthsItDoesNotHave) {
  const NatsSssSpace space;
  for (const char* bad : {"", "8:8:8:8", "8:8:8:8:8:8", "8:8:8:8:9",
                          "8:8:8:8:", "08:8:8:8:8", "8:8:8:8:72"}) {
    EXPECT_THROW(space.Parse(bad), Error) << bad;
  }
}

TEST(NatsSssSpace, RefusesImagesThatItCannotHalve) {
  const NatsSssSpace space;
  EXPECT_THROW(space.Layers(space.Unrank(0), {{3, 14, 14}, 10}), Error);
}

}  // namespace
}  // namespace hwnas
