#include "bench/reproduce/drawn_figures.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/reproduce/cell_store.h"
#include "datasets/synthetic.h"
#include "tabular/error.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

// Two studies of three sizes: six to run, each read by two columns.
std::string Studies() {
  std::string text = R"(
name = "learnt"
title = "What predictors reach"
source = "this test"
certainty = "copied"
[[column]]
name = "tau"
metric = "accuracy:val"
[[column]]
name = "error"
metric = "accuracy:val"
figure = "mae"
)";
  for (const std::string encoding : {"one-hot", "effective-one-hot"}) {
    text += "[[study]]\nname = \"" + encoding +
            "\"\npredictor = \"ridge\"\nencoding = \"" + encoding +
            "\"\ntest = 100\ndraws = 3\n";
    for (const std::string size : {"20", "40", "80"}) {
      text += "[[row]]\nname = \"" + encoding + size +
              "\"\nfrom = \"predictor\"\nstudy = \"" + encoding +
              "\"\ntrain = " + size + "\npublished = [[], []]\n";
    }
  }
  return text;
}

class DrawnFiguresTest : public ::testing::Test {
 protected:
  DrawnFiguresTest() : published_(PublishedTable::ReadText(Studies(), "p")) {
    SyntheticOptions options;
    options.every = 31;
    WriteSyntheticTable(folder_.Path("table.db"), options);
    table_ = Table::Open(folder_.Path("table.db"));
  }

  // Of every cell.
  std::vector<std::vector<double>> Run(int threads, CellStore* finished) {
    DrawnFigures drawn(published_, *table_, {}, finished);
    drawn.Run(threads, {});
    std::vector<std::vector<double>> figures;
    for (const PublishedRow& row : published_.rows) {
      for (const PublishedColumn& column : published_.columns) {
        figures.push_back(drawn.Of(row, column));
      }
    }
    return figures;
  }

  TempDir folder_;
  PublishedTable published_;
  std::shared_ptr<const Table> table_;
};

TEST_F(DrawnFiguresTest, AreTheSameOnAnyThreads) {
  const auto one = Run(1, nullptr);
  ASSERT_EQ(one.size(), 12u);
  for (const std::vector<double>& draws : one) EXPECT_EQ(draws.size(), 3u);
  EXPECT_NE(one[0], one[2]);
  EXPECT_EQ(Run(4, nullptr), one);
}

TEST_F(DrawnFiguresTest, WhatAStoreHoldsIsNotRunAgain) {
  const std::string path = folder_.Path("cells.jsonl");
  const auto one = Run(2, OpenCellStore(path).get());
  const auto again = OpenCellStore(path);
  EXPECT_EQ(again->Draws().size(), 12u);
  EXPECT_EQ(Run(1, again.get()), one);
  // It is what the store says that is given, not what would come out.
  const std::string label = again->Draws().begin()->first;
  again->AddDraws(label, {1, 2, 3});
  const auto changed = Run(2, again.get());
  size_t differ = 0;
  for (size_t i = 0; i < one.size(); ++i) differ += changed[i] != one[i];
  EXPECT_EQ(differ, 1u);
  EXPECT_EQ(OpenCellStore(path)->Draws().at(label),
            (std::vector<double>{1, 2, 3}));
}

TEST_F(DrawnFiguresTest, AnInterruptEndsThem) {
  DrawnFigures drawn(published_, *table_, {}, nullptr);
  Failure(ErrorCode::kInterrupted, [&] { drawn.Run(2, [] { return true; }); });
}

}  // namespace
}  // namespace hwnas
