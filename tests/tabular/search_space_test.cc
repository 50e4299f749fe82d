#include "tabular/search_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tabular/error.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

/// What the call throws, or "" when it does not.
std::string SpecError(std::string_view spec) {
  try {
    MakeSpace(spec);
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

class Letters : public CategoricalSpace {
 public:
  Letters()
      : CategoricalSpace(
            {{"a", {"x", "y"}}, {"b", {"only"}}, {"c", {"x", "y", "z"}}}) {}
  std::string Id() const override { return "letters@1"; }
  Architecture Parse(std::string_view) const override {
    return Architecture(3);
  }
  std::string Format(const Architecture&) const override { return ""; }
};

TEST(CategoricalSpace, RanksInMixedRadixFirstDecisionMostSignificant) {
  const Letters space;
  EXPECT_EQ(space.Size(), 6u);
  EXPECT_NEAR(space.Log10Size(), 0.778151, 1e-6);
  for (uint64_t rank = 0; rank < 6; ++rank) {
    const Architecture a = space.Unrank(rank);
    EXPECT_EQ(space.Rank(a), rank);
    EXPECT_EQ(a, (Architecture{static_cast<uint16_t>(rank / 3), 0,
                               static_cast<uint16_t>(rank % 3)}));
  }
  EXPECT_THROW(space.Unrank(6), Error);
}

TEST(CategoricalSpace, MutatesOneOpenDecision) {
  const Letters space;
  Rng rng(1);
  const Architecture from{0, 0, 1};
  std::set<Architecture> seen;
  for (int i = 0; i < 200; ++i) {
    Architecture to;
    ASSERT_TRUE(space.Mutate(from, 0, rng, &to));
    seen.insert(to);
  }
  EXPECT_EQ(seen, (std::set<Architecture>{{1, 0, 1}, {0, 0, 0}, {0, 0, 2}}));
  std::vector<Architecture> neighbors;
  space.Neighbors(from, &neighbors);
  EXPECT_EQ(neighbors,
            (std::vector<Architecture>{{1, 0, 1}, {0, 0, 0}, {0, 0, 2}}));
}

TEST(CategoricalSpace, RefusesForeignArchitectures) {
  const Letters space;
  EXPECT_FALSE(space.IsValid({0, 0}));
  EXPECT_FALSE(space.IsValid({0, 1, 0}));
  EXPECT_THROW(space.Rank({2, 0, 0}), Error);
  EXPECT_THROW(space.Layers({0, 0, 0}, NetworkInput{}), Error);
}

TEST(SearchSpace, HasOneFactorOfAllDecisions) {
  const auto factors = Letters().Factors();
  ASSERT_EQ(factors.size(), 1u);
  EXPECT_EQ(factors[0].name, "network");
  EXPECT_EQ(factors[0].size, 3u);
}

TEST(MakeSpace, BuildsASpaceAgainFromItsSpec) {
  EXPECT_EQ(MakeSpace("nb201")->Spec(), "nb201@1");
  EXPECT_EQ(MakeSpace("nb201@1{}")->Spec(), "nb201@1");
  const char* const spec = "nb201@1{cells=1,channels=8,stages=2,stem_stride=2}";
  EXPECT_EQ(MakeSpace(spec)->Spec(), spec);
  EXPECT_EQ(MakeSpace("nb201{channels=16,cells=1}")->Spec(),
            "nb201@1{cells=1}");
}

TEST(MakeSpace, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(SpecError("nb202"), HasSubstr("did you mean 'nb201'"));
  EXPECT_THAT(SpecError(""), HasSubstr("unknown space"));
  EXPECT_THAT(SpecError("nb201@2"), HasSubstr("version 1"));
  EXPECT_THAT(SpecError("nb201@x"), HasSubstr("whole number"));
  EXPECT_THAT(SpecError("nb201@0"), HasSubstr("start at 1"));
  EXPECT_THAT(SpecError("nb201{cells=1"), HasSubstr("closing"));
  EXPECT_THAT(SpecError("nb201{cell=1}"), HasSubstr("did you mean 'cells'"));
  EXPECT_THAT(SpecError("nb201{cells}"), HasSubstr("name=value"));
  EXPECT_THAT(SpecError("nb201{cells=0}"), HasSubstr("from 1 to"));
  EXPECT_THAT(SpecError("nb201{stages=99}"), HasSubstr("from 1 to"));
  EXPECT_THAT(SpecError("nb201{cells=1,cells=2}"), HasSubstr("twice"));
}

TEST(MakeSpace, BuildsEverySpaceThatItLists) {
  for (const SpaceInfo& info : BuiltInSpaces()) {
    EXPECT_TRUE(MakeSpace(info.name)->Id().starts_with(info.name + "@"));
    EXPECT_FALSE(info.summary.empty());
    EXPECT_FALSE(info.source.empty());
  }
}

TEST(FindNetworkInput, KnowsTheDataSets) {
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("imagenet16-120", &input));
  EXPECT_EQ(input.image, (Shape{3, 16, 16}));
  EXPECT_EQ(input.classes, 120);
  ASSERT_TRUE(FindNetworkInput("fashion-mnist-14", &input));
  EXPECT_EQ(input.image, (Shape{1, 14, 14}));
  EXPECT_FALSE(FindNetworkInput("mnist", &input));
}

}  // namespace
}  // namespace hwnas
