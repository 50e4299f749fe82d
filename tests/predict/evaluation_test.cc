#include "bench/predict/evaluation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/predict/made_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

TEST(JudgePredictions, FiguresFollowTheirDefinitions) {
  const std::vector<double> truth = {1, 2, 3, 4, 5, 6};
  const Predictions p{{1, 2, 3, 5, 4, 6}, {1, 1, 1, 0.1, 1, 1}};
  const PredictionFigures f =
      JudgePredictions(p, truth, Direction::kMaximize, 2);
  EXPECT_NEAR(f.kendall, 13.0 / 15, 1e-12);  // one of 15 pairs is swapped
  EXPECT_NEAR(f.r2, 1 - 2 / 17.5, 1e-12);
  EXPECT_NEAR(f.mae, 2.0 / 6, 1e-12);
  EXPECT_EQ(f.precision, 0.5);  // of 5 and 6, 6 is found
  EXPECT_EQ(f.coverage[0], 1);
  EXPECT_EQ(f.coverage[1], 0.5);  // the fourth is 1 off, its half width 0.16
  EXPECT_NEAR(f.width[2], 2 * 1.6449, 1e-3);
  EXPECT_EQ(JudgePredictions(p, truth, Direction::kMinimize, 2).precision, 1);
}

TEST(JudgePredictions, ConstantsAreRefused) {
  const Predictions p{{1, 1, 1}, {1, 1, 1}};
  EXPECT_THROW(JudgePredictions(p, std::vector<double>{1, 2, 3},
                                Direction::kMaximize, 2),
               Error);
}

TEST(EvaluatePredictor, MoreRowsAreBetterAndTheSameSeedIsTheSame) {
  const TempDir dir;
  const auto table = Table::Open(MadeTable(dir.Path("t.db")));
  EvaluationSpec spec;
  spec.metric = "latency@p0";
  spec.predictor = "ridge";
  spec.train = {15, 200};
  spec.splits = 4;
  const auto sizes = EvaluatePredictor(*table, spec);
  ASSERT_EQ(sizes.size(), 2u);
  const auto tau = [&](size_t i) {
    return FigureInterval(sizes[i], &PredictionFigures::kendall, 1).mean;
  };
  EXPECT_GT(tau(1), tau(0));
  EXPECT_GT(tau(1), 0.9);
  // Relatives of the 200 are in neither part.
  EXPECT_GT(sizes[1].test, 100u);
  EXPECT_LT(sizes[1].test, 300u);
  const auto again = EvaluatePredictor(*table, spec);
  EXPECT_EQ(again[1].by_split[3].kendall, sizes[1].by_split[3].kendall);
  spec.relatives = true;
  EXPECT_EQ(EvaluatePredictor(*table, spec)[1].test, 300u);
}

TEST(TableLeakGroups, CellsThatAreOneNetworkShareAGroup) {
  const TempDir dir;
  const auto table = Table::Open(MadeTable(dir.Path("t.db")));
  const auto groups = TableLeakGroups(*table);
  ASSERT_EQ(groups.size(), table->Rows());
  for (size_t a = 0; a < groups.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      if (table->EffectiveNetwork(a) == table->EffectiveNetwork(b)) {
        EXPECT_EQ(groups[a], groups[b]);
      }
    }
  }
}

}  // namespace
}  // namespace hwnas
