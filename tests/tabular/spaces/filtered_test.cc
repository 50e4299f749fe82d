#include "tabular/spaces/filtered.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace hwnas {
namespace {

/// nb201's architectures whose first decision is 1 and whose second is below 2.
std::vector<Architecture> Inside(const SearchSpace& base) {
  std::vector<Architecture> inside;
  for (uint64_t rank = 0; rank < *base.Size(); ++rank) {
    const Architecture a = base.Unrank(rank);
    if (a[0] == 1 && a[1] < 2) inside.push_back(a);
  }
  return inside;
}

TEST(FilteredSpace, KeepsTheBasesMovesThatStayInside) {
  const auto base = MakeSpace("nb201");
  const auto space = MakeFilteredSpace(base, Inside(*base));
  EXPECT_EQ(space->Id(), "nb201@1#filtered");
  EXPECT_EQ(space->Spec(), base->Spec());
  EXPECT_EQ(space->Size(), 1250u);
  Rng rng(1);
  Architecture moved;
  std::vector<Architecture> neighbors;
  for (int i = 0; i < 200; ++i) {
    const Architecture a = space->Sample(rng);
    const Architecture b = space->Sample(rng);
    ASSERT_TRUE(space->IsValid(a));
    ASSERT_TRUE(space->Mutate(a, 0, rng, &moved));
    EXPECT_TRUE(space->IsValid(moved));
    EXPECT_TRUE(space->IsValid(space->Crossover(a, b, rng)));
    EXPECT_EQ(space->Unrank(*space->Rank(a)), a);
    space->Neighbors(a, &neighbors);
    EXPECT_EQ(neighbors.size(), 17u);  // 4 in four places, 1 in the second
  }
  EXPECT_FALSE(space->IsValid(base->Unrank(0)));
}

TEST(FilteredSpace, SamplesUniformly) {
  const auto base = MakeSpace("nb201");
  std::vector<Architecture> inside = Inside(*base);
  inside.resize(5);
  const auto space = MakeFilteredSpace(base, inside);
  Rng rng(1);
  std::map<Architecture, int> counts;
  for (int i = 0; i < 5000; ++i) ++counts[space->Sample(rng)];
  ASSERT_EQ(counts.size(), 5u);
  for (const auto& [architecture, count] : counts) {
    EXPECT_NEAR(count, 1000, 140);  // five standard deviations
  }
}

TEST(FilteredSpace, OneArchitectureHasNoMove) {
  const auto base = MakeSpace("nb201");
  const auto space = MakeFilteredSpace(base, {base->Unrank(7)});
  Rng rng(1);
  Architecture moved;
  EXPECT_FALSE(space->Mutate(space->Sample(rng), 0, rng, &moved));
}

}  // namespace
}  // namespace hwnas
