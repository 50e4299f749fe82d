#include "datasets/derive/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "datasets/derive/hot_start.h"
#include "datasets/derive/images.h"
#include "datasets/derive/plan.h"
#include "datasets/derive/row_index.h"
#include "datasets/derive/trainer.h"
#include "tabular/error.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas::derive {
namespace {

constexpr double kLeastTolerance = 3;  // points
constexpr double kDeviations = 5;

double Accuracy(int correct, int images) { return 100.0 * correct / images; }

AuditedRow Retrain(const Recipe& recipe, const SearchSpace& space,
                   const ImageSets& data, const ShardHeader& header,
                   const ShardRow& stored, const HotStarts* starts,
                   Workspace* workspace) {
  NetworkInput input;
  input.image = {1, recipe.image_size, recipe.image_size};
  input.classes = recipe.classes;
  const Plan plan = MakePlan(space, stored.architecture, input);
  std::optional<StartWeights> start;
  if (starts != nullptr) start = starts->Load(stored.architecture);
  AuditedRow row;
  row.seed = header.seed;
  row.images = header.images;
  row.stored = stored;
  row.retrained =
      MakeRow(stored.position, stored.architecture,
              Train(plan, recipe, data, header.seed, header.images,
                    BestKernels(), workspace, start ? &*start : nullptr));
  row.exact = row.stored.SameResult(row.retrained);
  const int tests = static_cast<int>(data.test.Count());
  row.difference =
      Accuracy(row.retrained.test, tests) - Accuracy(row.stored.test, tests);
  if (!row.stored.validation.empty() && !row.retrained.validation.empty()) {
    const int validations = recipe.validation_images;
    row.validation_difference =
        Accuracy(row.retrained.validation.back(), validations) -
        Accuracy(row.stored.validation.back(), validations);
  }
  return row;
}

}  // namespace

double PooledDeviation(const std::vector<Shard>& shards, int test_images,
                       const Architecture* without) {
  std::map<std::pair<int, Architecture>, std::vector<double>> groups;
  for (const Shard& shard : shards) {
    for (const ShardRow& row : shard.rows) {
      if (row.diverged) continue;
      if (without != nullptr && row.architecture == *without) continue;
      groups[{shard.header.images, row.architecture}].push_back(
          Accuracy(row.test, test_images));
    }
  }
  double squares = 0;
  double freedom = 0;
  for (const auto& [key, values] : groups) {
    if (values.size() < 2) continue;
    double mean = 0;
    for (const double value : values) mean += value;
    mean /= static_cast<double>(values.size());
    for (const double value : values)
      squares += (value - mean) * (value - mean);
    freedom += static_cast<double>(values.size() - 1);
  }
  return freedom == 0 ? 0 : std::sqrt(squares / freedom);
}

AuditReport Audit(const Recipe& recipe, const std::vector<Shard>& shards,
                  const std::string& data_folder, int count,
                  std::string_view label, const std::string& init_from) {
  IndexTrainings(recipe, *MakeSpace(recipe.space), shards);
  std::vector<std::pair<const ShardHeader*, const ShardRow*>> rows;
  for (const Shard& shard : shards) {
    for (const ShardRow& row : shard.rows) {
      rows.emplace_back(&shard.header, &row);
    }
  }
  Rng rng = Rng::FromLabel(0, fmt::format("audit/{}", label));
  rng.Shuffle(std::span<std::pair<const ShardHeader*, const ShardRow*>>(rows));
  rows.resize(std::min(rows.size(), static_cast<size_t>(count)));

  const auto space = recipe.TrainedSpace();
  const ImageSets data = LoadFashionMnist(recipe, data_folder);
  AuditReport report;
  report.kernels = BestKernels().name;
  std::optional<HotStarts> starts;
  if (recipe.start) starts.emplace(*recipe.start, init_from);
  Workspace workspace;
  for (const auto& [header, row] : rows) {
    AuditedRow audited = Retrain(recipe, *space, data, *header, *row,
                                 starts ? &*starts : nullptr, &workspace);
    audited.tolerance =
        std::max(kLeastTolerance,
                 kDeviations * PooledDeviation(
                                   shards, static_cast<int>(data.test.Count()),
                                   &row->architecture));
    audited.agrees =
        audited.exact ||
        (audited.stored.diverged == audited.retrained.diverged &&
         std::abs(audited.difference) <= audited.tolerance &&
         std::abs(audited.validation_difference) <= audited.tolerance);
    report.exact += audited.exact ? 1 : 0;
    report.disagreeing += audited.agrees ? 0 : 1;
    report.rows.push_back(std::move(audited));
  }
  return report;
}

}  // namespace hwnas::derive
