#include "bench/predict/lookup_table.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/filled.h"
#include "tabular/table_writer.h"
#include "tests/predict/made_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

class LookupTable : public testing::Test {
 protected:
  LookupTable() : table_(Table::Open(MadeTable(dir_.Path("t.db")))) {}

  // A line for each layer: a nanosecond a mac, and a constant.
  std::string Csv(const std::string& columns = "layer,value,unit",
                  const std::string& tail = "") {
    std::string text = columns + "\n";
    for (const LayerUse& use : TableLayers(*table_, "latency")) {
      text += use.name + "," + std::to_string(use.cost.macs) + ",ns\n";
    }
    const std::string path = dir_.Path("layers.csv");
    WriteBytes(path, text + "constant,2,ms\n" + tail);
    return path;
  }

  LookupSpec Spec(const std::string& csv, const std::string& out = "") const {
    LookupSpec spec;
    spec.csv = csv;
    spec.platform = "mine";
    spec.out = out;
    return spec;
  }

  TempDir dir_;
  std::shared_ptr<const Table> table_;
};

TEST_F(LookupTable, ASumOverLayersIsWhatTheNetworkIsFilledWith) {
  const std::string out = dir_.Path("new.db");
  const LookupReport report = AddLookupTable(*table_, Spec(Csv(), out));
  EXPECT_EQ(report.filled, 500u);
  EXPECT_FALSE(report.measured.has_value());
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_THAT(report.warnings[0], HasSubstr("no error bars"));
  const auto made = Table::Open(out);
  EXPECT_TRUE(made->Check().empty());
  const FilledColumn filled = LoadFilled(*made, Metric::Parse("latency@mine"));
  EXPECT_EQ(filled.origin, Origin::kLookup);
  const auto macs = made->LoadOrCompute(Metric::Parse("macs;graph=effective"));
  for (size_t row = 0; row < 500; ++row) {
    EXPECT_NEAR(filled.column->Mean(row).value,
                2 + 1e-6 * macs->Mean(row).value, 1e-4);
  }
}

TEST_F(LookupTable, WholeNetworksSayHowAdditiveAPlatformIs) {
  LookupSpec spec = Spec(Csv());
  spec.platform = "p0";
  const LookupReport report = AddLookupTable(*table_, spec);
  ASSERT_TRUE(report.measured.has_value());
  EXPECT_EQ(report.measured->judged, 500u);
  EXPECT_GT(report.measured->median_error, 0);
  EXPECT_TRUE(report.warnings.empty());
  spec.out = dir_.Path("x.db");
  EXPECT_THROW(AddLookupTable(*table_, spec), Error) << "no gaps";

  // p0 is a sum over edges: not over layers, whose order of channels is one.
  const auto list = MeasureAdditivity(*table_, "latency", {}, 200, 1);
  ASSERT_EQ(list.size(), 5u);
  EXPECT_EQ(list[0].platform, "p0");
  EXPECT_LT(list[0].kendall, 0.5);
  EXPECT_GT(list[0].median_error, 0.02);
  // What was summed over layers is such a sum.
  const std::string out = dir_.Path("sum.db");
  AddLookupTable(*table_, Spec(Csv(), out));
  const auto sums =
      MeasureAdditivity(*Table::Open(out), "latency", {"mine"}, 200, 1);
  ASSERT_EQ(sums.size(), 1u);
  EXPECT_GT(sums[0].kendall, 0.95);
  EXPECT_LT(sums[0].median_error, 0.01);
  EXPECT_NEAR(sums[0].median_ratio, 1, 0.01);
}

TEST_F(LookupTable, WhatIsNoLayerTableIsRefusedInOneLine) {
  const auto failure = [&](const std::string& csv) -> std::string {
    try {
      AddLookupTable(*table_, Spec(csv));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(failure(Csv("layer,value,unit", "constant,2,ms\n")),
              HasSubstr("again"));
  EXPECT_THAT(failure(Csv("layer,value,unit", "conv9,2,ms\n")),
              HasSubstr("no network of the table has a layer 'conv9'"));
  EXPECT_THAT(failure(Csv("layer,value,what")), HasSubstr("--unit"));
  const std::string first = TableLayers(*table_, "latency")[0].name;
  WriteBytes(dir_.Path("one.csv"), "layer,value,unit\n" + first + ",2,ms\n");
  EXPECT_THAT(failure(dir_.Path("one.csv")), HasSubstr("layers have no line"));
  for (const char* value : {"nan", "-1", "", "1e999"}) {
    WriteBytes(dir_.Path("v.csv"),
               "layer,value,unit\n" + first + "," + value + ",ms\n");
    EXPECT_THAT(failure(dir_.Path("v.csv")), HasSubstr("v.csv:2: '")) << value;
  }
  WriteBytes(dir_.Path("u.csv"), "layer,value,unit\n" + first + ",2,min\n");
  EXPECT_THAT(failure(dir_.Path("u.csv")), HasSubstr("unit 'min'"));
}

}  // namespace
}  // namespace hwnas
