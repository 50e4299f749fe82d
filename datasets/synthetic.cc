#include "datasets/synthetic.h"

#include <cmath>
#include <map>
#include <memory>

#include "tabular/cost_model.h"
#include "tabular/rng.h"
#include "tabular/spaces/nb201.h"
#include "tabular/table_writer.h"

namespace hwnas {
namespace {

constexpr int kReplicates = 3;
constexpr double kChance = 10;  // %, of ten classes
constexpr const char* kSource = "synthetic";
constexpr const char* kCostModel = "cost-model";

/// What one effective network is worth.
struct Network {
  double accuracy_12[2] = {};                // val, test
  double accuracy_200[kReplicates][2] = {};  // val, test
  double train_seconds = 0;
  double cpu_ms = 0;
  double gpu_ms = 0;
  double mcu_ms = 0;
};

/// Saturating in the depth of convolutions, less for what is pooled.
double Formula(const Nb201Effective& cell) {
  double conv3 = 0;
  double conv1 = 0;
  double pool = 0;
  double skip = 0;
  for (const Nb201Edge& edge : cell.edges) {
    conv3 += edge.op == Nb201Op::kConv3x3 ? 1 : 0;
    conv1 += edge.op == Nb201Op::kConv1x1 ? 1 : 0;
    pool += edge.op == Nb201Op::kAvgPool3x3 ? 1 : 0;
    skip += edge.op == Nb201Op::kSkip ? 1 : 0;
  }
  const double strength = conv3 + 0.6 * conv1;
  const double residual = skip > 0 && strength > 0 ? 0.8 : 0;
  return 94 - 35 * std::exp(-0.9 * strength) - 1.2 * pool + residual;
}

Network Make(const Nb201Space& space, const Architecture& architecture,
             const NetworkInput& input, const std::string& key, uint64_t seed) {
  const LayerGraph graph = space.Layers(architecture, input).Effective();
  const double mega_macs = static_cast<double>(Macs(graph)) / 1e6;
  const double peak_kilobytes =
      static_cast<double>(PeakActivationBytes(graph)) / 1e3;
  const Nb201Effective cell = Nb201Space::Effective(architecture);
  Rng rng = Rng::FromLabel(seed, "synthetic/" + key);
  Network network;
  const double base = cell.connected ? Formula(cell) : kChance;
  const double spread = cell.connected ? 0.25 : 0;
  const double own = cell.connected ? 0.8 * rng.Normal() : 0;
  for (double& accuracy : network.accuracy_12) {
    accuracy =
        cell.connected ? 0.8 * (base + own) + 1.5 * rng.Normal() : kChance;
  }
  for (auto& replicate : network.accuracy_200) {
    replicate[0] = base + own + spread * rng.Normal();
    replicate[1] = base + own + spread * rng.Normal();
  }
  network.train_seconds = 600 + 20 * mega_macs;
  const auto edges = static_cast<double>(cell.edges.size());
  network.cpu_ms = cell.connected ? 2 + 0.35 * mega_macs + 0.4 * edges : 0.01;
  network.gpu_ms = cell.connected ? 1 + 0.01 * mega_macs + 0.6 * edges : 0.01;
  network.mcu_ms =
      cell.connected ? 20 + 9 * mega_macs + 0.05 * peak_kilobytes : 0.1;
  return network;
}

Platform MakePlatform(const char* id, const char* category,
                      const char* processor, const char* formula) {
  Platform platform;
  platform.id = id;
  platform.device = id;
  platform.category = category;
  platform.processor = processor;
  platform.batch = 1;
  platform.method = std::string("SYNTHETIC, no device: ") + formula;
  return platform;
}

}  // namespace

void WriteSyntheticTable(const std::string& path,
                         const SyntheticOptions& options) {
  HWNAS_CHECK(options.every > 0);
  const auto space = std::make_shared<Nb201Space>();
  TableInfo info;
  info.title = "SYNTHETIC: made-up accuracies and latencies on nb201";
  info.synthetic = true;
  info.defaults.dataset = "cifar10";
  info.defaults.split = "val";
  info.defaults.fidelity = Fidelity::Parse("e200");
  const auto writer = TableWriter::Create(path, space, info);

  Source source;
  source.name = kSource;
  source.origin = "made by hwnas from a formula; nothing was trained";
  source.licence = "Apache-2.0";
  source.recipe = "SYNTHETIC";
  source.importer = "synthetic@1";
  writer->AddSource(source);
  Source analytic = source;
  analytic.name = kCostModel;
  analytic.origin = "counted by hwnas on the layer graph";
  analytic.recipe = "";
  writer->AddSource(analytic);
  writer->AddPlatform(
      MakePlatform("synthetic-cpu", "server", "CPU",
                   "2 + 0.35 x million macs + 0.4 x live edges"));
  writer->AddPlatform(
      MakePlatform("synthetic-gpu", "server", "GPU",
                   "1 + 0.01 x million macs + 0.6 x live edges"));
  writer->AddPlatform(
      MakePlatform("synthetic-mcu", "tiny", "MCU",
                   "20 + 9 x million macs + 0.05 x peak activation kB"));

  const auto add = [&](const char* metric, const char* from, Origin origin) {
    Column column;
    column.metric = Metric::Parse(metric);
    column.source = from;
    column.origin = origin;
    return writer->AddColumn(column);
  };
  const Origin made_up = Origin::kSimulated;
  const int64_t val_12 = add("accuracy:val/e12", kSource, made_up);
  const int64_t val = add("accuracy:val/e200", kSource, made_up);
  const int64_t test = add("accuracy:test/e200", kSource, made_up);
  const int64_t test_12 = add("accuracy:test/e12", kSource, made_up);
  const int64_t seconds_12 = add("train-seconds:e12", kSource, made_up);
  const int64_t seconds = add("train-seconds:e200", kSource, made_up);
  const int64_t cpu = add("latency@synthetic-cpu", kSource, made_up);
  const int64_t gpu = add("latency@synthetic-gpu", kSource, made_up);
  const int64_t mcu = add("latency@synthetic-mcu", kSource, made_up);
  const int64_t macs = add("macs", kCostModel, Origin::kAnalytic);
  const int64_t params = add("params", kCostModel, Origin::kAnalytic);

  NetworkInput input;
  HWNAS_CHECK(FindNetworkInput("cifar10", &input));
  std::map<std::string, Network> networks;
  for (uint64_t rank = 0; rank < *space->Size(); rank += options.every) {
    const Architecture architecture = space->Unrank(rank);
    const std::string key = space->EffectiveKey(architecture);
    const auto [found, is_new] = networks.try_emplace(key);
    if (is_new) {
      found->second = Make(*space, architecture, input, key, options.seed);
    }
    const Network& network = found->second;
    const int64_t row = writer->AddArchitecture(architecture);
    const auto set = [&](int64_t column, double value) {
      writer->Set(column, "", row, {value, Missing::kNone});
    };
    set(val_12, network.accuracy_12[0]);
    set(test_12, network.accuracy_12[1]);
    for (int r = 0; r < kReplicates; ++r) {
      const std::string label = std::to_string(r);
      writer->Set(val, label, row, {network.accuracy_200[r][0], {}});
      writer->Set(test, label, row, {network.accuracy_200[r][1], {}});
    }
    set(seconds_12, network.train_seconds * 12 / 200);
    set(seconds, network.train_seconds);
    set(cpu, network.cpu_ms);
    set(mcu, network.mcu_ms);
    const bool compiles =
        architecture[5] != static_cast<uint16_t>(Nb201Op::kAvgPool3x3);
    writer->Set(gpu, "", row,
                compiles ? Value{network.gpu_ms, Missing::kNone}
                         : Value{0, Missing::kDidNotCompile});
    const LayerGraph graph = space->Layers(architecture, input);
    set(macs, static_cast<double>(Macs(graph)));
    set(params, static_cast<double>(Params(graph)));
  }
  writer->Commit();
}

}  // namespace hwnas
