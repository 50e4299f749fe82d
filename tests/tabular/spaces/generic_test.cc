#include "tabular/spaces/generic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tabular/error.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

GenericDescription Device() {
  GenericDescription description;
  description.name = "my-device";
  description.version = 3;
  description.decisions = {{"block", {"conv", "skip"}},
                           {"kernel", {"3", "5"}},
                           {"width", {"16", "32", "64"}}};
  description.conditions = {{"kernel", "block", {"conv"}}};
  description.rules = {{{{"kernel", {"5"}}, {"width", {"32", "64"}}}}};
  return description;
}

std::string Refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  return "nothing was refused";
}

/// What is said about the description after `change`.
std::string Refusal(const std::function<void(GenericDescription*)>& change) {
  GenericDescription description = Device();
  change(&description);
  return Refusal([&] { MakeGenericSpace(description); });
}

TEST(GenericSpace, ListsTheValidArchitecturesInOrder) {
  const auto space = MakeGenericSpace(Device());
  EXPECT_EQ(space->Id(), "my-device@3");
  std::vector<std::string> texts;
  for (uint64_t rank = 0; rank < *space->Size(); ++rank) {
    texts.push_back(space->Format(space->Unrank(rank)));
  }
  EXPECT_EQ(texts, (std::vector<std::string>{
                       "conv,3,16", "conv,3,32", "conv,3,64", "conv,5,16",
                       "skip,-,16", "skip,-,32", "skip,-,64"}));
}

TEST(GenericSpace, SpecBuildsItAgain) {
  GenericDescription description = Device();
  description.separator = ' ';
  description.decisions[0].choices[0] = "conv{\"x\"}";
  description.conditions[0].values[0] = "conv{\"x\"}";
  const auto space = MakeGenericSpace(description);
  const auto again = MakeSpace(space->Spec());
  EXPECT_EQ(again->Spec(), space->Spec());
  EXPECT_EQ(again->Id(), space->Id());
  EXPECT_EQ(again->Size(), space->Size());
  EXPECT_EQ(again->Format(again->Unrank(2)), space->Format(space->Unrank(2)));
}

TEST(GenericSpace, DamagedSpecsAreRefused) {
  const std::string spec = MakeGenericSpace(Device())->Spec();
  for (size_t cut = 8; cut < spec.size(); ++cut) {
    EXPECT_THROW(MakeSpace(spec.substr(0, cut)), Error) << cut;
  }
  EXPECT_THAT(Refusal([] { MakeSpace("generic{\"nme\":\"a\"}"); }),
              HasSubstr("did you mean 'name'"));
  EXPECT_THAT(Refusal([] { MakeSpace("generic{\"name\":7}"); }),
              HasSubstr("damaged"));
  EXPECT_THAT(
      Refusal([] { MakeSpace("generic{" + std::string(1000000, '[')); }),
      HasSubstr("damaged"));
}

TEST(GenericSpace, SaysWhatIsWrongWithAText) {
  const auto space = MakeGenericSpace(Device());
  const auto refusal = [&space](const char* text) {
    return Refusal([&] { space->Parse(text); });
  };
  EXPECT_THAT(refusal("conv,3"), HasSubstr("expected 3 choices"));
  EXPECT_THAT(refusal("conv,3,16,16"), HasSubstr("expected 3 choices"));
  EXPECT_THAT(refusal("cnv,3,16"), HasSubstr("did you mean 'conv'"));
  EXPECT_THAT(refusal("skip,3,16"), HasSubstr("must be '-'"));
  EXPECT_THAT(refusal("conv,-,16"), HasSubstr("needs a choice"));
  EXPECT_THAT(refusal("conv,5,32"), HasSubstr("rule forbids"));
}

TEST(GenericSpace, SaysWhatIsWrongWithADescription) {
  using D = GenericDescription;
  EXPECT_THAT(Refusal([](D* d) { d->name = "My Space"; }), HasSubstr("a-z"));
  EXPECT_THAT(Refusal([](D* d) { d->version = 0; }), HasSubstr("start at 1"));
  EXPECT_THAT(Refusal([](D* d) { d->decisions.clear(); }),
              HasSubstr("decisions"));
  EXPECT_THAT(Refusal([](D* d) { d->decisions[1].name = "block"; }),
              HasSubstr("name of its own"));
  EXPECT_THAT(Refusal([](D* d) { d->decisions[1].choices.clear(); }),
              HasSubstr("choices"));
  EXPECT_THAT(Refusal([](D* d) { d->decisions[1].choices[0] = "5"; }),
              HasSubstr("twice"));
  EXPECT_THAT(Refusal([](D* d) { d->decisions[1].choices[0] = "a,b"; }),
              HasSubstr("separator"));
  EXPECT_THAT(Refusal([](D* d) { d->decisions[1].choices[0] = "-"; }),
              HasSubstr("not '-'"));
  EXPECT_THAT(Refusal([](D* d) { d->separator = '\n'; }),
              HasSubstr("printable"));
  EXPECT_THAT(Refusal([](D* d) { d->conditions[0].parent = "blok"; }),
              HasSubstr("did you mean 'block'"));
  EXPECT_THAT(Refusal([](D* d) { d->conditions[0].parent = "width"; }),
              HasSubstr("unknown choice"));
  EXPECT_THAT(Refusal([](D* d) {
                d->conditions[0] = {"kernel", "width", {"16"}};
              }),
              HasSubstr("must come before"));
  EXPECT_THAT(Refusal([](D* d) { d->rules[0].forbid.clear(); }),
              HasSubstr("forbids nothing"));
  EXPECT_THAT(Refusal([](D* d) { d->rules[0].forbid[0].second.clear(); }),
              HasSubstr("lists no value"));
  EXPECT_THAT(Refusal([](D* d) {
                d->rules = {{{{"block", {"conv", "skip"}}}}};
              }),
              HasSubstr("no architecture is valid"));
}

TEST(GenericSpace, RefusesALargeSpaceOfWhichHardlyAnythingIsValid) {
  GenericDescription description;
  description.name = "rare";
  for (int i = 0; i < 40; ++i) {
    description.decisions.push_back({"d" + std::to_string(i), {"a", "b", "c"}});
    if (i % 2 == 1) {
      description.rules.push_back(
          {{{"d" + std::to_string(i), {"b", "c"}},
            {"d" + std::to_string(i - 1), {"b", "c"}}}});
    }
  }
  EXPECT_THAT(Refusal([&] { MakeGenericSpace(description); }),
              HasSubstr("fewer than one"));
}

TEST(GenericSpace, LargeSpacesAreSampledUniformly) {
  // 2^20 combinations below each of three kinds, and one without any.
  GenericDescription description;
  description.name = "lopsided";
  description.decisions = {{"kind", {"none", "a", "b", "c"}}};
  for (int i = 0; i < 20; ++i) {
    const std::string name = "bit" + std::to_string(i);
    description.decisions.push_back({name, {"0", "1"}});
    description.conditions.push_back({name, "kind", {"a", "b", "c"}});
  }
  const auto space = MakeGenericSpace(description);
  EXPECT_EQ(space->Size(), std::nullopt);
  EXPECT_NEAR(space->Log10Size(), std::log10(3.0 * 1048576 + 1), 1e-9);
  Rng rng(1);
  int none = 0;
  int ones = 0;
  for (int i = 0; i < 3000; ++i) {
    const Architecture a = space->Sample(rng);
    none += a[0] == 0;
    ones += a[20];
  }
  EXPECT_LT(none, 3);
  EXPECT_NEAR(ones, 1500, 140);
}

TEST(GenericSpace, SharedAncestorsDoNotExplode) {
  GenericDescription description;
  description.name = "ladder";
  for (int i = 0; i < 60; ++i) {
    description.decisions.push_back({"d" + std::to_string(i), {"0", "1"}});
    for (int back = 1; back <= 2 && back <= i; ++back) {
      description.conditions.push_back(
          {"d" + std::to_string(i), "d" + std::to_string(i - back), {"1"}});
    }
  }
  const auto space = MakeGenericSpace(description);
  EXPECT_EQ(space->Size(), 61u);
}

}  // namespace
}  // namespace hwnas
