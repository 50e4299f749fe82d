#include "bench/reproduce/reproduce.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "datasets/synthetic.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

constexpr char kTable[] = R"(
name = "made"
title = "A made table"
source = "this test"
certainty = "copied"
runs = 6

[[column]]
name = "val"
problem = "p"
metric = "accuracy:val"

[[column]]
name = "macs"
problem = "p"
metric = "macs"

[[row]]
name = "ours"
from = "strategy"
strategy = "evolution"
published = [[90, 1], []]

[[row]]
name = "random"
from = "strategy"
published = [[90, 1], []]

[[row]]
name = "best"
from = "optimum"
published = [[95], []]

[[row]]
name = "nobody's"
from = "not built"
reason = "nobody built it"
published = [[90, 1], [100]]

[[difference]]
a = "ours"
b = "random"

[experiment]
name = "made"
repetitions = 6
[experiment.protocol]
evaluations = 30
[[experiment.problem]]
name = "p"
objectives = ["accuracy:val"]
score = ["accuracy:val", "macs"]
[[experiment.strategy]]
name = "random"
[[experiment.strategy]]
label = "evolution"
name = "regularized-evolution"
)";

class ReproduceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SyntheticOptions options;
    options.every = 7;
    WriteSyntheticTable(folder_.Path("table.db"), options);
    table_ = Table::Open(folder_.Path("table.db"));
  }

  Reproduction Run(const std::string& text, const std::string& results,
                   std::optional<uint64_t> seed = std::nullopt,
                   int threads = 1) {
    const auto file = Results::OpenOrCreate(folder_.Path(results));
    RunOptions options;
    options.threads = threads;
    return Reproduce(PublishedTable::ReadText(text, "made.toml"), table_, *file,
                     seed, options);
  }

  TempDir folder_;
  std::shared_ptr<const Table> table_;
};

TEST_F(ReproduceTest, EveryCellIsThereByRowThenColumn) {
  const Reproduction reproduction = Run(kTable, "r.db");
  ASSERT_EQ(reproduction.cells.size(), 8u);
  EXPECT_EQ(reproduction.cells[0].row, "ours");
  EXPECT_EQ(reproduction.cells[0].column, "val");
  EXPECT_EQ(reproduction.cells[1].column, "macs");
  EXPECT_EQ(reproduction.cells[7].row, "nobody's");
  EXPECT_EQ(reproduction.cells[7].verdict, Verdict::kNotBuilt);
  EXPECT_EQ(reproduction.cells[7].reason, "nobody built it");
  EXPECT_FALSE(reproduction.cells[7].ours.has_value());
}

TEST_F(ReproduceTest, ASyntheticTableSpeaksNeitherForNorAgainst) {
  const Reproduction reproduction = Run(kTable, "r.db");
  EXPECT_TRUE(reproduction.synthetic);
  EXPECT_EQ(reproduction.cells[0].verdict, Verdict::kNotTestable);
  EXPECT_THAT(reproduction.cells[0].reason, HasSubstr("SYNTHETIC"));
  EXPECT_TRUE(reproduction.cells[0].ours.has_value());
  EXPECT_TRUE(reproduction.Agrees());
  Document document;
  AddReproduction(reproduction, &document);
  EXPECT_THAT(DocumentToText(document), HasSubstr("SYNTHETIC"));
}

TEST_F(ReproduceTest, TheOptimumIsTheBestRowOfTheTable) {
  const Reproduction reproduction = Run(kTable, "r.db");
  const auto val = table_->LoadOrCompute(Metric::Parse("accuracy:val"));
  const auto macs = table_->LoadOrCompute(Metric::Parse("macs"));
  double best = 0;
  double least = macs->Mean(0).value;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    best = std::max(best, val->Mean(row).value);
    least = std::min(least, macs->Mean(row).value);
  }
  EXPECT_EQ(reproduction.cells[4].ours, best);
  EXPECT_EQ(reproduction.cells[5].ours, least);
}

TEST_F(ReproduceTest, DifferencesArePairedAndPositiveWhereTheFirstIsBetter) {
  const Reproduction reproduction = Run(kTable, "r.db");
  ASSERT_EQ(reproduction.differences.size(), 2u);
  for (size_t c = 0; c < 2; ++c) {
    const ReproducedDifference& difference = reproduction.differences[c];
    // Of two macs, fewer is better.
    const double sign = c == 0 ? 1 : -1;
    EXPECT_EQ(difference.pairs, 6u);
    EXPECT_NEAR(
        difference.mean,
        sign * (*reproduction.cells[c].ours - *reproduction.cells[2 + c].ours),
        1e-9 * std::abs(*reproduction.cells[c].ours));
    EXPECT_LE(difference.low, difference.mean);
    EXPECT_GE(difference.high, difference.mean);
  }
}

TEST_F(ReproduceTest, ADifferenceMayBeAboutSomeColumns) {
  const std::string stated = "a = \"ours\"\nb = \"random\"\n";
  std::string table = kTable;
  const size_t at = table.find(stated) + stated.size();
  const auto with = [&](const std::string& columns) {
    return std::string(table).insert(at, "columns = " + columns + "\n");
  };
  const Reproduction one = Run(with("[\"macs\"]"), "r.db");
  ASSERT_EQ(one.differences.size(), 1u);
  EXPECT_EQ(one.differences[0].column, "macs");
  for (const char* columns : {"[\"no such column\"]", "[\"macs\", \"macs\"]"}) {
    EXPECT_THROW(Run(with(columns), "s.db"), Error);
  }
}

TEST_F(ReproduceTest, SeedMovesValuesThreadsDoNot) {
  const Reproduction one = Run(kTable, "one.db");
  const Reproduction two = Run(kTable, "two.db", std::nullopt, 2);
  const Reproduction other = Run(kTable, "other.db", 99);
  EXPECT_EQ(ReproductionToJson(one), ReproductionToJson(two));
  EXPECT_NE(one.cells[0].ours, other.cells[0].ours);
}

TEST_F(ReproduceTest, RunsThatAreThereAreKept) {
  const Reproduction first = Run(kTable, "r.db");
  const Reproduction again = Run(kTable, "r.db");
  EXPECT_EQ(ReproductionToJson(first), ReproductionToJson(again));
}

TEST_F(ReproduceTest, JsonHasExactlyTheDocumentedKeys) {
  const auto json =
      nlohmann::json::parse(ReproductionToJson(Run(kTable, "r.db")));
  EXPECT_EQ(json.size(), 2u);
  EXPECT_EQ(json.at("name"), "made");
  ASSERT_EQ(json.at("cells").size(), 8u);
  for (const auto& cell : json.at("cells")) {
    EXPECT_EQ(cell.size(), 9u);
    for (const char* key :
         {"row", "column", "published", "published_sd", "ours", "ours_sd",
          "interval", "verdict", "reason"}) {
      EXPECT_TRUE(cell.contains(key)) << key;
    }
  }
  EXPECT_TRUE(json.at("cells")[1].at("published").is_null());
  EXPECT_EQ(json.at("cells")[7].at("verdict"), "not built");
}

TEST_F(ReproduceTest, AColumnThatTheProblemDoesNotScoreIsSaid) {
  std::string text = kTable;
  const std::string score = "score = [\"accuracy:val\", \"macs\"]";
  text.replace(text.find(score), score.size(), "score = [\"accuracy:val\"]");
  try {
    Run(text, "r.db");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("does not score macs"));
  }
}

constexpr char kPredictors[] = R"(
name = "learnt"
title = "What predictors reach"
source = "this test"
certainty = "copied"
decimals = 3

[[study]]
name = "trees"
predictor = "xgboost"
options = {members = 1, trees = 60, folds = 0}
encoding = "effective-one-hot"
test = 300
draws = 4

[[study]]
name = "line"
predictor = "ridge"
encoding = "one-hot"
test = 300
draws = 4

[[column]]
name = "tau"
metric = "accuracy:val"

[[column]]
name = "error"
metric = "accuracy:val"
figure = "mae"

[[row]]
name = "few"
from = "predictor"
study = "trees"
train = 30
runs = 5
not_worse = true
published = [[0.1], [100]]

[[row]]
name = "many"
from = "predictor"
study = "trees"
train = 400
published = [[], []]

[[row]]
name = "straight"
from = "predictor"
study = "line"
train = 400
published = [[1], [0]]

[[row]]
name = "macs"
from = "predictor"
study = "line"
metric = "macs"
train = 400
published = [[], []]

[[mean]]
name = "easy"
rows = ["few"]

[[mean]]
name = "hopeless"
rows = ["straight"]

[[difference]]
a = "many"
b = "few"
)";

TEST_F(ReproduceTest, PredictorsAreJudgedOnSplitsOfTheTable) {
  const Reproduction reproduction = Run(kPredictors, "r.db");
  ASSERT_EQ(reproduction.cells.size(), 8u);
  for (const ReproducedCell& cell : reproduction.cells) {
    ASSERT_TRUE(cell.ours && cell.ours_sd) << cell.row;
    EXPECT_THAT(cell.reason, HasSubstr("over 4 draws"));
  }
  EXPECT_GT(*reproduction.cells[2].ours, *reproduction.cells[0].ours);
  EXPECT_LT(*reproduction.cells[3].ours, *reproduction.cells[1].ours);
  // Macs as published are a sum over edges, dead ones too.
  EXPECT_GT(*reproduction.cells[6].ours, 0.9);

  // The same splits as of `predict eval`.
  EvaluationSpec spec;
  spec.metric = "accuracy:val";
  spec.predictor = "ridge";
  spec.encodings = "one-hot";
  spec.train = {400};
  spec.test = 300;
  spec.splits = 4;
  const EvaluatedSize size = EvaluatePredictor(*table_, spec).front();
  double sum = 0;
  for (const PredictionFigures& f : size.by_split) sum += f.kendall;
  EXPECT_DOUBLE_EQ(*reproduction.cells[4].ours, sum / 4);
  EXPECT_NE(*reproduction.cells[4].ours,
            *Run(kPredictors, "s.db", 7).cells[4].ours);
}

TEST_F(ReproduceTest, MeansOfPredictorsHoldWhereTheyReachThePublishedOnes) {
  const Reproduction reproduction = Run(kPredictors, "r.db");
  ASSERT_EQ(reproduction.differences.size(), 4u);
  const ReproducedDifference& paired = reproduction.differences[0];
  EXPECT_EQ(paired.pairs, 4u);
  EXPECT_NEAR(paired.mean,
              *reproduction.cells[2].ours - *reproduction.cells[0].ours, 1e-12);
  EXPECT_GT(reproduction.differences[1].mean, 0) << "a smaller error is better";
  const ReproducedDifference& easy = reproduction.differences[2];
  EXPECT_EQ(easy.a, "easy");
  EXPECT_EQ(easy.pairs, 2u);
  EXPECT_GT(easy.mean, 0);
  EXPECT_LT(easy.low, easy.mean);
  EXPECT_TRUE(easy.Holds());
  EXPECT_FALSE(reproduction.differences[3].Holds());
}

TEST(PublishedTablePredictors, WhatCannotBeJudgedIsRefused) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = kPredictors;
    text.replace(text.find(from), from.size(), to);
    try {
      PublishedTable::ReadText(text, "learnt.toml");
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kUsage);
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_THAT(refused("figure = \"mae\"", "figure = \"mea\""),
              HasSubstr("expected kendall"));
  EXPECT_THAT(refused("predictor = \"ridge\"", "predictor = \"rigde\""),
              HasSubstr("ridge"));
  EXPECT_THAT(refused("trees = 60", "tree = 60"), HasSubstr("trees"));
  EXPECT_THAT(refused("study = \"line\"", "study = \"lime\""),
              HasSubstr("no study 'lime'"));
  EXPECT_THAT(refused("train = 30", "train = 0"), HasSubstr("at least 1"));
  EXPECT_THAT(refused("rows = [\"few\"]", "rows = [\"fewer\"]"),
              HasSubstr("no row 'fewer'"));
  EXPECT_THAT(refused("a = \"many\"", "a = \"lots\""),
              HasSubstr("no row 'lots'"));
}

TEST(Reproduction, AFigureThatFailsOrAnExpectedOrderThatLacksDisagrees) {
  Reproduction reproduction;
  ReproducedCell cell;
  cell.verdict = Verdict::kClose;
  reproduction.cells.push_back(cell);
  EXPECT_TRUE(reproduction.Agrees());
  for (const Verdict verdict :
       {Verdict::kNotReproduced, Verdict::kDiffersFromRecalled}) {
    reproduction.cells[0].verdict = verdict;
    EXPECT_FALSE(reproduction.Agrees());
  }
  reproduction.cells[0].verdict = Verdict::kNotBuilt;
  ReproducedDifference difference;
  difference.low = -0.1;
  difference.expected = true;
  reproduction.differences.push_back(difference);
  EXPECT_FALSE(reproduction.Agrees());
  reproduction.differences[0].low = 0.1;
  EXPECT_TRUE(reproduction.Agrees());
}

}  // namespace
}  // namespace hwnas
