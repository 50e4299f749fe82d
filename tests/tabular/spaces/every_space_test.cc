// What every search space must do, run on each of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/search_space.h"
#include "tabular/spaces/generic.h"
#include "tabular/spaces/product.h"
#include "tabular/spaces/subset.h"

namespace hwnas {
namespace {

struct Case {
  std::string name;
  std::function<std::shared_ptr<const SearchSpace>()> make;
  bool moves_are_neighbors = true;  // mutation reaches the neighbours only
};

GenericDescription Conditional() {
  GenericDescription description;
  description.name = "conditional";
  description.decisions = {{"kind", {"none", "conv", "pool"}},
                           {"kernel", {"3", "5", "7"}},
                           {"groups", {"1", "2"}},
                           {"width", {"8", "16", "32"}}};
  description.conditions = {{"kernel", "kind", {"conv", "pool"}},
                            {"groups", "kind", {"conv"}},
                            {"groups", "kernel", {"3", "5"}}};
  description.rules = {{{{"kernel", {"5"}}, {"width", {"32"}}}}};
  return description;
}

/// Too large to list.
GenericDescription Large() {
  GenericDescription description;
  description.name = "large";
  for (int i = 0; i < 12; ++i) {
    description.decisions.push_back(
        {"layer" + std::to_string(i), {"skip", "a", "b", "c"}});
    description.decisions.push_back(
        {"width" + std::to_string(i), {"1", "2", "3"}});
    description.conditions.push_back({"width" + std::to_string(i),
                                      "layer" + std::to_string(i),
                                      {"a", "b", "c"}});
  }
  description.rules = {{{{"layer0", {"skip"}}, {"layer1", {"skip"}}}}};
  return description;
}

std::shared_ptr<const SearchSpace> SubsetOf(const char* base_name) {
  auto base = MakeSpace(base_name);
  Rng rng(99);
  std::vector<Architecture> rows;
  for (int i = 0; i < 300; ++i) rows.push_back(base->Sample(rng));
  return MakeSubsetSpace(base, rows, 8);
}

std::shared_ptr<const SearchSpace> Product() {
  return MakeProductSpace(
      "nats-sss+compression", MakeSpace("nats-sss"),
      {{"compression", FactorBinding::kQualifiers, {"bits=32", "bits=8"}},
       {"hardware", FactorBinding::kPlatform, {"a", "b", "c"}}});
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const SpaceInfo& info : BuiltInSpaces()) {
    cases.push_back(
        {info.name, [name = info.name] { return MakeSpace(name); }});
  }
  cases.push_back(
      {"conditional", [] { return MakeGenericSpace(Conditional()); }});
  cases.push_back({"large", [] { return MakeGenericSpace(Large()); }});
  cases.push_back({"nb201-subset", [] { return SubsetOf("nb201"); }});
  cases.push_back({"nats-sss-subset", [] { return SubsetOf("nats-sss"); }});
  cases.push_back({"product", Product});
  return cases;
}

class EverySpace : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override { space_ = GetParam().make(); }

  std::vector<Architecture> Samples(int count, uint64_t seed = 1) const {
    Rng rng(seed);
    std::vector<Architecture> samples;
    for (int i = 0; i < count; ++i) samples.push_back(space_->Sample(rng));
    return samples;
  }

  std::shared_ptr<const SearchSpace> space_;
};

TEST_P(EverySpace, SamplesAreValidAndTheSameForASeed) {
  const auto samples = Samples(300);
  for (const Architecture& a : samples) ASSERT_TRUE(space_->IsValid(a));
  EXPECT_EQ(samples, Samples(300));
  EXPECT_NE(samples, Samples(300, 2));
}

TEST_P(EverySpace, InactiveDecisionsAreZero) {
  for (const Architecture& a : Samples(200)) {
    for (size_t i = 0; i < a.size(); ++i) {
      if (space_->IsActive(a, i)) continue;
      EXPECT_EQ(a[i], 0);
      Architecture other = a;
      other[i] = 1;
      EXPECT_FALSE(space_->IsValid(other));
    }
  }
}

TEST_P(EverySpace, TextRoundTrips) {
  for (const Architecture& a : Samples(300)) {
    const std::string text = space_->Format(a);
    EXPECT_EQ(space_->Parse(text), a) << text;
    EXPECT_EQ(space_->Format(space_->Parse(text)), text);
  }
}

TEST_P(EverySpace, DamagedTextIsRefusedOrValid) {
  Rng rng(3);
  int refused = 0;
  for (const Architecture& a : Samples(200)) {
    std::string text = space_->Format(a);
    switch (rng.Below(3)) {
      case 0:
        text.resize(rng.Below(text.size()));
        break;
      case 1:
        text[rng.Below(text.size())] = static_cast<char>(rng.Below(256));
        break;
      default:
        text.insert(rng.Below(text.size() + 1), 1,
                    static_cast<char>(rng.Below(256)));
    }
    try {
      EXPECT_TRUE(space_->IsValid(space_->Parse(text))) << text;
    } catch (const Error& error) {
      ++refused;
      EXPECT_NE(error.Code(), ErrorCode::kInternal) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_P(EverySpace, MutantsAreValidAndDifferent) {
  Rng rng(4);
  for (size_t move = 0; move < space_->Moves().size(); ++move) {
    int mutants = 0;
    for (const Architecture& a : Samples(200)) {
      Architecture mutant;
      if (!space_->Mutate(a, move, rng, &mutant)) continue;
      ++mutants;
      ASSERT_TRUE(space_->IsValid(mutant)) << space_->Moves()[move];
      ASSERT_NE(mutant, a);
    }
    EXPECT_GT(mutants, 0) << space_->Moves()[move];
  }
}

TEST_P(EverySpace, NeighborsAreValidUniqueDifferentAndInAFixedOrder) {
  for (const Architecture& a : Samples(20)) {
    std::vector<Architecture> neighbors{a};
    space_->Neighbors(a, &neighbors);
    EXPECT_FALSE(neighbors.empty());
    const std::set<Architecture> unique(neighbors.begin(), neighbors.end());
    EXPECT_EQ(unique.size(), neighbors.size());
    EXPECT_FALSE(unique.contains(a));
    for (const Architecture& b : neighbors) ASSERT_TRUE(space_->IsValid(b));
    std::vector<Architecture> again;
    space_->Neighbors(a, &again);
    EXPECT_EQ(again, neighbors);
  }
}

TEST_P(EverySpace, DefaultMutantsAreNeighbors) {
  if (!GetParam().moves_are_neighbors) {
    GTEST_SKIP() << "this space's default move reaches further";
  }
  Rng rng(5);
  for (const Architecture& a : Samples(20)) {
    std::vector<Architecture> list;
    space_->Neighbors(a, &list);
    const std::set<Architecture> neighbors(list.begin(), list.end());
    for (int i = 0; i < 50; ++i) {
      Architecture mutant;
      if (!space_->Mutate(a, 0, rng, &mutant)) continue;
      ASSERT_TRUE(neighbors.contains(mutant))
          << space_->Format(a) << " to " << space_->Format(mutant);
    }
  }
}

TEST_P(EverySpace, ChildrenAreValidAndOfBothParents) {
  Rng rng(6);
  const auto samples = Samples(200);
  int mixed = 0;
  for (size_t i = 0; i + 1 < samples.size(); i += 2) {
    const Architecture child =
        space_->Crossover(samples[i], samples[i + 1], rng);
    ASSERT_TRUE(space_->IsValid(child));
    mixed += child != samples[i] && child != samples[i + 1];
    EXPECT_EQ(space_->Crossover(samples[i], samples[i], rng), samples[i]);
  }
  EXPECT_GT(mixed, 0);
}

TEST_P(EverySpace, RankAndUnrankAreInverse) {
  if (!space_->Size() || !space_->Rank(Samples(1)[0])) {
    EXPECT_GT(space_->Log10Size(), 0);
    EXPECT_THROW(space_->Unrank(0), Error);
    return;
  }
  EXPECT_NEAR(space_->Log10Size(),
              std::log10(static_cast<double>(*space_->Size())), 1e-9);
  for (const Architecture& a : Samples(300)) {
    ASSERT_LT(*space_->Rank(a), *space_->Size());
    ASSERT_EQ(space_->Unrank(*space_->Rank(a)), a);
  }
  EXPECT_EQ(space_->Rank(space_->Unrank(0)), 0u);
  EXPECT_EQ(space_->Rank(space_->Unrank(*space_->Size() - 1)),
            *space_->Size() - 1);
  EXPECT_THROW(space_->Unrank(*space_->Size()), Error);
}

TEST_P(EverySpace, SmallSpacesAreSampledUniformly) {
  const auto size = space_->Size();
  if (!size || *size > 100000 || !space_->Rank(Samples(1)[0])) {
    GTEST_SKIP() << "too large to count";
  }
  // Chi-squared over at most 64 equal bins of ranks, at about five sigma.
  const uint64_t bins = std::min<uint64_t>(64, *size);
  std::vector<double> counts(bins);
  std::vector<double> widths(bins);
  for (uint64_t rank = 0; rank < *size; ++rank) ++widths[rank * bins / *size];
  constexpr int kDraws = 20000;
  Rng rng(7);
  for (int i = 0; i < kDraws; ++i) {
    ++counts[*space_->Rank(space_->Sample(rng)) * bins / *size];
  }
  double chi2 = 0;
  for (uint64_t bin = 0; bin < bins; ++bin) {
    const double expected = kDraws * widths[bin] / static_cast<double>(*size);
    chi2 += (counts[bin] - expected) * (counts[bin] - expected) / expected;
  }
  const auto freedom = static_cast<double>(bins - 1);
  EXPECT_LT(chi2, freedom + 5 * std::sqrt(2 * freedom));
}

TEST_P(EverySpace, CanonicalIsIdempotentAndKeepsTheSpace) {
  for (const Architecture& a : Samples(100)) {
    const Architecture canonical = space_->Canonical(a);
    ASSERT_TRUE(space_->IsValid(canonical));
    EXPECT_EQ(space_->Canonical(canonical), canonical);
  }
}

TEST_P(EverySpace, KeysArePrintable) {
  for (const Architecture& a : Samples(100)) {
    const std::string key = space_->EffectiveKey(a);
    EXPECT_FALSE(key.empty());
    EXPECT_TRUE(std::all_of(key.begin(), key.end(),
                            [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

TEST_P(EverySpace, FactorsCoverTheDecisions) {
  size_t next = 0;
  for (const Factor& factor : space_->Factors()) {
    EXPECT_EQ(factor.begin, next);
    next += factor.size;
  }
  EXPECT_EQ(next, space_->Decisions().size());
}

TEST_P(EverySpace, ForeignArchitecturesAreRefused) {
  const Architecture a = Samples(1)[0];
  Architecture longer(a.size() + 1);
  EXPECT_FALSE(space_->IsValid(longer));
  EXPECT_FALSE(space_->IsValid(Architecture()));
  Architecture out_of_range = a;
  out_of_range[0] =
      static_cast<uint16_t>(space_->Decisions()[0].choices.size());
  EXPECT_FALSE(space_->IsValid(out_of_range));
  EXPECT_THROW(space_->Format(longer), Error);
}

TEST_P(EverySpace, LayersHaveCostsAndOriginsInTheSpace) {
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  if (!space_->HasLayers()) {
    EXPECT_THROW(space_->Layers(Samples(1)[0], input), Error);
    return;
  }
  for (const Architecture& a : Samples(20)) {
    const LayerGraph graph = space_->Layers(a, input);
    EXPECT_EQ(graph[graph.Output()].out, (Shape{10, 1, 1}));
    EXPECT_GT(Macs(graph), 0);
    EXPECT_GT(Params(graph), 0);
    EXPECT_GT(PeakActivationBytes(graph), 0);
    for (const Layer& layer : graph.Layers()) {
      EXPECT_LT(layer.decision, static_cast<int>(a.size()));
    }
    const LayerGraph effective = graph.Effective();
    EXPECT_LE(Macs(effective), Macs(graph));
    EXPECT_EQ(space_->IsConnected(a),
              effective[effective.Output()].kind != LayerKind::kZero);
  }
}

TEST_P(EverySpace, EqualKeysMeanEqualEffectiveCosts) {
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  if (!space_->HasLayers()) GTEST_SKIP() << "no layers";
  std::map<std::string, std::pair<int64_t, int64_t>> seen;
  for (const Architecture& a : Samples(400)) {
    const LayerGraph graph = space_->Layers(a, input).Effective();
    const std::pair<int64_t, int64_t> costs(Macs(graph), Params(graph));
    const auto [it, _] = seen.emplace(space_->EffectiveKey(a), costs);
    EXPECT_EQ(it->second, costs) << space_->Format(a);
  }
}

TEST_P(EverySpace, AnArchitectureOfTheSpaceIsAlwaysChecked) {
  const Architecture foreign(space_->Decisions().size() + 1);
  Rng rng(8);
  Architecture out;
  std::vector<Architecture> list;
  EXPECT_THROW(space_->Mutate(foreign, 0, rng, &out), Error);
  EXPECT_THROW(space_->Neighbors(foreign, &list), Error);
  EXPECT_THROW(space_->Crossover(foreign, foreign, rng), Error);
  EXPECT_THROW(space_->Mutate(Samples(1)[0], space_->Moves().size(), rng, &out),
               Error);
}

INSTANTIATE_TEST_SUITE_P(, EverySpace, testing::ValuesIn(Cases()),
                         [](const testing::TestParamInfo<Case>& one) {
                           std::string name = one.param.name;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace hwnas
