#include "tabular/analysis/splits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "tabular/error.h"

namespace hwnas {
namespace {

TEST(Splits, RowsOfOneClassOrOneNetworkAreOneGroup) {
  // Rows 0 and 2 share a class, 2 and 4 a network: 0, 2 and 4 belong together.
  const std::vector<uint32_t> classes = {7, 1, 7, 3, 5, 9};
  const std::vector<uint32_t> networks = {0, 1, 2, 3, 2, 3};
  EXPECT_EQ(LeakGroups(classes, networks),
            (std::vector<uint32_t>{0, 1, 0, 2, 0, 2}));
}

/// 30 groups of one row, 5 of two, one of ten: 50 rows.
std::vector<uint32_t> Groups() {
  std::vector<uint32_t> groups(50);
  for (uint32_t row = 0; row < 50; ++row) {
    groups[row] = row < 30 ? row : row < 40 ? 30 + (row - 30) / 2 : 35;
  }
  return groups;
}

TEST(Splits, NoGroupIsOnBothSidesAndNoRowIsLost) {
  const std::vector<uint32_t> groups = Groups();
  for (uint64_t number = 0; number < 50; ++number) {
    const Split split = MakeSplit(groups, 20, 1, number);
    EXPECT_EQ(split.train.size(), 20u);
    std::set<uint32_t> learnt;
    for (const uint32_t row : split.train) learnt.insert(groups[row]);
    for (const uint32_t row : split.test) {
      EXPECT_FALSE(learnt.contains(groups[row]));
    }
    std::vector<uint32_t> all = split.train;
    all.insert(all.end(), split.test.begin(), split.test.end());
    std::sort(all.begin(), all.end());
    std::vector<uint32_t> expected(50);
    std::iota(expected.begin(), expected.end(), 0u);
    EXPECT_EQ(all, expected);
  }
}

TEST(Splits, SeedAndNumberDecideAndNothingElse) {
  const std::vector<uint32_t> groups = Groups();
  EXPECT_EQ(MakeSplit(groups, 20, 1, 3).train,
            MakeSplit(groups, 20, 1, 3).train);
  EXPECT_NE(MakeSplit(groups, 20, 1, 3).train,
            MakeSplit(groups, 20, 1, 4).train);
  EXPECT_NE(MakeSplit(groups, 20, 1, 3).train,
            MakeSplit(groups, 20, 2, 3).train);
}

TEST(Splits, FrozenSplitsStayAsTheyWerePublished) {
  const std::vector<uint32_t> groups = {0, 1, 2, 3, 4, 5, 6, 7, 8, 8};
  EXPECT_EQ(MakeSplit(groups, 4, 1, 0).train,
            (std::vector<uint32_t>{0, 2, 3, 4}));
  EXPECT_EQ(MakeSplit(groups, 4, 1, 1).train,
            (std::vector<uint32_t>{0, 2, 5, 6}));
}

TEST(Splits, ALargeGroupIsLearntFromOnlyWhereItFits) {
  const std::vector<uint32_t> groups = {0, 0, 0, 1, 2};
  for (uint64_t number = 0; number < 20; ++number) {
    const Split split = MakeSplit(groups, 2, 1, number);
    EXPECT_EQ(split.train, (std::vector<uint32_t>{3, 4}));
  }
}

TEST(Splits, RowsAreDrawnUniformlyAndTheirRelativesAreLeftOut) {
  const std::vector<uint32_t> groups = Groups();
  size_t of_the_largest = 0;
  for (uint64_t number = 0; number < 400; ++number) {
    const Split split = DrawSplit(groups, 5, 1, number);
    ASSERT_EQ(split.train.size(), 5u);
    std::set<uint32_t> learnt;
    for (const uint32_t row : split.train) {
      learnt.insert(groups[row]);
      of_the_largest += groups[row] == 35;
    }
    std::vector<uint32_t> others;
    for (uint32_t row = 0; row < 50; ++row) {
      if (!learnt.contains(groups[row])) others.push_back(row);
    }
    EXPECT_EQ(split.test, others);
  }
  // Ten of the fifty rows; four standard deviations either way.
  EXPECT_NEAR(static_cast<double>(of_the_largest) / (400 * 5), 0.2, 0.036);
}

TEST(Splits, DrawnSplitsStayAsTheyWerePublished) {
  const std::vector<uint32_t> groups = {0, 1, 2, 3, 4, 5, 6, 7, 8, 8};
  EXPECT_EQ(DrawSplit(groups, 4, 1, 0).train, DrawSplit(groups, 4, 1, 0).train);
  EXPECT_NE(DrawSplit(groups, 4, 1, 0).train, DrawSplit(groups, 4, 1, 1).train);
  EXPECT_NE(DrawSplit(groups, 4, 1, 0).train, DrawSplit(groups, 4, 2, 0).train);
}

TEST(Splits, ADrawThatLeavesNoGroupToBeJudgedOnIsRefused) {
  const std::vector<uint32_t> groups = {0, 0, 0};
  EXPECT_THROW(DrawSplit(groups, 1, 1, 0), Error);
  EXPECT_THROW(DrawSplit(groups, 0, 1, 0), Error);
  EXPECT_THROW(DrawSplit(groups, 3, 1, 0), Error);
}

TEST(Splits, BothSidesNeedRows) {
  const std::vector<uint32_t> groups = {0, 0, 1, 1};
  EXPECT_THROW(MakeSplit(groups, 0, 1, 0), Error);
  EXPECT_THROW(MakeSplit(groups, 4, 1, 0), Error);
  EXPECT_THROW(MakeSplit(groups, 1, 1, 0), Error);  // no group is so small
  EXPECT_THROW(MakeSplit({}, 1, 1, 0), Error);
}

TEST(GroupFolds, NoGroupIsDividedAndFoldsAreEven) {
  std::vector<uint32_t> groups;
  for (uint32_t row = 0; row < 300; ++row) groups.push_back(row / 3);
  const auto folds = GroupFolds(groups, 5, 4);
  std::vector<int> sizes(5);
  for (size_t row = 0; row < 300; ++row) {
    EXPECT_EQ(folds[row], folds[row / 3 * 3]);
    ++sizes[folds[row]];
  }
  for (const int size : sizes) EXPECT_EQ(size, 60);
  EXPECT_EQ(GroupFolds(groups, 5, 4), folds);
  EXPECT_NE(GroupFolds(groups, 5, 5), folds);
}

}  // namespace
}  // namespace hwnas
