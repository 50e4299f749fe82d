#include "tabular/rng.h"

#include <gtest/gtest.h>

#include <vector>

#include "tabular/sha256.h"

namespace hwnas {
namespace {

TEST(Rng, SplitmixMatchesItsPublishedVector) {
  // First outputs of splitmix64 seeded with 1234567 (Vigna's reference).
  uint64_t seed = 1234567;
  std::vector<uint64_t> values;
  for (int i = 0; i < 5; ++i, seed += 0x9e3779b97f4a7c15ull) {
    values.push_back(Mix64(seed));
  }
  EXPECT_EQ(values,
            (std::vector<uint64_t>{6457827717110365317u, 3203168211198807973u,
                                   9817491932198370423u, 4593380528125082431u,
                                   16408922859458223821u}));
}

TEST(Rng, StateIsFilledBySplitmix) {
  const Rng rng(1234567);
  EXPECT_EQ(rng.State()[0], 6457827717110365317u);
  EXPECT_EQ(rng.State()[3], 4593380528125082431u);
}

TEST(Rng, BelowIsInRangeAndReachesAllValues) {
  Rng rng(7);
  std::vector<int> counts(10);
  for (int i = 0; i < 10000; ++i) ++counts[rng.Below(10)];
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(rng.Below(1), 0u);
  EXPECT_THROW(rng.Below(0), Error);
}

TEST(Rng, UniformHas53Bits) {
  Rng a(3);
  Rng b(3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(a.Uniform(), static_cast<double>(b.Next() >> 11) / 0x1p53);
  }
}

TEST(Rng, NormalHasMeanZeroAndVarianceOne) {
  Rng rng(11);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.Normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
}

TEST(Rng, StreamsAreKeyedByLabelNotByOrder) {
  EXPECT_EQ(Rng::FromLabel(1, "a/random/0").Next(),
            Rng::FromLabel(1, "a/random/0").Next());
  EXPECT_NE(Rng::FromLabel(1, "a/random/0").Next(),
            Rng::FromLabel(1, "a/random/1").Next());
  EXPECT_NE(Rng::FromLabel(1, "a").Next(), Rng::FromLabel(2, "a").Next());
}

TEST(Sha256, MatchesFips180Vector) {
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace hwnas
