#include "tabular/spaces/subset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "tabular/error.h"

namespace hwnas {
namespace {

size_t Distance(const Architecture& a, const Architecture& b) {
  size_t distance = 0;
  for (size_t i = 0; i < a.size(); ++i) distance += a[i] != b[i];
  return distance;
}

std::vector<Architecture> Rows(const SearchSpace& base, int count) {
  Rng rng(17);
  std::vector<Architecture> rows;
  for (int i = 0; i < count; ++i) rows.push_back(base.Sample(rng));
  return rows;
}

TEST(SubsetSpace, NeighborsAreTheNearestRowsTiesByRank) {
  const auto base = MakeSpace("nats-sss");
  std::vector<Architecture> rows = Rows(*base, 500);
  const auto space = MakeSubsetSpace(base, rows, 10);
  EXPECT_EQ(space->Id(), "nats-sss@1#subset");
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  ASSERT_EQ(space->Size(), rows.size());
  std::vector<Architecture> neighbors;
  for (size_t row = 0; row < rows.size(); row += 7) {
    std::vector<Architecture> expected = rows;
    expected.erase(expected.begin() + static_cast<int64_t>(row));
    std::stable_sort(expected.begin(), expected.end(),
                     [&](const Architecture& a, const Architecture& b) {
                       return Distance(a, rows[row]) < Distance(b, rows[row]);
                     });
    expected.resize(10);
    space->Neighbors(rows[row], &neighbors);
    ASSERT_EQ(neighbors, expected) << row;
    space->Neighbors(rows[row], &neighbors);
    ASSERT_EQ(neighbors, expected) << row;
  }
}

TEST(SubsetSpace, ThreadsSeeTheSameNeighbors) {
  const auto base = MakeSpace("nb201");
  const auto rows = Rows(*base, 400);
  const auto shared = MakeSubsetSpace(base, rows);
  const auto alone = MakeSubsetSpace(base, rows);
  std::vector<std::vector<std::vector<Architecture>>> seen(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < seen.size(); ++t) {
    threads.emplace_back([&, t] {
      seen[t].resize(*shared->Size());
      for (uint64_t row = 0; row < *shared->Size(); ++row) {
        shared->Neighbors(shared->Unrank(row), &seen[t][row]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<Architecture> expected;
  for (uint64_t row = 0; row < *alone->Size(); ++row) {
    alone->Neighbors(alone->Unrank(row), &expected);
    for (const auto& lists : seen) ASSERT_EQ(lists[row], expected);
  }
}

TEST(SubsetSpace, CrossoverAnswersWithTheNearestRow) {
  const auto base = MakeSpace("nats-sss");
  const auto space = MakeSubsetSpace(
      base, {Architecture{0, 0, 0, 0, 0}, Architecture{7, 7, 7, 7, 7},
             Architecture{0, 0, 7, 7, 7}});
  Rng rng(1);
  std::set<Architecture> children;
  for (int i = 0; i < 100; ++i) {
    children.insert(space->Crossover({0, 0, 0, 0, 0}, {7, 7, 7, 7, 7}, rng));
  }
  EXPECT_EQ(children.size(), 3u);
}

TEST(SubsetSpace, OneRowHasNoNeighbors) {
  const auto space = MakeSubsetSpace(MakeSpace("nb201"), {Architecture(6)});
  std::vector<Architecture> neighbors{Architecture(6)};
  space->Neighbors(Architecture(6), &neighbors);
  EXPECT_TRUE(neighbors.empty());
  Rng rng(1);
  Architecture out;
  EXPECT_FALSE(space->Mutate(Architecture(6), 0, rng, &out));
  EXPECT_EQ(space->Sample(rng), Architecture(6));
}

TEST(SubsetSpace, RefusesWhatItDoesNotHold) {
  const auto base = MakeSpace("nb201");
  EXPECT_THROW(MakeSubsetSpace(base, {}), Error);
  EXPECT_THROW(MakeSubsetSpace(base, {Architecture(5)}), Error);
  const auto space = MakeSubsetSpace(base, {Architecture(6)});
  EXPECT_FALSE(space->IsValid({1, 0, 0, 0, 0, 0}));
  try {
    space->Parse(base->Format({1, 0, 0, 0, 0, 0}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kNotFound);
  }
  EXPECT_THROW(space->Rank({1, 0, 0, 0, 0, 0}), Error);
}

TEST(SubsetSpace, CanonicalIsTheFirstRowOfAClass) {
  const auto base = MakeSpace("nb201");
  // One class, without the representative of the whole space.
  const Architecture a{1, 3, 4, 2, 4, 1};
  const Architecture b{1, 4, 3, 4, 2, 1};
  ASSERT_EQ(base->Canonical(a), base->Canonical(b));
  const auto space = MakeSubsetSpace(base, {b, a});
  EXPECT_EQ(space->Canonical(b), a);
  EXPECT_EQ(space->Canonical(a), a);
}

}  // namespace
}  // namespace hwnas
