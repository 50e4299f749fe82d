#include "datasets/measure/measure.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/file_reader.h"
#include "datasets/measure/quiet.h"
#include "datasets/synthetic.h"
#include "gtest/gtest.h"
#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"
#include "tests/text_file.h"

namespace hwnas {
namespace {

/// Counts what is run, and holds as many bytes as the network has macs.
class CountingRunner : public NetworkRunner {
 public:
  CountingRunner(const LayerGraph& graph, int* runs, int* peaks)
      : bytes_(Macs(graph)), runs_(runs), peaks_(peaks) {}
  void Run() override { ++*runs_; }
  int64_t PeakBytes() override {
    ++*peaks_;
    return bytes_;
  }
  std::vector<float> Answers() override { return {}; }

 private:
  int64_t bytes_;
  int* runs_;
  int* peaks_;
};

class Measure : public testing::Test {
 protected:
  Measure() {
    SyntheticOptions synthetic;
    synthetic.every = 331;
    WriteSyntheticTable(folder_.Path("t.db"), synthetic);
    table_ = Table::Open(folder_.Path("t.db"));
    options_.machine = "desk";
    options_.networks = 12;
    options_.batches = {1, 4};
    options_.rounds = 2;
    options_.repeats = 3;
    options_.warm_up = 1;
    make_ = [this](const LayerGraph& graph, const LatencySetting&) {
      return std::make_unique<CountingRunner>(graph, &runs_, &peaks_);
    };
  }

  bool Pass(const std::string& file,
            const std::function<void(const MeasureProgress&)>& progress = {}) {
    return MeasurePass(*table_, options_, folder_.Path(file), progress, make_);
  }
  LatencyFile Read(const std::string& file) const {
    return ParseLatencyFile(ReadWholeFile(folder_.Path(file), 1 << 20), file);
  }

  TempDir folder_;
  std::shared_ptr<const Table> table_;
  MeasureOptions options_;
  RunnerMaker make_;
  int runs_ = 0;
  int peaks_ = 0;
};

TEST_F(Measure, VisitsEveryNetworkInEverySettingAndTheReferenceBesides) {
  ASSERT_TRUE(Pass("p.csv"));
  // 12 networks twice, and the reference once; 6 settings, 1 + 3 runs.
  EXPECT_EQ(runs_, Quiet::kCalibrations + (12 * 2 + 1) * 6 * 4);
  const LatencyFile file = Read("p.csv");
  EXPECT_EQ(file.rows.size(), 12u);
  EXPECT_EQ(file.reference.size(), 1u);
  EXPECT_EQ(file.header.settings.size(), 6u);
  for (const LatencyRow& row : file.rows) {
    ASSERT_EQ(row.latencies.size(), 6u);
    NetworkInput input;
    ASSERT_TRUE(FindNetworkInput("cifar10", &input));
    EXPECT_EQ(
        row.latencies[0].peak_bytes,
        Macs(table_->BaseSpace()->Layers(row.architecture, input).Effective()));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("p.csv.part")));
  // A whole pass is not measured again.
  runs_ = 0;
  EXPECT_TRUE(Pass("p.csv"));
  EXPECT_EQ(runs_, 0);
}

TEST_F(Measure, GoesOnWhereItWasStopped) {
  std::atomic<bool> stop = false;
  options_.stop = [&stop] { return stop.load(); };
  EXPECT_FALSE(Pass("p.csv", [&](const MeasureProgress& progress) {
    stop = progress.done == 7;
  }));
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("p.csv")));
  // A kill tears the last line.
  const std::string part = folder_.Path("p.csv.part");
  const std::string text = ReadWholeFile(part, 1 << 20);
  WriteBytes(part, text.substr(0, text.size() - 5));

  stop = false;
  runs_ = 0;
  EXPECT_TRUE(Pass("p.csv"));
  EXPECT_EQ(runs_, Quiet::kCalibrations + (12 * 2 - 6) * 6 * 4);
  EXPECT_EQ(Read("p.csv").rows.size(), 12u);
}

TEST_F(Measure, RefusesToGoOnWithWhatIsOfAnotherPassOrDamaged) {
  std::atomic<bool> stop = false;
  options_.stop = [&stop] { return stop.load(); };
  Pass("p.csv",
       [&](const MeasureProgress& progress) { stop = progress.done == 2; });
  stop = false;
  options_.repeats = 4;
  Failure(ErrorCode::kDisagree, [&] { Pass("p.csv"); });
  options_.repeats = 3;
  const std::string part = folder_.Path("p.csv.part");
  std::string text = ReadWholeFile(part, 1 << 20);
  text.replace(text.find("visit,1,"), 8, "visit,5,");
  WriteBytes(part, text);
  Failure(ErrorCode::kCorrupt, [&] { Pass("p.csv"); });
}

TEST_F(Measure, BecomesAPlatformForEachSettingOfATable) {
  ASSERT_TRUE(Pass("1.csv"));
  options_.pass = 2;
  ASSERT_TRUE(Pass("2.csv"));
  const std::vector<LatencyFile> files = {Read("1.csv"), Read("2.csv")};
  const auto writer = TableWriter::Open(folder_.Path("t.db"));
  AddLatencies(files, ArchitecturesOf(*table_), *writer);
  writer->Commit();

  const auto table = Table::Open(folder_.Path("t.db"));
  const Platform* platform = table->FindPlatform("desk_channels-last_4");
  ASSERT_NE(platform, nullptr);
  EXPECT_EQ(platform->device, "desk");
  EXPECT_EQ(platform->batch, 4);
  const auto latency =
      table->Load(table->GetColumn(Metric::Parse("latency@desk_eager_1")));
  EXPECT_EQ(latency->Info().replicates,
            (std::vector<std::string>{"pass1", "pass2"}));
  size_t there = 0;
  for (size_t row = 0; row < table->Rows(); ++row) {
    if (!table->Connected(row)) {
      EXPECT_EQ(latency->At(row, 0).missing, Missing::kDisconnected);
    } else if (latency->At(row, 0).Ok()) {
      ++there;
    } else {
      EXPECT_EQ(latency->At(row, 0).missing, Missing::kNotMeasured);
    }
  }
  EXPECT_GE(there, 12u);
  const auto memory =
      table->Load(table->GetColumn(Metric::Parse("peak-memory@desk_folded_1")));
  const size_t row = *table->FindRow(files[0].rows[0].architecture);
  EXPECT_EQ(memory->At(row, 0).value,
            static_cast<double>(files[0].rows[0].latencies[2].peak_bytes));
  EXPECT_TRUE(table->Check().empty());
}

TEST_F(Measure, ComparesPassesAndSeesDrift) {
  LatencyFile first, second;
  for (uint16_t i = 0; i < 8; ++i) {
    const double ms = 1 + i;
    first.rows.push_back({Architecture{i}, {{ms, 0, 0, 0}}});
    second.rows.push_back({Architecture{i}, {{1.5 * ms, 0, 0, 0}}});
    first.reference.push_back({100 * i, {i < 6 ? 1.0 : 1.2}});
  }
  const PassAgreement agreement = ComparePasses(first, second, 0);
  EXPECT_EQ(agreement.kendall_tau, 1.0);
  EXPECT_DOUBLE_EQ(agreement.median_ratio, 1.5);
  EXPECT_DOUBLE_EQ(Drift(first, 0), 1.2);
}

TEST_F(Measure, RefusesWhatCannotBeMeasured) {
  options_.machine = "My Machine";
  Failure(ErrorCode::kUsage, [&] { Pass("p.csv"); });
}

TEST_F(Measure, RefusesPassesOfDifferentMachines) {
  ASSERT_TRUE(Pass("1.csv"));
  std::vector<LatencyFile> files = {Read("1.csv"), Read("1.csv")};
  files[1].header.processor = "another";
  const auto writer = TableWriter::Open(folder_.Path("t.db"));
  Failure(ErrorCode::kUsage,
          [&] { AddLatencies(files, ArchitecturesOf(*table_), *writer); });
}

}  // namespace
}  // namespace hwnas
