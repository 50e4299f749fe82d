#include "datasets/derive/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "datasets/derive/derive.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/search_space.h"

namespace hwnas::derive {
namespace {

constexpr double kTestImagesOfAClass = 1000;  // of Fashion-MNIST

// Trainings of a series by position.
using Series = std::map<int, const ShardRow*>;
// By images, then seed.
using AllSeries = std::map<int, std::map<uint64_t, Series>>;

AllSeries Collect(const Recipe& recipe, const std::vector<Shard>& shards) {
  const auto space = MakeSpace(recipe.space);
  AllSeries all;
  for (const Shard& shard : shards) {
    CheckRecipe(recipe, shard.header);
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

}  // namespace

AgreementReport Agreement(const Recipe& recipe,
                          const std::vector<Shard>& shards) {
  const AllSeries all = Collect(recipe, shards);
  AgreementReport report;
  for (const auto& [images, seeds] : all) {
    ComparePairsOfSeeds(recipe, images, seeds, &report);
    const NoiseShare share = ShareOfNoise(recipe, images, seeds);
    if (share.networks > 1) report.noise.push_back(share);
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

RankAgreement AgreementWith(const Recipe& recipe,
                            const std::vector<Shard>& shards,
                            const Table& table, const Metric& metric) {
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
  const AllSeries all = Collect(recipe, shards);
  std::map<int, std::pair<const ShardRow*, std::vector<double>>> tests;
  if (const auto whole = all.find(recipe.training_images); whole != all.end()) {
    for (const auto& [seed, series] : whole->second) {
      for (const auto& [position, row] : series) {
        auto& of_network = tests[position];
        of_network.first = row;
        of_network.second.push_back(row->test);
      }
    }
  }
  const auto column = table.LoadOrCompute(metric);
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& [position, of_network] : tests) {
    const auto row = table.FindRow(of_network.first->architecture);
    if (!row || !column->Mean(*row).Ok()) continue;
    x.push_back(Mean(of_network.second));
    y.push_back(column->Mean(*row).value);
  }
  return {"test, mean of seeds", metric.Text(), x.size(), KendallTau(x, y),
          SpearmanRho(x, y)};
}

}  // namespace hwnas::derive
