#include "datasets/derive/derived_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "datasets/derive/derive.h"
#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/search_space.h"
#include "tabular/table_writer.h"

namespace hwnas::derive {
namespace {

constexpr char kImporter[] = "derive@1";
constexpr char kCostSource[] = "hwnas-cost-model";
constexpr int kTestImagesOfAClass = 1000;  // of Fashion-MNIST

// A training's name: images and seed.
using TrainingKey = std::pair<int, uint64_t>;
// Trainings of each effective network.
using Trainings =
    std::unordered_map<std::string, std::map<TrainingKey, const ShardRow*>>;

// Of what depends on the images' classes.
std::string Qualifiers(const Recipe& recipe) {
  return recipe.classes == 10 ? "" : fmt::format(";classes={}", recipe.classes);
}

// Of trainings that start from others, `;init=` and the recipe's name, `-` for
// `@`.
std::string TrainingQualifiers(const Recipe& recipe) {
  std::string text = Qualifiers(recipe);
  if (!recipe.start) return text;
  std::string name = recipe.start->name;
  std::replace(name.begin(), name.end(), '@', '-');
  return text + ";init=" + name;
}

[[noreturn]] void FailRow(ErrorCode code, const ShardHeader& header,
                          const ShardRow& row, std::string_view what) {
  throw Error(code, fmt::format("{}: position {} {}", ShardFileName(header),
                                row.position, what));
}

void CheckRow(const Recipe& recipe, const SearchSpace& space,
              const ShardHeader& header, const ShardRow& row) {
  if (row.architecture.size() != space.Decisions().size() ||
      !space.IsValid(row.architecture)) {
    FailRow(ErrorCode::kCorrupt, header, row,
            "is no architecture of " + space.Id());
  }
  bool good = row.test <= kTestImagesOfAClass * recipe.classes;
  for (const int correct : row.validation) {
    good = good && correct <= recipe.validation_images;
  }
  if (!good) {
    FailRow(ErrorCode::kCorrupt, header, row,
            "classifies more images than there are");
  }
}

Trainings Collect(const Recipe& recipe, const SearchSpace& space,
                  const std::vector<Shard>& shards) {
  Trainings trainings;
  for (const Shard& shard : shards) {
    CheckRecipe(recipe, shard.header);
    for (const ShardRow& row : shard.rows) {
      CheckRow(recipe, space, shard.header, row);
      const auto [found, is_new] =
          trainings[space.EffectiveKey(row.architecture)].try_emplace(
              {shard.header.images, shard.header.seed}, &row);
      if (!is_new && !found->second->SameResult(row)) {
        FailRow(ErrorCode::kDisagree, shard.header, row,
                "is there twice, with other results");
      }
    }
  }
  return trainings;
}

// The columns of all trainings on so many images.
class SeriesColumns {
 public:
  SeriesColumns(const Recipe& recipe, const std::string& source, int images,
                TableWriter* writer)
      : recipe_(recipe), writer_(writer) {
    const std::string end =
        (images == recipe.training_images ? "" : fmt::format("n{}", images)) +
        TrainingQualifiers(recipe);
    const std::string dataset = DatasetName(recipe);
    const auto add = [&](const std::string& metric) {
      Column column;
      column.metric = Metric::Parse(metric);
      column.source = source;
      column.origin = Origin::kMeasured;
      columns_.push_back(writer->AddColumn(column));
    };
    for (int e = 1; e < recipe.epochs; ++e) {
      add(fmt::format("accuracy:{}/val/e{}of{}{}", dataset, e, recipe.epochs,
                      end));
    }
    add(fmt::format("accuracy:{}/val/e{}{}", dataset, recipe.epochs, end));
    add(fmt::format("accuracy:{}/test/e{}{}", dataset, recipe.epochs, end));
    add(fmt::format("train-seconds:{}/e{}{}", dataset, recipe.epochs, end));
  }

  void Set(uint64_t seed, int64_t architecture, const ShardRow& row) {
    const std::string replicate = fmt::format("{}", seed);
    replicates_.insert(replicate);
    const auto epochs = static_cast<size_t>(recipe_.epochs);
    for (size_t c = 0; c < columns_.size(); ++c) {
      Value value;
      if (c < epochs && c < row.validation.size()) {
        value.value = 100.0 * row.validation[c] / recipe_.validation_images;
      } else if (row.diverged) {
        value.missing = Missing::kDiverged;
      } else if (c == epochs) {
        value.value =
            100.0 * row.test /
            static_cast<double>(kTestImagesOfAClass * recipe_.classes);
      } else {
        value.value = row.seconds;
      }
      writer_->Set(columns_[c], replicate, architecture, value);
    }
  }

  void FillGaps() {
    for (const int64_t column : columns_) {
      for (const std::string& replicate : replicates_) {
        writer_->FillGaps(column, replicate, Missing::kNotMeasured);
      }
    }
  }

 private:
  const Recipe& recipe_;
  TableWriter* writer_;
  std::vector<int64_t> columns_;  // each epoch, test, seconds
  std::set<std::string> replicates_;
};

// The cost model's columns, counted once for each effective network.
class CostColumns {
 public:
  CostColumns(const Recipe& recipe, TableWriter* writer) : writer_(writer) {
    input_.image = {1, recipe.image_size, recipe.image_size};
    input_.classes = recipe.classes;
    for (const CostRule& rule : CostRules()) {
      Column column;
      column.metric = Metric::Parse(fmt::format(
          "{}:{}{}{}", rule.quantity, DatasetName(recipe),
          rule.rule.empty() ? "" : ";rule=" + rule.rule, Qualifiers(recipe)));
      column.source = kCostSource;
      column.origin = Origin::kAnalytic;
      column.note = "counted on the effective graph";
      columns_.push_back(writer->AddColumn(column));
    }
  }

  void Set(const std::string& key, const Architecture& architecture,
           int64_t row) {
    const auto [found, is_new] = costs_.try_emplace(key);
    if (is_new) {
      const LayerGraph graph =
          writer_->Space().Layers(architecture, input_).Effective();
      for (const CostRule& rule : CostRules()) {
        found->second.push_back(static_cast<double>(rule.count(graph)));
      }
    }
    for (size_t c = 0; c < columns_.size(); ++c) {
      writer_->Set(columns_[c], "", row, {found->second[c], Missing::kNone});
    }
  }

 private:
  TableWriter* writer_;
  NetworkInput input_;
  std::vector<int64_t> columns_;
  std::unordered_map<std::string, std::vector<double>> costs_;
};

Source TrainingSource(const Recipe& recipe) {
  Source source;
  source.name = recipe.name;
  source.origin =
      "trained by hwnas derive on Fashion-MNIST "
      "(github.com/zalandoresearch/fashion-mnist)";
  source.licence = "Apache-2.0; the images MIT";
  source.citation =
      "@article{xiao2017fashion, title={Fashion-MNIST: a novel image dataset "
      "for benchmarking machine learning algorithms}, author={Xiao, Han and "
      "Rasul, Kashif and Vollgraf, Roland}, journal={arXiv:1708.07747}, "
      "year={2017}}";
  source.recipe = fmt::format(
      "{}, SHA-256 {}: {} epochs on {} images of {} x {}, {} to validate, "
      "batch {}, one-cycle rate of peak {} and warm-up {}, Nesterov momentum "
      "{}, weight decay {}, {}; replicates are seeds",
      recipe.name, recipe.Digest(), recipe.epochs, recipe.training_images,
      recipe.image_size, recipe.image_size, recipe.validation_images,
      recipe.batch, recipe.peak_rate, recipe.warm_up, recipe.momentum,
      recipe.weight_decay, recipe.flip ? "mirrored" : "not mirrored");
  source.compute = "one thread a network; train-seconds are its processor's";
  source.importer = kImporter;
  return source;
}

std::unique_ptr<TableWriter> OpenOrCreate(
    const Recipe& recipe, std::shared_ptr<const SearchSpace> space,
    const std::string& path) {
  if (std::filesystem::exists(path)) {
    auto writer = TableWriter::Open(path);
    if (writer->Space().Spec() != space->Spec()) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("{}: is a table of {}, the recipe's space is {}; "
                      "give another file",
                      Quoted(path, 400), Quoted(writer->Space().Spec(), 200),
                      space->Spec()));
    }
    return writer;
  }
  TableInfo info;
  info.title =
      fmt::format("{}: {} trained on Fashion-MNIST, {} x {}", recipe.name,
                  space->Id(), recipe.image_size, recipe.image_size);
  info.defaults.dataset = DatasetName(recipe);
  info.defaults.split = "val";
  info.defaults.fidelity.epochs = recipe.epochs;
  return TableWriter::Create(path, std::move(space), info);
}

}  // namespace

std::string DatasetName(const Recipe& recipe) {
  return recipe.image_size == 28
             ? "fashion-mnist"
             : fmt::format("fashion-mnist-{}", recipe.image_size);
}

DerivedTableReport WriteDerivedTable(const Recipe& recipe,
                                     const std::vector<Shard>& shards,
                                     const std::string& path) {
  const std::shared_ptr<const SearchSpace> space = MakeSpace(recipe.space);
  CheckDerivable(*space);
  const Trainings trainings = Collect(recipe, *space, shards);
  const auto writer = OpenOrCreate(recipe, space, path);
  const Source source = TrainingSource(recipe);
  writer->AddSource(source);
  Source analytic;
  analytic.name = kCostSource;
  analytic.origin = "counted on the layers of the effective network";
  analytic.importer = kImporter;
  writer->AddSource(analytic);

  DerivedTableReport report;
  std::map<int, SeriesColumns> series;
  for (const auto& [key, of_network] : trainings) {
    for (const auto& [training, row] : of_network) {
      ++report.trainings;
      report.diverged += row->diverged ? 1 : 0;
      series.try_emplace(training.first, recipe, source.name, training.first,
                         writer.get());
    }
  }
  CostColumns costs(recipe, writer.get());
  std::set<std::string> keys;
  for (uint64_t rank = 0; rank < *space->Size(); ++rank) {
    const Architecture architecture = space->Unrank(rank);
    const std::string key = space->EffectiveKey(architecture);
    const int64_t row = writer->AddArchitecture(architecture);
    keys.insert(key);
    costs.Set(key, architecture, row);
    const auto found = trainings.find(key);
    if (found == trainings.end()) continue;
    for (const auto& [training, result] : found->second) {
      series.at(training.first).Set(training.second, row, *result);
    }
  }
  for (auto& [images, columns] : series) columns.FillGaps();
  writer->Commit();
  report.architectures = static_cast<int64_t>(*space->Size());
  report.networks = static_cast<int64_t>(keys.size());
  return report;
}

}  // namespace hwnas::derive
