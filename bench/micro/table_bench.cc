// Tables: opening, loading, looking up. The table is the whole of nb201 with
// 100 columns, made up once a process.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/synthetic.h"
#include "tabular/rng.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"

namespace hwnas {
namespace {

constexpr size_t kColumns = 100;

/// The file, removed at the end of the process.
class BenchTable {
 public:
  BenchTable() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "hwnas-micro-XXXXXX")
            .string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
    WriteSyntheticTable(Path(), {});
    const auto writer = TableWriter::Open(Path());
    Rng rng(1);
    for (size_t i = Table::Open(Path())->Columns().size(); i < kColumns; ++i) {
      Platform platform;
      platform.id = "device-" + std::to_string(i);
      writer->AddPlatform(platform);
      writer->AddSource({.name = "bench"});
      Column column;
      column.metric = Metric::Parse("latency@" + platform.id);
      column.source = "bench";
      const int64_t id = writer->AddColumn(column);
      for (int64_t row = 1; row <= 15625; ++row) {
        writer->Set(id, "", row, {rng.Uniform()});
      }
    }
    writer->Commit();
  }
  ~BenchTable() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string Path() const { return folder_ + "/nb201.db"; }

 private:
  std::string folder_;
};

const std::string& TablePath() {
  static const BenchTable table;
  static const std::string path = table.Path();
  return path;
}

void OpenTable(benchmark::State& state) {
  const std::string path = TablePath();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Table::Open(path));
  }
}
BENCHMARK(OpenTable)->Unit(benchmark::kMillisecond);

void OpenTableAndLoadThreeMetrics(benchmark::State& state) {
  const std::string path = TablePath();
  const std::vector<Metric> metrics = {Metric::Parse("latency@synthetic-cpu"),
                                       Metric::Parse("macs"),
                                       Metric::Parse("latency@device-42")};
  for (auto _ : state) {
    const auto table = Table::Open(path);
    for (const Metric& metric : metrics) {
      benchmark::DoNotOptimize(table->Load(table->GetColumn(metric)));
    }
  }
}
BENCHMARK(OpenTableAndLoadThreeMetrics)->Unit(benchmark::kMillisecond);

void ResolvePublishedIndexFirstTime(benchmark::State& state) {
  const std::string path = TablePath();
  for (auto _ : state) {
    const auto table = Table::Open(path);
    benchmark::DoNotOptimize(table->FindAlias("none", "1"));
  }
}
BENCHMARK(ResolvePublishedIndexFirstTime)->Unit(benchmark::kMillisecond);

void ValueByRow(benchmark::State& state) {
  const auto table = Table::Open(TablePath());
  const auto column =
      table->Load(table->GetColumn(Metric::Parse("latency@synthetic-cpu")));
  Rng rng(2);
  std::vector<size_t> rows(4096);
  for (size_t& row : rows) row = rng.Below(table->Rows());
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(column->Mean(rows[i++ % rows.size()]));
  }
}
BENCHMARK(ValueByRow);

void ValueByText(benchmark::State& state) {
  const auto table = Table::Open(TablePath());
  const SearchSpace& space = *table->BaseSpace();
  const auto column =
      table->Load(table->GetColumn(Metric::Parse("latency@synthetic-cpu")));
  Rng rng(3);
  std::vector<std::string> texts(4096);
  for (std::string& text : texts) text = space.Format(space.Sample(rng));
  size_t i = 0;
  for (auto _ : state) {
    const auto row = table->FindRow(space.Parse(texts[i++ % texts.size()]));
    benchmark::DoNotOptimize(column->Mean(*row));
  }
}
BENCHMARK(ValueByText);

void FindRow(benchmark::State& state) {
  const auto table = Table::Open(TablePath());
  Rng rng(4);
  std::vector<Architecture> architectures(4096);
  for (Architecture& a : architectures) a = table->Space()->Sample(rng);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        table->FindRow(architectures[i++ % architectures.size()]));
  }
}
BENCHMARK(FindRow);

void WriteWholeSyntheticTable(benchmark::State& state) {
  const std::string path = TablePath() + ".new";
  for (auto _ : state) {
    WriteSyntheticTable(path, {});
    std::filesystem::remove(path);
  }
}
BENCHMARK(WriteWholeSyntheticTable)->Unit(benchmark::kMillisecond);

void ComputeEffectiveMacs(benchmark::State& state) {
  const std::string path = TablePath();
  for (auto _ : state) {
    const auto table = Table::Open(path);
    benchmark::DoNotOptimize(
        table->LoadOrCompute(Metric::Parse("macs;graph=effective")));
  }
}
BENCHMARK(ComputeEffectiveMacs)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hwnas
