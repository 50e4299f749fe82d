#include "datasets/generic_space_reader.h"

#include <string>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

GenericDescription Read(const std::string& text) {
  const TomlTable toml = TomlTable::ReadText(text, "x.toml");
  GenericDescription space = ReadGenericSpace(toml);
  toml.CheckAllRead();
  return space;
}

const char kSpace[] = R"(name = "mine"
version = 2
separator = ":"
decisions = [
  {name = "depth", choices = [1, 2, 3]},
  {name = "kernel3", choices = ["3x3", "5x5"], when = {depth = 3}},
]
forbid = [{depth = [2, 3], kernel3 = "5x5"}]
)";

TEST(GenericSpaceReader, ReadsDecisionsConditionsAndRules) {
  const GenericDescription space = Read(kSpace);
  EXPECT_EQ(space.name, "mine");
  EXPECT_EQ(space.version, 2);
  EXPECT_EQ(space.separator, ':');
  ASSERT_EQ(space.decisions.size(), 2u);
  EXPECT_EQ(space.decisions[0].choices,
            (std::vector<std::string>{"1", "2", "3"}));
  ASSERT_EQ(space.conditions.size(), 1u);
  EXPECT_EQ(space.conditions[0].decision, "kernel3");
  EXPECT_EQ(space.conditions[0].parent, "depth");
  EXPECT_EQ(space.conditions[0].values, (std::vector<std::string>{"3"}));
  ASSERT_EQ(space.rules.size(), 1u);
  EXPECT_EQ(space.rules[0].forbid.size(), 2u);
}

TEST(GenericSpaceReader, RefusesWhatDoesNotFitTogether) {
  const auto refusal = [](const std::string& text) {
    return Failure(ErrorCode::kUsage, [&] { Read(text); });
  };
  EXPECT_EQ(refusal("name = 'x'"),
            "x.toml:1: key 'decisions': a space needs at least one decision");
  EXPECT_NE(refusal("name = 'x'\ndecisions = [{name = 'a', choices = [1], "
                    "when = {b = 1}}]")
                .find("no decision of this name comes earlier"),
            std::string::npos);
  EXPECT_NE(refusal("name = 'x'\ndecisions = [{name = 'a', choices = [1]}]\n"
                    "forbid = [{a = 2}]")
                .find("x.toml:3: key 'a': '2' is none of its choices: 1"),
            std::string::npos);
  refusal("name = 'x'\ndecisions = [{name = 'a', choices = []}]");
  refusal(
      "name = 'x'\ndecisions = [{name = 'a', choices = [1]}, "
      "{name = 'a', choices = [1]}]");
  refusal(
      "name = 'x'\nseparator = '::'\ndecisions = [{name = 'a', "
      "choices = [1]}]");
  refusal(
      "name = 'x'\nversion = 0\ndecisions = [{name = 'a', "
      "choices = [1]}]");
}

}  // namespace
}  // namespace hwnas
