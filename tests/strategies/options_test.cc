#include "strategies/options.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

const std::vector<OptionInfo> kKnown = {
    {"size", "10", "a count"},     {"rate", "0.5", "a rate"},
    {"unique", "false", "flag"},   {"order", "rank", "a choice"},
    {"weights", "1,2.5", "reals"}, {"move", "default", "a move"}};

std::string Refusal(const OptionMap& given, void (*read)(const OptionReader&)) {
  try {
    const OptionReader reader("mine", kKnown, given);
    read(reader);
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

TEST(OptionReader, GivesDefaultsWhereNothingIsSet) {
  const OptionMap given;
  const OptionReader reader("mine", kKnown, given);
  EXPECT_EQ(reader.Count("size", 1, 100), 10u);
  EXPECT_EQ(reader.Real("rate", 0, 1), 0.5);
  EXPECT_FALSE(reader.Flag("unique"));
  EXPECT_EQ(reader.Choice("order", {"shuffled", "rank"}), 1u);
  EXPECT_EQ(reader.Reals("weights"), (std::vector<double>{1, 2.5}));
  EXPECT_EQ(reader.Move("move", ToySpace(2, 2)), 0u);
}

TEST(OptionReader, ReadsWhatIsGiven) {
  const OptionMap given = {{"size", "7"},
                           {"rate", "1e-3"},
                           {"unique", "true"},
                           {"weights", ""},
                           {"move", "decision"}};
  const OptionReader reader("mine", kKnown, given);
  EXPECT_EQ(reader.Count("size", 1, 100), 7u);
  EXPECT_EQ(reader.Real("rate", 0, 1), 1e-3);
  EXPECT_TRUE(reader.Flag("unique"));
  EXPECT_TRUE(reader.Reals("weights").empty());
  EXPECT_EQ(reader.Move("move", ToySpace(2, 2)), 0u);
}

TEST(OptionReader, RefusesUnknownNamesWithTheNearest) {
  EXPECT_NE(Refusal({{"sise", "3"}}, [](const OptionReader&) {})
                .find("did you mean 'size'"),
            std::string::npos);
}

TEST(OptionReader, RefusesBadValuesSayingWhatIsAllowed) {
  for (const char* text : {"0", "101", "7.5", "x", "", " 7", "7 ", "-1"}) {
    const std::string refusal =
        Refusal({{"size", text}},
                [](const OptionReader& r) { r.Count("size", 1, 100); });
    EXPECT_NE(refusal.find("size"), std::string::npos) << text;
    EXPECT_NE(refusal.find("from 1 to 100"), std::string::npos) << text;
  }
  for (const char* text : {"nan", "inf", "2", "-0.1", "1,5"}) {
    EXPECT_NE(Refusal({{"rate", text}},
                      [](const OptionReader& r) { r.Real("rate", 0, 1); }),
              "")
        << text;
  }
  for (const char* text : {"1,", ",1", "1, 2", "a"}) {
    EXPECT_NE(Refusal({{"weights", text}},
                      [](const OptionReader& r) { r.Reals("weights"); }),
              "")
        << text;
  }
  EXPECT_NE(Refusal({{"unique", "yes"}},
                    [](const OptionReader& r) { r.Flag("unique"); }),
            "");
  EXPECT_NE(Refusal({{"order", "ranks"}},
                    [](const OptionReader& r) {
                      r.Choice("order", {"rank", "shuffled"});
                    })
                .find("did you mean 'rank'"),
            std::string::npos);
  EXPECT_NE(
      Refusal({{"move", "nod"}},
              [](const OptionReader& r) { r.Move("move", ToySpace(2, 2)); })
          .find("decision"),
      std::string::npos);
}

}  // namespace
}  // namespace hwnas
