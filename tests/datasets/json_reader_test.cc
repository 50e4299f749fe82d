#include "datasets/json_reader.h"

#include <string>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

TEST(JsonReader, ReadsEveryTypeInTheFilesOrder) {
  const JsonValue root = JsonValue::Parse(
      R"({"z": [1, -2.5, "x", true, null], "a": {"b": 1e2}})", "x.json");
  EXPECT_EQ(root.Key(0), "z");
  EXPECT_EQ(root.Key(1), "a");
  const JsonValue list = root.Get("z");
  EXPECT_EQ(list.Size(), 5u);
  EXPECT_EQ(list[0].Integer(), 1);
  EXPECT_EQ(list[1].Number(), -2.5);
  EXPECT_EQ(list[2].String(), "x");
  EXPECT_TRUE(list[3].Bool());
  EXPECT_TRUE(list[4].IsNull());
  EXPECT_EQ(root.Get("a").Get("b").Number(), 100);
  EXPECT_FALSE(root.Has("c"));
}

TEST(JsonReader, ScalesByMovingTheDecimalPoint) {
  const JsonValue root =
      JsonValue::Parse("[0.360477, 113.95137, 1.5e-3, 7]", "x.json");
  EXPECT_EQ(root[0].Scaled(2), 36.0477);
  EXPECT_EQ(root[1].Scaled(6), 113951370.0);
  EXPECT_EQ(root[2].Scaled(2), 0.15);
  EXPECT_EQ(root[3].Scaled(-1), 0.7);
}

TEST(JsonReader, ReadsWhatPythonWritesForNoNumberAsNull) {
  const JsonValue root = JsonValue::ParsePython(
      R"([NaN, -Infinity, Infinity, "NaN \"NaN", {"NaN": 1}])", "x.json");
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(root[i].IsNull()) << i;
  EXPECT_EQ(root[3].String(), "NaN \"NaN");
  EXPECT_EQ(root[4].Get("NaN").Integer(), 1);
}

TEST(JsonReader, NamesThePlaceOfWhatItRefuses) {
  const auto refusal = [](const std::string& text, auto use) {
    return Failure(ErrorCode::kCorrupt,
                   [&] { use(JsonValue::Parse(text, "x.json")); });
  };
  EXPECT_EQ(refusal(R"({"a": [1, "x"]})",
                    [](const JsonValue& v) { v.Get("a")[1].Number(); }),
            "x.json: at $.a[1]: expected a number, found a string");
  EXPECT_EQ(refusal(R"({"a": 1})", [](const JsonValue& v) { v.Get("b"); }),
            "x.json: at $: lacks the key 'b'");
  EXPECT_EQ(refusal("[1]", [](const JsonValue& v) { v[1]; }),
            "x.json: at $: has no item 1");
  const auto nothing = [](const JsonValue&) {};
  EXPECT_EQ(refusal(R"({"a": 1, "b": 2, "a": 3})", nothing),
            "x.json: the key 'a' stands twice");
  refusal("", nothing);
  refusal("[1, NaN]", nothing);
  refusal("[1e999]", nothing);
  refusal("[99999999999999999999999]",
          [](const JsonValue& v) { v[0].Integer(); });
  refusal("[1] 2", nothing);
  EXPECT_EQ(refusal(std::string(1'000'000, '['), nothing),
            "x.json: nested deeper than 64");
}

}  // namespace
}  // namespace hwnas
