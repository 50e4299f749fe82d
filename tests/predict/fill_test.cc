#include "bench/predict/fill.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/predict/made_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

class Fill : public testing::Test {
 protected:
  Fill() : path_(MadeTable(dir_.Path("t.db"))) {}

  SavedPredictor Fitted() const {
    FitSpec spec;
    spec.metric = "latency@p4";
    spec.predictor = "ridge";
    return FitOnTable(*Table::Open(path_), spec).saved;
  }

  TempDir dir_;
  std::string path_;
};

TEST_F(Fill, FillsGapsAloneAndNothingThatWouldNotCompile) {
  const FillReport report = FillGapsByPrediction(path_, Fitted(), "one-hot", 1);
  EXPECT_EQ(report.predictor, "ridge@1");
  ASSERT_TRUE(report.balanced_accuracy.has_value());
  EXPECT_GT(*report.balanced_accuracy, 0.99);
  EXPECT_EQ(report.filled + report.not_compiling, 50u);
  EXPECT_GT(report.not_compiling, 0u);

  const auto table = Table::Open(path_);
  const Metric metric = Metric::Parse("latency@p4");
  const auto measured = table->Load(table->GetColumn(metric, "lab"));
  const auto filled = table->Load(table->GetColumn(metric, kPredictedSource));
  EXPECT_EQ(table->GetColumn(metric).source, "lab") << "preferred still";
  EXPECT_EQ(filled->Info().origin, Origin::kPredicted);
  EXPECT_EQ(filled->Info().predictor, "ridge@1");
  for (size_t row = 0; row < table->Rows(); ++row) {
    const Value value = filled->Mean(row);
    if (measured->Mean(row).Ok()) {
      EXPECT_FALSE(value.Ok()) << row;
    }
    if (!value.Ok()) continue;
    EXPECT_EQ(measured->Mean(row).missing, Missing::kNotMeasured);
    EXPECT_NE(table->ArchitectureAt(row)[0], 0) << "does not compile";
    EXPECT_GT(filled->StandardDeviation(row), 0);
  }
  EXPECT_TRUE(table->Check().empty());
}

TEST_F(Fill, IsUndoneByRemove) {
  const std::string before = Table::Open(path_)->Digest();
  const FillReport report = FillGapsByPrediction(path_, Fitted(), "one-hot", 1);
  EXPECT_THROW(FillGapsByPrediction(path_, Fitted(), "one-hot", 1), Error)
      << "twice";
  EXPECT_EQ(RemovePredicted(path_, "latency@p4"),
            static_cast<int64_t>(report.filled));
  const auto table = Table::Open(path_);
  EXPECT_EQ(table->FindColumn(Metric::Parse("latency@p4"), kPredictedSource),
            nullptr);
  EXPECT_TRUE(table->Check().empty());
  EXPECT_THROW(RemovePredicted(path_, "latency@p4"), Error);
}

TEST_F(Fill, AnotherSpacesPredictorIsRefused) {
  SavedPredictor saved = Fitted();
  saved.space = "fbnet@1";
  try {
    FillGapsByPrediction(path_, saved, "one-hot", 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("fbnet@1"));
  }
}

TEST_F(Fill, UnknownMetricsAndTooManyRowsAreRefused) {
  const auto table = Table::Open(path_);
  FitSpec spec;
  spec.metric = "latency@p9";
  EXPECT_THROW(FitOnTable(*table, spec), Error);
  spec.metric = "latency@p0";
  spec.train = 501;
  EXPECT_THROW(FitOnTable(*table, spec), Error);
}

}  // namespace
}  // namespace hwnas
