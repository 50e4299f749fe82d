#include "bench/predict/own_device.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/analysis/correlation.h"
#include "tabular/error.h"
#include "tabular/filled.h"
#include "tabular/table_writer.h"
#include "tests/predict/made_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

class OwnDevice : public testing::Test {
 protected:
  OwnDevice() : table_(Table::Open(MadeTable(dir_.Path("t.db")))) {}

  // A CSV of every 40th cell with p0's latencies, scaled.
  std::string Csv(double scale, const std::string& tail = "") {
    std::string text = "architecture,value\n";
    const auto column =
        table_->Load(table_->GetColumn(Metric::Parse("latency@p0")));
    for (size_t row = 0; row < 400; row += 40) {
      text += table_->BaseSpace()->Format(table_->ArchitectureAt(row)) + "," +
              std::to_string(scale * column->Mean(row).value) + "\n";
    }
    const std::string path = dir_.Path("mine.csv");
    WriteBytes(path, text + tail);
    return path;
  }

  OwnDeviceSpec Spec(const std::string& csv, const std::string& unit) const {
    OwnDeviceSpec spec;
    spec.csv = csv;
    spec.platform = "mine";
    spec.unit = unit;
    spec.sources = {"p1", "p2", "p3"};
    spec.source_architectures = 200;
    return spec;
  }

  ErrorCode Failure(const std::string& csv, const std::string& unit,
                    const std::string& said) {
    try {
      AddOwnDevice(*table_, dir_.Path("new.db"), Spec(csv, unit));
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(said));
      EXPECT_FALSE(std::filesystem::exists(dir_.Path("new.db")));
      EXPECT_FALSE(std::filesystem::exists(dir_.Path("new.db.tmp")));
      return error.Code();
    }
    ADD_FAILURE() << "no error: " << said;
    return ErrorCode::kInternal;
  }

  TempDir dir_;
  std::shared_ptr<const Table> table_;
};

TEST_F(OwnDevice, TenMeasurementsFillAPlatformBesideThem) {
  const std::string before = table_->Digest();
  const std::string out = dir_.Path("new.db");
  const OwnDeviceReport report = AddOwnDevice(*table_, out, Spec(Csv(1), "ms"));
  EXPECT_EQ(report.measured, 10u);
  EXPECT_EQ(report.predicted, 490u);
  EXPECT_TRUE(report.warnings.empty()) << report.warnings[0];
  ASSERT_TRUE(report.held.has_value());
  EXPECT_GE(*report.held, 6u);
  const auto made = Table::Open(out);
  EXPECT_TRUE(made->Check().empty());
  const Metric metric = Metric::Parse("latency@mine");
  EXPECT_EQ(made->GetColumn(metric).source, "own:mine");
  EXPECT_EQ(made->GetColumn(metric).origin, Origin::kMeasured);
  const FilledColumn filled = LoadFilled(*made, metric);
  EXPECT_EQ(filled.Count(), 490u);
  EXPECT_EQ(filled.origin, Origin::kPredicted);
  const auto truth = made->Load(made->GetColumn(Metric::Parse("latency@p0")));
  EXPECT_GT(SpearmanRho(filled.column->Means(), truth->Means()).value(), 0.5);
  for (size_t row = 0; row < 500; ++row) {
    EXPECT_EQ(filled.column->StandardDeviation(row) > 0,
              filled.filled[row] != 0);
  }
  EXPECT_EQ(Table::Open(table_->Path())->Digest(), before);
}

TEST_F(OwnDevice, TheUnitIsConvertedWhereItIsNamedAndWarnedOfWhereItIsWrong) {
  const auto values = [&](const std::string& csv, const std::string& unit) {
    return ReadOwnMeasurements(csv, *table_, "latency", unit).values;
  };
  const std::vector<double> ms = values(Csv(1), "ms");
  const std::vector<double> us = values(Csv(1000), "us");
  for (size_t i = 0; i < ms.size(); ++i) EXPECT_NEAR(us[i], ms[i], 1e-6);

  const OwnDeviceReport report =
      AddOwnDevice(*table_, dir_.Path("s.db"), Spec(Csv(0.001), "ms"));
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_THAT(report.warnings[0], HasSubstr("units look wrong"));
  EXPECT_THAT(report.warnings[0], HasSubstr("are they in s?"));
}

TEST_F(OwnDevice, AValueThatSlippedIsWarnedOfByItsArchitecture) {
  const auto spoilt = [&](double factor) {
    std::string text = "architecture,value\n";
    const auto column =
        table_->Load(table_->GetColumn(Metric::Parse("latency@p0")));
    for (size_t row = 0; row < 400; row += 40) {
      text +=
          table_->BaseSpace()->Format(table_->ArchitectureAt(row)) + "," +
          std::to_string((row == 120 ? factor : 1) * column->Mean(row).value) +
          "\n";
    }
    const std::string path = dir_.Path("slip.csv");
    WriteBytes(path, text);
    const std::string out = dir_.Path("slip.db");
    std::filesystem::remove(out);
    std::vector<std::string> warnings =
        AddOwnDevice(*table_, out, Spec(path, "ms")).warnings;
    std::erase_if(warnings, [](const std::string& w) {
      return w.find("has a digit or a unit slipped") == std::string::npos;
    });
    return warnings;
  };
  const std::string cell =
      table_->BaseSpace()->Format(table_->ArchitectureAt(120));
  EXPECT_THAT(spoilt(1), testing::IsEmpty());
  for (const double factor : {1000.0, 0.1}) {
    EXPECT_THAT(spoilt(factor), testing::ElementsAre(HasSubstr(cell)));
  }
}

TEST_F(OwnDevice, FewMeasurementsAndShuffledOnesAreWarnedOf) {
  std::string text = "architecture,value,unit\n";
  const auto column =
      table_->Load(table_->GetColumn(Metric::Parse("latency@p0")));
  std::vector<std::pair<double, size_t>> order;
  for (size_t row = 0; row < 450; row += 50) {
    order.emplace_back(column->Mean(row).value, row);
  }
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < 9; ++i) {  // the slowest is called the fastest
    text +=
        table_->BaseSpace()->Format(table_->ArchitectureAt(order[i].second)) +
        "," + std::to_string(order[8 - i].first) + ",ms\n";
  }
  const std::string path = dir_.Path("nine.csv");
  WriteBytes(path, text);
  const OwnDeviceReport report =
      AddOwnDevice(*table_, dir_.Path("nine.db"), Spec(path, ""));
  ASSERT_GE(report.warnings.size(), 2u);
  EXPECT_THAT(report.warnings[0], HasSubstr("9 measurements"));
  EXPECT_THAT(report.warnings[1], HasSubstr("as no known platform does"));
}

TEST_F(OwnDevice, RealMistakesAreNamedByLine) {
  const std::string cell =
      table_->BaseSpace()->Format(table_->ArchitectureAt(0));
  EXPECT_EQ(Failure(Csv(1, cell + ",5\n"), "ms",
                    "mine.csv:12: the "
                    "architecture of line 2 again"),
            ErrorCode::kCorrupt);
  const std::string other =
      table_->BaseSpace()->Format(table_->ArchitectureAt(7));
  for (const char* value : {"nan", "inf", "-3", "0", "", "12ms"}) {
    EXPECT_EQ(
        Failure(Csv(1, other + "," + value + "\n"), "ms", "mine.csv:12: '"),
        ErrorCode::kCorrupt)
        << value;
  }
  EXPECT_EQ(Failure(Csv(1, "|what~0|,5\n"), "ms", "mine.csv:12: "),
            ErrorCode::kNotFound);
  EXPECT_EQ(Failure(Csv(1), "", "say what the values are in with --unit"),
            ErrorCode::kUsage);
  EXPECT_EQ(Failure(Csv(1), "hours", "latency comes in ms, s, us, ns"),
            ErrorCode::kUsage);
  WriteBytes(dir_.Path("e.csv"), "architecture,value\n");
  EXPECT_EQ(Failure(dir_.Path("e.csv"), "ms", "no measurement"),
            ErrorCode::kCorrupt);
  WriteBytes(dir_.Path("h.csv"), "arch,ms\n");
  EXPECT_EQ(Failure(dir_.Path("h.csv"), "ms", "architecture"),
            ErrorCode::kCorrupt);
  EXPECT_EQ(Failure(dir_.Path("none.csv"), "ms", "none.csv"),
            ErrorCode::kNotFound);
}

TEST_F(OwnDevice, APlatformNeedsANameThatMetricsCanHave) {
  for (const char* name :
       {"", "my phone", "Phone", "a@b", "p:cifar10", "p;x=1"}) {
    EXPECT_THROW(CheckPlatformName(name), Error) << name;
  }
  EXPECT_NO_THROW(CheckPlatformName("my_phone-2"));
}

TEST_F(OwnDevice, WhatToMeasureIsSuggested) {
  OwnDeviceSpec spec = Spec("", "");
  const std::vector<uint32_t> rows = SuggestMeasurements(*table_, spec, 10);
  EXPECT_EQ(rows.size(), 10u);
  EXPECT_EQ(std::set<uint32_t>(rows.begin(), rows.end()).size(), 10u);
  for (const uint32_t row : rows) EXPECT_TRUE(table_->Connected(row));
  EXPECT_EQ(SuggestMeasurements(*table_, spec, 10), rows);
}

TEST_F(OwnDevice, ADisconnectedCellIsWarnedOf) {
  const std::string dead = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
  const std::string path = dir_.Path("table.db");
  std::filesystem::copy_file(table_->Path(), path);
  {
    const auto writer = TableWriter::Open(path);
    writer->AddArchitecture(table_->BaseSpace()->Parse(dead));
    writer->Commit();
  }
  const OwnDeviceReport report =
      AddOwnDevice(*Table::Open(path), dir_.Path("new.db"),
                   Spec(Csv(1, dead + ",9\n"), "ms"));
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_THAT(report.warnings[0], HasSubstr("1 of your architectures"));
}

TEST_F(OwnDevice, NothingIsWrittenOver) {
  const std::string out = dir_.Path("new.db");
  WriteBytes(out, "mine");
  EXPECT_THROW(AddOwnDevice(*table_, out, Spec(Csv(1), "ms")), Error);
  OwnDeviceSpec known = Spec(Csv(1), "ms");
  known.platform = "p2";
  EXPECT_THROW(AddOwnDevice(*table_, dir_.Path("o.db"), known), Error);
}

}  // namespace
}  // namespace hwnas
