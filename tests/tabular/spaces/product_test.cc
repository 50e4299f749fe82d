#include "tabular/spaces/product.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tabular/cost_model.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

std::vector<ProductFactor> TwoFactors() {
  return {{"compression",
           FactorBinding::kQualifiers,
           {"bits=32", "bits=8;sparsity=50", "sparsity=50"}},
          {"hardware", FactorBinding::kPlatform, {"edgegpu", "fpga"}}};
}

std::shared_ptr<const ProductSpace> Codesign() {
  return MakeProductSpace("nb201+codesign", MakeSpace("nb201"), TwoFactors());
}

TEST(ProductSpace, NamesItsFactors) {
  const auto space = Codesign();
  EXPECT_EQ(space->Id(), "nb201+codesign@1");
  EXPECT_EQ(space->Size(), 15625u * 6);
  const auto factors = space->Factors();
  ASSERT_EQ(factors.size(), 3u);
  EXPECT_EQ(factors[0].name, "network");
  EXPECT_EQ(factors[0].size, 6u);
  EXPECT_EQ(factors[1].begin, 6u);
  EXPECT_EQ(factors[1].bound[1], "bits=8;sparsity=50");
  EXPECT_EQ(factors[2].binding, FactorBinding::kPlatform);
}

TEST(ProductSpace, TextIsTheNetworksThenTheFactors) {
  const auto space = Codesign();
  const Architecture a =
      space->Join(Architecture(6), std::array<uint16_t, 2>{1, 0});
  const std::string text = space->Format(a);
  EXPECT_EQ(text, space->Network().Format(Architecture(6)) +
                      " | compression=bits=8;sparsity=50 | hardware=edgegpu");
  EXPECT_EQ(space->Parse(text), a);
  EXPECT_EQ(space->NetworkOf(a), Architecture(6));
  EXPECT_THROW(space->Parse(space->Network().Format(Architecture(6))), Error);
  EXPECT_THROW(space->Parse(space->Network().Format(Architecture(6)) +
                            " | compression=bits=16 | hardware=edgegpu"),
               Error);
}

TEST(ProductSpace, MovesChangeOneGroup) {
  const auto space = Codesign();
  EXPECT_THAT(space->Moves(), testing::ElementsAre("any", "network",
                                                   "compression", "hardware"));
  Rng rng(2);
  std::array<int, 3> changed{};
  const Architecture a = space->Sample(rng);
  for (int i = 0; i < 3000; ++i) {
    Architecture b;
    ASSERT_TRUE(space->Mutate(a, 0, rng, &b));
    const bool network = space->NetworkOf(a) != space->NetworkOf(b);
    const bool compression = a[6] != b[6];
    const bool hardware = a[7] != b[7];
    ASSERT_EQ(network + compression + hardware, 1);
    ++changed[network ? 0 : compression ? 1 : 2];
  }
  for (const int count : changed) EXPECT_NEAR(count, 1000, 130);
}

TEST(ProductSpace, BitsReachTheLayers) {
  const auto space = Codesign();
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  const Architecture network{3, 3, 3, 3, 3, 3};
  const auto bytes = [&](uint16_t choice) {
    return PeakActivationBytes(space->Layers(
        space->Join(network, std::array<uint16_t, 2>{choice, 0}), input));
  };
  EXPECT_EQ(bytes(0), 4 * bytes(1));
  EXPECT_EQ(bytes(0), bytes(2));
}

TEST(ProductSpace, RefusesFactorsThatWouldBeAmbiguous) {
  const auto make = [](ProductFactor factor) {
    return MakeProductSpace("p", MakeSpace("nb201"), {std::move(factor)});
  };
  const auto kQualifiers = FactorBinding::kQualifiers;
  EXPECT_THROW(make({"", kQualifiers, {"bits=8"}}), Error);
  EXPECT_THROW(make({"network", kQualifiers, {"bits=8"}}), Error);
  EXPECT_THROW(make({"x", kQualifiers, {}}), Error);
  EXPECT_THROW(make({"x", kQualifiers, {"bits=8", "bits=8"}}), Error);
  EXPECT_THROW(make({"x", kQualifiers, {"bits=8 | y=3"}}), Error);
  EXPECT_THROW(make({"x", kQualifiers, {"bits=many"}}), Error);
  EXPECT_THROW(make({"x", FactorBinding::kNetwork, {"a"}}), Error);
  EXPECT_THROW(MakeProductSpace("p@2", MakeSpace("nb201"), {}), Error);
}

}  // namespace
}  // namespace hwnas
