// Whole runs, logging and digest included: evaluations a second on one core.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "bench/harness/run.h"
#include "bench/harness/tabular_benchmark.h"
#include "datasets/synthetic.h"
#include "strategies/registry.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

constexpr uint64_t kEvaluations = 100'000;

std::shared_ptr<const TabularBenchmark> MakeBenchmark() {
  std::string folder =
      (std::filesystem::temp_directory_path() / "hwnas-micro-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  WriteSyntheticTable(folder + "/table.db", {});
  ProblemSpec spec;
  spec.name = "bench";
  spec.objectives = {{"accuracy:val/e12", "", ""}};
  spec.score = {{"accuracy:test/e200", "", ""}};
  spec.protocol.evaluations = kEvaluations;
  auto benchmark =
      TabularBenchmark::Make(Table::Open(folder + "/table.db"), spec);
  std::filesystem::remove_all(folder);
  return benchmark;
}

void RunOf(benchmark::State& state, const char* name,
           const OptionMap& options) {
  static const auto problem = MakeBenchmark();
  uint64_t seed = 0;
  for (auto _ : state) {
    RunContext context;
    context.problem = &problem->GetProblem();
    context.rng = Rng(++seed);
    const auto strategy = MakeStrategy(name, options, std::move(context));
    const auto evaluator = problem->MakeEvaluator(seed);
    const RunOutcome outcome =
        RunStrategy(problem->GetProblem(), problem->Spec().protocol, *evaluator,
                    *problem, *strategy, nullptr);
    benchmark::DoNotOptimize(outcome.Digest());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(kEvaluations));
}

void BM_RandomSearch(benchmark::State& state) { RunOf(state, "random", {}); }
BENCHMARK(BM_RandomSearch)->Unit(benchmark::kMillisecond);

void BM_RegularizedEvolution(benchmark::State& state) {
  RunOf(state, "regularized-evolution",
        {{"population_size", "10"}, {"sample_size", "3"}});
}
BENCHMARK(BM_RegularizedEvolution)->Unit(benchmark::kMillisecond);

void BM_Nsga2(benchmark::State& state) { RunOf(state, "nsga2", {}); }
BENCHMARK(BM_Nsga2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hwnas
