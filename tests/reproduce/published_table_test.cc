#include "bench/reproduce/published_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

std::string Sample() {
  return R"(name = "mine"
title = "A table"
source = "a paper"
certainty = "copied"
decimals = 1
runs = 3

[[column]]
name = "a"
problem = "p"
metric = "accuracy:cifar10/val/e200"

[[column]]
name = "b"
problem = "p"
metric = "accuracy:cifar10/test/e200"

[[row]]
name = "RS"
from = "strategy"
strategy = "random"
published = [[91.1, 0.2], []]
tolerance = 0.1

[[row]]
name = "other"
from = "not built"
reason = "it is not"
published = [[90], [91.5, 1]]

[experiment]
name = "mine"
[experiment.protocol]
evaluations = 10
[[experiment.problem]]
name = "p"
objectives = ["accuracy:cifar10/val/e200"]
score = ["accuracy:cifar10/val/e200", "accuracy:cifar10/test/e200"]
[[experiment.strategy]]
name = "random"
)";
}

std::string Replaced(const std::string& from, const std::string& to) {
  std::string text = Sample();
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void ExpectRefused(const std::string& text, const std::string& message) {
  try {
    PublishedTable::ReadText(text, "mine.toml");
    ADD_FAILURE() << "expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("mine.toml"));
    EXPECT_THAT(error.what(), HasSubstr(message));
  }
}

TEST(PublishedTable, ReadsRowsColumnsAndTheExperiment) {
  const PublishedTable table = PublishedTable::ReadText(Sample(), "mine.toml");
  EXPECT_EQ(table.name, "mine");
  EXPECT_EQ(table.certainty, Certainty::kCopied);
  EXPECT_EQ(table.decimals, 1);
  EXPECT_EQ(table.runs, 3u);
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].cells[0].value, 91.1);
  EXPECT_EQ(table.rows[0].cells[0].sd, 0.2);
  EXPECT_EQ(table.rows[0].cells[0].tolerance.value, 0.1);
  EXPECT_EQ(table.rows[0].cells[1].value, std::nullopt);
  EXPECT_EQ(table.rows[1].source, RowSource::kNotBuilt);
  EXPECT_EQ(table.rows[1].reason, "it is not");
  ASSERT_TRUE(table.experiment.has_value());
  EXPECT_EQ(table.experiment->problems[0].protocol.evaluations, 10u);
}

TEST(PublishedTable, RefusesWhatDoesNotFit) {
  ExpectRefused(Replaced("\"copied\"", "\"sure\""), "certainty");
  ExpectRefused(Replaced("decimals = 1", "decimals = -1"), "decimals");
  ExpectRefused(Replaced("decimals = 1", "decimal = 1"), "decimal");
  ExpectRefused(Replaced("problem = \"p\"", "problem = \"q\""),
                "no problem 'q'");
  ExpectRefused(Replaced("strategy = \"random\"", "strategy = \"REA\""),
                "no strategy 'REA'");
  ExpectRefused(Replaced("[[91.1, 0.2], []]", "[[91.1, 0.2]]"),
                "expected 2 cells");
  ExpectRefused(Replaced("[[91.1, 0.2], []]", "[[91.1, 0.2, 3], []]"),
                "a cell is");
  ExpectRefused(Replaced("tolerance = 0.1", "tolerance = [0.1, 0.2, 0.3]"),
                "expected 1 or 2 numbers");
  ExpectRefused(Replaced("tolerance = 0.1", "tolerance = -0.1"),
                "not negative");
  ExpectRefused(Replaced("reason = \"it is not\"", ""), "reason");
  ExpectRefused(Replaced("\"not built\"", "\"magic\""), "magic");
}

TEST(PublishedTable, EveryTableOfTheLibraryIsRead) {
  std::vector<std::string> names;
  for (const PublishedTable& table : BuiltInPublishedTables()) {
    names.push_back(table.name);
    EXPECT_FALSE(table.source.empty()) << table.name;
  }
  EXPECT_THAT(names, ::testing::Contains("nats-bench-table4"));
}

TEST(PublishedTable, AnUnknownNameListsTheNearest) {
  try {
    FindPublishedTable("nats-bench-table5");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("nats-bench-table4"));
  }
}

TEST(PublishedTable, AFileOfTheUsersThatIsNotThereIsSaid) {
  try {
    FindPublishedTable("no/such/file.toml");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace hwnas
