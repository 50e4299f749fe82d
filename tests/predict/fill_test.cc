#include "bench/predict/fill.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/filled.h"
#include "tabular/table_writer.h"
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
  EXPECT_EQ(RemoveFilled(path_, "latency@p4"),
            static_cast<int64_t>(report.filled));
  const auto table = Table::Open(path_);
  EXPECT_EQ(table->FindColumn(Metric::Parse("latency@p4"), kPredictedSource),
            nullptr);
  EXPECT_EQ(table->Digest(), before);
  EXPECT_TRUE(table->Check().empty());
  EXPECT_THROW(RemoveFilled(path_, "latency@p4"), Error);
}

TEST_F(Fill, AFormulaFillsWhatItIsVerifiedOn) {
  {
    const auto table = Table::Open(path_);
    const auto from =
        table->Load(table->GetColumn(Metric::Parse("latency@p0")));
    const auto writer = TableWriter::Open(path_);
    for (const char* name : {"energy@p0", "energy@p1"}) {
      Column column;
      column.metric = Metric::Parse(name);
      column.source = "lab";
      const int64_t id = writer->AddColumn(column);
      for (size_t row = 0; row < 400; ++row) {
        const auto at = writer->FindArchitecture(table->ArchitectureAt(row));
        double value = 7 * from->Mean(row).value;
        // p1's energy is another matter in one row.
        if (row == 9 && column.metric.platform == "p1") value *= 1.01;
        writer->Set(id, "", *at, {value, Missing::kNone});
      }
      writer->FillGaps(id, "", Missing::kNotMeasured);
    }
    writer->Commit();
  }
  const FormulaReport report =
      FillGapsByFormula(path_, "energy@p0", "7 * latency@p0");
  EXPECT_EQ(report.filled, 100u);
  EXPECT_EQ(report.verified, 400u);
  const auto table = Table::Open(path_);
  const FilledColumn filled = LoadFilled(*table, Metric::Parse("energy@p0"));
  EXPECT_EQ(filled.origin, Origin::kAnalytic);
  EXPECT_EQ(filled.Count(), 100u);
  EXPECT_EQ(filled.filled[399], 0);
  EXPECT_EQ(filled.filled[400], 1);
  const auto from = table->Load(table->GetColumn(Metric::Parse("latency@p0")));
  for (size_t row = 0; row < 500; ++row) {
    EXPECT_DOUBLE_EQ(filled.column->Mean(row).value, 7 * from->Mean(row).value);
  }
  EXPECT_TRUE(table->Check().empty());
  EXPECT_EQ(RemoveFilled(path_, "energy@p0"), 100);
  try {
    FillGapsByFormula(path_, "energy@p1", "7*latency@p0");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kDisagree);
    EXPECT_THAT(error.what(), testing::HasSubstr("1 of 400 rows"));
  }
  EXPECT_THROW(FillGapsByFormula(path_, "energy@p0", "latency@p0"), Error);
}

TEST_F(Fill, AFilledColumnKeepsWhatWasMeasured) {
  FillGapsByPrediction(path_, Fitted(), "one-hot", 1);
  const auto table = Table::Open(path_);
  const Metric metric = Metric::Parse("latency@p4");
  const FilledColumn filled = LoadFilled(*table, metric);
  const auto own = table->LoadOrCompute(metric);
  size_t count = 0;
  for (size_t row = 0; row < table->Rows(); ++row) {
    if (own->Mean(row).Ok()) {
      EXPECT_EQ(filled.column->Mean(row).value, own->Mean(row).value);
      EXPECT_EQ(filled.filled[row], 0);
    }
    if (filled.filled[row] == 0) continue;
    ++count;
    EXPECT_GT(filled.column->StandardDeviation(row), 0);
  }
  EXPECT_EQ(count, filled.Count());
  EXPECT_GT(count, 0u);
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
