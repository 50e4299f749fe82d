// Predictors on all of nb201: fitting, predicting, adapting. Latencies are
// made, sums over edges with noise.

#include <benchmark/benchmark.h>

#include <numeric>
#include <span>
#include <vector>

#include "predictors/encoding.h"
#include "predictors/few_shot.h"
#include "predictors/predictor.h"
#include "tabular/rng.h"
#include "tabular/spaces/nb201.h"

namespace hwnas {
namespace {

constexpr size_t kLearnt = 1000;
constexpr size_t kSources = 9;
constexpr size_t kSourceCells = 900;

struct Cells {
  Nb201Space space;
  EncodingContext context;
  std::vector<Architecture> all;  // in random order

  Cells() {
    context.space = &space;
    NetworkInput input;
    HWNAS_CHECK(FindNetworkInput("cifar10", &input));
    context.inputs = {input};
    for (uint64_t rank = 0; rank < *space.Size(); ++rank) {
      all.push_back(space.Unrank(rank));
    }
    Rng rng(1);
    rng.Shuffle(std::span<Architecture>(all));
  }

  Features Encoded(const char* encodings) const {
    return Encode(encodings, context, all);
  }

  std::vector<double> Latencies(uint64_t device) const {
    Rng shared(2);
    Rng own = Rng::FromLabel(device, "device");
    std::vector<double> cost(30);
    for (double& c : cost) c = shared.Uniform(0, 5) + own.Uniform(0, 3);
    std::vector<double> values;
    for (const Architecture& a : all) {
      double sum = 3;
      for (size_t e = 0; e < 6; ++e) sum += cost[5 * e + a[e]];
      values.push_back(sum * (1 + 0.01 * own.Normal()));
    }
    return values;
  }
};

const Cells& AllCells() {
  static const Cells cells;
  return cells;
}

std::vector<uint32_t> First(size_t count) {
  std::vector<uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

std::unique_ptr<Predictor> Fitted(const char* name, const Features& features) {
  auto predictor = MakePredictor(name);
  const std::vector<double> values = AllCells().Latencies(0);
  predictor->Fit(features.Select(First(kLearnt)),
                 std::span(values).first(kLearnt), 1);
  return predictor;
}

void Encoding(benchmark::State& state, const char* encodings) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(AllCells().Encoded(encodings));
  }
}

void FitOn1000(benchmark::State& state, const char* name,
               const char* encodings) {
  const Features features = AllCells().Encoded(encodings);
  for (auto _ : state) benchmark::DoNotOptimize(Fitted(name, features));
}

void PredictAll(benchmark::State& state, const char* name,
                const char* encodings) {
  const Features features = AllCells().Encoded(encodings);
  const auto predictor = Fitted(name, features);
  for (auto _ : state) {
    benchmark::DoNotOptimize(predictor->Predict(features));
  }
}

#define HWNAS_ALL(function, name, ...)           \
  BENCHMARK_CAPTURE(function, name, __VA_ARGS__) \
      ->Unit(benchmark::kMillisecond)            \
      ->MeasureProcessCPUTime()                  \
      ->UseRealTime()
HWNAS_ALL(Encoding, one_hot, "one-hot");
HWNAS_ALL(Encoding, effective_paths, "effective-one-hot+paths");
HWNAS_ALL(Encoding, graph, "graph");
HWNAS_ALL(FitOn1000, xgboost, "xgboost", "one-hot");
HWNAS_ALL(FitOn1000, mlp, "mlp", "one-hot");
HWNAS_ALL(FitOn1000, graph_network, "graph-network", "graph")->Iterations(1);
HWNAS_ALL(PredictAll, xgboost, "xgboost", "one-hot");
HWNAS_ALL(PredictAll, xgboost_paths, "xgboost", "effective-one-hot+paths");
HWNAS_ALL(PredictAll, mlp, "mlp", "one-hot");
HWNAS_ALL(PredictAll, graph_network, "graph-network", "graph");

// From ten measurements of a new device, chosen and made: all of nb201.
void AdaptAndPredictAll(benchmark::State& state) {
  std::vector<Features> blocks;
  for (const std::string& encoding : FewShotEncodings(AllCells().space)) {
    blocks.push_back(AllCells().Encoded(encoding.c_str()));
  }
  const std::vector<uint32_t> rows = First(kSourceCells);
  std::vector<std::vector<double>> sources;
  for (size_t d = 0; d < kSources; ++d) {
    sources.push_back(AllCells().Latencies(d));
    sources.back().resize(kSourceCells);
  }
  const FewShot few_shot(blocks, rows, sources);
  const std::vector<double> target = AllCells().Latencies(kSources);
  for (auto _ : state) {
    Rng rng(1);
    const auto chosen = few_shot.Choose(Sampler::kDOptimal, 10, rows, rng);
    std::vector<double> measured;
    for (const uint32_t row : chosen) measured.push_back(target[row]);
    benchmark::DoNotOptimize(few_shot.Adapt(chosen, measured));
  }
}
BENCHMARK(AdaptAndPredictAll)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hwnas
