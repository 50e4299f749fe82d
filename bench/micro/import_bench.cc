// Importers on the published files ($HWNAS_DATA, else ../shared/data; skipped
// where they are not), and what they spend their time on.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/importer.h"
#include "tabular/rng.h"
#include "tabular/spaces/nb101.h"

namespace hwnas {
namespace {

std::string Published(const std::string& relative) {
  const char* set = std::getenv("HWNAS_DATA");
  const std::filesystem::path folder =
      set != nullptr && *set != '\0' ? set : "../shared/data";
  return (folder / relative).string();
}

void Import(benchmark::State& state, const std::string& source,
            const std::string& relative) {
  const std::string path = Published(relative);
  if (!std::filesystem::exists(path)) {
    state.SkipWithError((path + " is not here: set HWNAS_DATA").c_str());
    return;
  }
  std::string folder =
      (std::filesystem::temp_directory_path() / "hwnas-micro-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  const std::string table = folder + "/t.db";
  for (auto _ : state) {
    ImportInto(FindImporter(source), {{path}, ""}, table);
    state.PauseTiming();
    std::filesystem::remove(table);
    state.ResumeTiming();
  }
  std::filesystem::remove_all(folder);
}

void ImportFbnet(benchmark::State& state) {
  Import(state, "help", "help/fbnet");
}
BENCHMARK(ImportFbnet)->Unit(benchmark::kMillisecond);

void ImportNatsBenchArchives(benchmark::State& state) {
  Import(state, "nats-bench",
         "nats-bench/fake_torch_dir/NATS-tss-v1_0-3ffb9-simple");
}
BENCHMARK(ImportNatsBenchArchives)->Unit(benchmark::kMillisecond);

void ImportNatsBenchSizeArchives(benchmark::State& state) {
  Import(state, "nats-bench",
         "nats-bench/fake_torch_dir/NATS-sss-v1_0-50262-simple");
}
BENCHMARK(ImportNatsBenchSizeArchives)->Unit(benchmark::kMillisecond);

void ImportNasBench101Sample(benchmark::State& state) {
  Import(state, "nas-bench-101-sample", "nas-bench-101/sample_30001.jsonl.gz");
}
BENCHMARK(ImportNasBench101Sample)->Unit(benchmark::kMillisecond);

void ImportNasBenchMacro(benchmark::State& state) {
  Import(state, "nas-bench-macro",
         "nas-bench-macro/nas-bench-macro_cifar10.json");
}
BENCHMARK(ImportNasBenchMacro)->Unit(benchmark::kMillisecond);

void ImportAccelNasbench(benchmark::State& state) {
  Import(state, "accel-nasbench", "accel-nasbench/anb_dataset_jsons.tar.gz");
}
BENCHMARK(ImportAccelNasbench)->Unit(benchmark::kMillisecond);

void HashNb101Cell(benchmark::State& state) {
  const Nb101Space space;
  Rng rng(1);
  std::vector<Architecture> cells(4096);
  for (Architecture& cell : cells) cell = space.Sample(rng);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(Nb101Space::Hash(cells[i++ % cells.size()]));
  }
}
BENCHMARK(HashNb101Cell)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hwnas
