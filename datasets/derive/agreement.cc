#include "datasets/derive/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "datasets/derive/images.h"
#include "datasets/derive/row_index.h"
#include "tabular/analysis/correlation.h"
#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/search_space.h"

namespace hwnas::derive {
namespace {

constexpr size_t kBestCells = 5;

// Trainings of a series by position.
using Series = std::map<int, const ShardRow*>;
// By images, then seed.
using AllSeries = std::map<int, std::map<uint64_t, Series>>;

// Errors: those of IndexRows.
AllSeries Collect(const Recipe& recipe, const DerivedRows& rows) {
  const auto space = MakeSpace(recipe.space);
  IndexRows(recipe, *space, rows);  // checks them
  AllSeries all;
  for (const Shard& shard : rows.trainings) {
    Series& series = all[shard.header.images][shard.header.seed];
    for (const ShardRow& row : shard.rows) {
      if (row.diverged || !space->IsConnected(row.architecture)) continue;
      series.emplace(row.position, &row);
    }
  }
  return all;
}

// `value(a, b)` appends to both lists for every network in both series.
template <typename Pick>
RankAgreement Compare(std::string first, std::string second, const Series& a,
                      const Series& b, Pick pick) {
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& [position, row] : a) {
    const auto other = b.find(position);
    if (other == b.end()) continue;
    const std::pair<int, int> values = pick(*row, *other->second);
    x.push_back(values.first);
    y.push_back(values.second);
  }
  return {std::move(first), std::move(second), x.size(), KendallTau(x, y),
          SpearmanRho(x, y)};
}

std::pair<int, int> TestOfBoth(const ShardRow& a, const ShardRow& b) {
  return {a.test, b.test};
}

std::string SeriesName(const Recipe& recipe, uint64_t seed, int images) {
  return images == recipe.training_images
             ? fmt::format("seed {}", seed)
             : fmt::format("seed {} on {} images", seed, images);
}

void ComparePairsOfSeeds(const Recipe& recipe, int images,
                         const std::map<uint64_t, Series>& seeds,
                         AgreementReport* report) {
  for (auto a = seeds.begin(); a != seeds.end(); ++a) {
    for (auto b = std::next(a); b != seeds.end(); ++b) {
      const std::string first = SeriesName(recipe, a->first, images);
      const std::string second = SeriesName(recipe, b->first, images);
      report->seeds.push_back(Compare("test, " + first, "test, " + second,
                                      a->second, b->second, TestOfBoth));
      report->seeds.push_back(
          Compare("validation, " + first, "validation, " + second, a->second,
                  b->second, [](const ShardRow& x, const ShardRow& y) {
                    return std::pair(x.validation.back(), y.validation.back());
                  }));
    }
  }
}

// All seeds' trainings, each a pair of its own.
void CompareEpochs(const Recipe& recipe,
                   const std::map<uint64_t, Series>& seeds,
                   AgreementReport* report) {
  for (int e = 0; e < recipe.epochs; ++e) {
    std::vector<double> x;
    std::vector<double> y;
    for (const auto& [seed, series] : seeds) {
      for (const auto& [position, row] : series) {
        x.push_back(row->validation[static_cast<size_t>(e)]);
        y.push_back(row->test);
      }
    }
    report->epochs.push_back({fmt::format("validation, epoch {}", e + 1),
                              "test, the end", x.size(), KendallTau(x, y),
                              SpearmanRho(x, y)});
  }
}

NoiseShare ShareOfNoise(const Recipe& recipe, int images,
                        const std::map<uint64_t, Series>& seeds) {
  std::map<int, std::vector<double>> networks;
  const double tests = kTestImagesOfAClass * recipe.classes;
  for (const auto& [seed, series] : seeds) {
    for (const auto& [position, row] : series) {
      networks[position].push_back(100.0 * row->test / tests);
    }
  }
  NoiseShare share;
  share.images = images;
  std::vector<double> means;
  double within = 0;
  double freedom = 0;
  double inverse = 0;  // sum of 1 / seeds
  for (const auto& [position, values] : networks) {
    if (values.size() < 2) continue;
    const auto n = static_cast<double>(values.size());
    double mean = 0;
    for (const double value : values) mean += value / n;
    for (const double value : values) within += (value - mean) * (value - mean);
    freedom += n - 1;
    inverse += 1 / n;
    means.push_back(mean);
  }
  share.networks = means.size();
  if (means.size() < 2) return share;
  const auto count = static_cast<double>(means.size());
  for (const double mean : means) share.mean += mean / count;
  double between = 0;
  for (const double mean : means) {
    between += (mean - share.mean) * (mean - share.mean) / (count - 1);
  }
  const double noise = within / freedom;
  share.seed_deviation = std::sqrt(noise);
  share.network_deviation =
      std::sqrt(std::max(0.0, between - noise * inverse / count));
  return share;
}

// Each network's trainings on the recipe's images, by position.
struct Tested {
  const ShardRow* row = nullptr;   // of any seed: for the architecture
  std::vector<double> test;        // %, by seed
  std::vector<double> validation;  // %, by seed
};

std::map<int, Tested> TestedNetworks(const Recipe& recipe,
                                     const AllSeries& all) {
  std::map<int, Tested> networks;
  const auto whole = all.find(recipe.training_images);
  if (whole == all.end()) return networks;
  for (const auto& [seed, series] : whole->second) {
    for (const auto& [position, row] : series) {
      Tested& network = networks[position];
      network.row = row;
      network.test.push_back(100.0 * row->test /
                             (kTestImagesOfAClass * recipe.classes));
      network.validation.push_back(100.0 * row->validation.back() /
                                   recipe.validation_images);
    }
  }
  return networks;
}

std::vector<SeriesCost> CostOfSeries(const std::vector<Shard>& shards) {
  std::map<std::pair<int, uint64_t>, SeriesCost> series;
  for (const Shard& shard : shards) {
    const ShardHeader& header = shard.header;
    SeriesCost& cost = series[{-header.images, header.seed}];
    cost.seed = header.seed;
    cost.images = header.images;
    for (const ShardRow& row : shard.rows) {
      ++cost.trainings;
      cost.diverged += row.diverged ? 1 : 0;
      cost.seconds += row.seconds;
    }
  }
  std::vector<SeriesCost> costs;
  for (const auto& [key, cost] : series) costs.push_back(cost);
  return costs;
}

void Describe(const std::map<int, Tested>& networks, AgreementReport* report) {
  if (networks.empty()) return;
  std::vector<double> tests;
  std::vector<BestCell> cells;
  for (const auto& [position, network] : networks) {
    tests.push_back(Mean(network.test));
    cells.push_back({network.row->architecture,
                     static_cast<int>(network.test.size()), tests.back(),
                     Mean(network.validation)});
  }
  report->distribution = Summarize(tests);
  std::stable_sort(
      cells.begin(), cells.end(),
      [](const BestCell& a, const BestCell& b) { return a.test > b.test; });
  cells.resize(std::min(cells.size(), kBestCells));
  report->best = std::move(cells);
}

// The rows of all compression files that are of connected networks.
std::vector<const CompressionRow*> CompressedNetworks(
    const Recipe& recipe, const std::vector<CompressionShard>& shards) {
  const auto space = MakeSpace(recipe.space);
  std::vector<const CompressionRow*> rows;
  for (const CompressionShard& shard : shards) {
    if (shard.header.images != recipe.training_images) continue;
    for (const CompressionRow& row : shard.rows) {
      if (!space->IsConnected(row.architecture)) continue;
      if (!row.networks[0].diverged) rows.push_back(&row);  // in training
    }
  }
  return rows;
}

// The network as it was: 32 bits, nothing pruned.
const CompressedScore& AsItWas(const CompressionRow& row) {
  return row.networks[0].scores[0];
}

CompressionCost CostOf(const Recipe& recipe,
                       const std::vector<const CompressionRow*>& rows, size_t s,
                       size_t b) {
  const double points = 100.0 / (kTestImagesOfAClass * recipe.classes);
  CompressionCost cost;
  cost.bits = kBitWidths[b];
  cost.sparsity = kSparsities[s];
  std::vector<double> tests;
  std::vector<double> before;
  for (const CompressionRow* row : rows) {
    if (row->networks[s].diverged) {
      ++cost.diverged;
      continue;
    }
    tests.push_back(points * row->networks[s].scores[b].test);
    before.push_back(points * AsItWas(*row).test);
    const double gain = tests.back() - before.back();
    if (gain > 0) ++cost.gains;
    cost.largest_gain = std::max(cost.largest_gain, gain);
  }
  cost.networks = tests.size();
  if (tests.empty()) return cost;
  cost.test = Mean(tests);
  cost.loss = Mean(before) - cost.test;
  cost.tau = KendallTau(tests, before);
  return cost;
}

ChosenCompression Choose(const Recipe& recipe,
                         const std::vector<const CompressionRow*>& rows) {
  const double points = 100.0 / (kTestImagesOfAClass * recipe.classes);
  ChosenCompression chosen;
  chosen.networks = rows.size();
  for (const CompressionRow* row : rows) {
    std::optional<CompressedScore> best;
    for (size_t s = 0; s < std::size(kSparsities); ++s) {
      for (size_t b = 0; b < std::size(kBitWidths); ++b) {
        if ((s == 0 && b == 0) || row->networks[s].diverged) continue;
        const CompressedScore& score = row->networks[s].scores[b];
        if (!best || score.validation > best->validation) best = score;
      }
    }
    if (!best) continue;
    const CompressedScore& before = AsItWas(*row);
    chosen.better_on_validation += best->validation > before.validation ? 1 : 0;
    chosen.better_on_test += best->test > before.test ? 1 : 0;
    chosen.test_change +=
        points * (best->test - before.test) / static_cast<double>(rows.size());
  }
  return chosen;
}

// The first pass of each machine, and its later ones.
std::map<std::string, std::vector<const LatencyFile*>> Passes(
    const std::vector<LatencyFile>& files) {
  std::map<std::string, std::vector<const LatencyFile*>> machines;
  for (const LatencyFile& file : files) {
    machines[file.header.machine].push_back(&file);
  }
  for (auto& [machine, passes] : machines) {
    std::sort(passes.begin(), passes.end(),
              [](const LatencyFile* a, const LatencyFile* b) {
                return a->header.pass < b->header.pass;
              });
  }
  return machines;
}

std::string PlatformName(const LatencyFile& file, size_t setting) {
  return file.header.machine + "_" + file.header.settings[setting].Name();
}

// A platform's latencies against what `other` says of the same network.
template <typename Other>
RankAgreement CompareLatency(const LatencyFile& file, size_t setting,
                             std::string second, Other other) {
  std::vector<double> x;
  std::vector<double> y;
  for (const LatencyRow& row : file.rows) {
    const std::optional<double> value = other(row);
    if (!value) continue;
    x.push_back(row.latencies[setting].median_ms);
    y.push_back(*value);
  }
  return {"latency@" + PlatformName(file, setting), std::move(second), x.size(),
          KendallTau(x, y), SpearmanRho(x, y)};
}

void CompareLatencies(const Recipe& recipe, const DerivedRows& rows,
                      const std::map<int, Tested>& networks,
                      AgreementReport* report) {
  const auto space = MakeSpace(recipe.space);
  const NetworkInput input = {{1, recipe.image_size, recipe.image_size},
                              recipe.classes};
  std::map<std::string, double> tests;  // by network
  for (const auto& [position, network] : networks) {
    tests[space->EffectiveKey(network.row->architecture)] = Mean(network.test);
  }
  for (const auto& [machine, passes] : Passes(rows.latencies)) {
    const LatencyFile& first = *passes.front();
    for (size_t s = 0; s < first.header.settings.size(); ++s) {
      report->latencies.push_back(CompareLatency(
          first, s, "macs",
          [&](const LatencyRow& row) -> std::optional<double> {
            return static_cast<double>(
                Macs(space->Layers(row.architecture, input).Effective()));
          }));
      report->latencies.push_back(CompareLatency(
          first, s, "test, mean of seeds",
          [&](const LatencyRow& row) -> std::optional<double> {
            const auto found =
                tests.find(space->EffectiveKey(row.architecture));
            if (found == tests.end()) return std::nullopt;
            return found->second;
          }));
      for (size_t p = 1; p < passes.size(); ++p) {
        std::map<Architecture, double> again;
        for (const LatencyRow& row : passes[p]->rows) {
          again[row.architecture] = row.latencies[s].median_ms;
        }
        report->latencies.push_back(CompareLatency(
            first, s, fmt::format("the same, pass {}", passes[p]->header.pass),
            [&](const LatencyRow& row) -> std::optional<double> {
              const auto found = again.find(row.architecture);
              if (found == again.end()) return std::nullopt;
              return found->second;
            }));
      }
    }
  }
}

// The metric; of a latency without a platform that of each platform.
std::vector<Metric> MetricsMeant(const Table& table, const Metric& metric) {
  if (metric.quantity != "latency" || !metric.platform.empty()) return {metric};
  std::vector<Metric> metrics;
  for (const Platform& platform : table.Platforms()) {
    Metric of_platform = metric;
    of_platform.platform = platform.id;
    if (table.FindColumn(of_platform) != nullptr) {
      metrics.push_back(std::move(of_platform));
    }
  }
  if (metrics.empty()) {
    throw Error(ErrorCode::kNotFound,
                Quoted(table.Path(), 400) + ": has no latency");
  }
  return metrics;
}

}  // namespace

double NoiseShare::Share() const {
  const double networks_variance = network_deviation * network_deviation;
  const double all = networks_variance + seed_deviation * seed_deviation;
  return all > 0 ? networks_variance / all : 0;
}

AgreementReport Agreement(const Recipe& recipe, const DerivedRows& rows) {
  const AllSeries all = Collect(recipe, rows);
  AgreementReport report;
  report.series = CostOfSeries(rows.trainings);
  for (const auto& [images, seeds] : all) {
    ComparePairsOfSeeds(recipe, images, seeds, &report);
    const NoiseShare share = ShareOfNoise(recipe, images, seeds);
    if (share.networks > 1) report.noise.push_back(share);
  }
  const std::map<int, Tested> networks = TestedNetworks(recipe, all);
  Describe(networks, &report);
  CompareLatencies(recipe, rows, networks, &report);
  const auto compressed = CompressedNetworks(recipe, rows.compressions);
  if (!compressed.empty()) {
    for (size_t s = 0; s < std::size(kSparsities); ++s) {
      for (size_t b = 0; b < std::size(kBitWidths); ++b) {
        report.compressions.push_back(CostOf(recipe, compressed, s, b));
      }
    }
    report.chosen = Choose(recipe, compressed);
  }
  const auto whole = all.find(recipe.training_images);
  if (whole == all.end()) return report;
  CompareEpochs(recipe, whole->second, &report);
  for (const auto& [images, seeds] : all) {
    if (images == recipe.training_images) continue;
    for (const auto& [seed, series] : seeds) {
      const auto same = whole->second.find(seed);
      if (same == whole->second.end()) continue;
      report.images.push_back(
          Compare("test, " + SeriesName(recipe, seed, images),
                  "test, " + SeriesName(recipe, seed, recipe.training_images),
                  series, same->second, TestOfBoth));
    }
  }
  return report;
}

std::vector<RankAgreement> AgreementWith(const Recipe& recipe,
                                         const DerivedRows& rows,
                                         const Table& table,
                                         const Metric& metric) {
  const auto space = MakeSpace(recipe.space);
  const auto same = [](const Decision& a, const Decision& b) {
    return a.name == b.name && a.choices == b.choices;
  };
  if (!std::ranges::equal(space->Decisions(), table.Space()->Decisions(),
                          same)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: is a table of {}, whose architectures are not "
                            "those of {}",
                            Quoted(table.Path(), 400), table.Space()->Id(),
                            space->Id()));
  }
  const auto networks = TestedNetworks(recipe, Collect(recipe, rows));
  std::vector<RankAgreement> agreements;
  for (const Metric& meant : MetricsMeant(table, metric)) {
    const auto column = table.LoadOrCompute(meant);
    const auto there =
        [&](const Architecture& architecture) -> std::optional<double> {
      const auto row = table.FindRow(architecture);
      if (!row || !column->Mean(*row).Ok()) return std::nullopt;
      return column->Mean(*row).value;
    };
    if (meant.quantity == "latency") {
      for (const auto& [machine, passes] : Passes(rows.latencies)) {
        const LatencyFile& first = *passes.front();
        for (size_t s = 0; s < first.header.settings.size(); ++s) {
          agreements.push_back(CompareLatency(
              first, s, meant.Text(),
              [&](const LatencyRow& row) { return there(row.architecture); }));
        }
      }
      continue;
    }
    std::vector<double> x;
    std::vector<double> y;
    for (const auto& [position, network] : networks) {
      const std::optional<double> value = there(network.row->architecture);
      if (!value) continue;
      x.push_back(Mean(network.test));
      y.push_back(*value);
    }
    agreements.push_back({"test, mean of seeds", meant.Text(), x.size(),
                          KendallTau(x, y), SpearmanRho(x, y)});
  }
  return agreements;
}

}  // namespace hwnas::derive
