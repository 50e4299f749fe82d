#include "datasets/derive/derived_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
#include "datasets/derive/images.h"
#include "datasets/derive/row_index.h"
#include "datasets/measure/measure.h"
#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/search_space.h"
#include "tabular/table_writer.h"

namespace hwnas::derive {
namespace {

constexpr char kImporter[] = "derive@1";
constexpr char kCostSource[] = "hwnas-cost-model";

// Of what depends on the network's cells and the images' classes.
std::string Qualifiers(const Recipe& recipe) {
  std::string text;
  if (recipe.cells != 0) text += fmt::format(";cells={}", recipe.cells);
  if (!recipe.class_ids.empty()) {
    text += fmt::format(";classes={}", fmt::join(recipe.class_ids, "."));
  } else if (recipe.classes != 10) {
    text += fmt::format(";classes={}", recipe.classes);
  }
  return text;
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

// Behind the fidelity of trainings on so many images.
std::string ImagesSuffix(const Recipe& recipe, int images) {
  return images == recipe.training_images ? "" : fmt::format("n{}", images);
}

// The columns of all trainings on so many images.
class SeriesColumns {
 public:
  SeriesColumns(const Recipe& recipe, const std::string& source, int images,
                TableWriter* writer)
      : recipe_(recipe), writer_(writer) {
    const std::string end =
        ImagesSuffix(recipe, images) + TrainingQualifiers(recipe);
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

// One compression: a width and a sparsity.
std::string CompressionQualifiers(int bits, int sparsity) {
  return fmt::format(";bits={};sparsity={}", bits, sparsity);
}

// The measured columns of compressions of trainings on so many images; params,
// whose metric does not tell numbers of images apart, only on all of them.
class CompressionColumns {
 public:
  CompressionColumns(const Recipe& recipe, const std::string& source,
                     int images, TableWriter* writer)
      : recipe_(recipe),
        writer_(writer),
        with_params_(images == recipe.training_images),
        trained_space_(recipe.TrainedSpace()) {
    input_.image = {1, recipe.image_size, recipe.image_size};
    input_.classes = recipe.classes;
    const std::string dataset = DatasetName(recipe);
    const std::string end = TrainingQualifiers(recipe);
    const auto add = [&](const std::string& metric) {
      Column column;
      column.metric = Metric::Parse(metric);
      column.source = source;
      column.origin = Origin::kMeasured;
      columns_.push_back(writer->AddColumn(column));
    };
    for (const int sparsity : kSparsities) {
      if (with_params_) {
        add(fmt::format("params:{};sparsity={}{}", dataset, sparsity, end));
      }
      for (const int bits : kBitWidths) {
        for (const char* split : {"val", "test"}) {
          add(fmt::format("accuracy:{}/{}/e{}{}{}{}", dataset, split,
                          recipe.epochs, ImagesSuffix(recipe, images),
                          CompressionQualifiers(bits, sparsity), end));
        }
      }
    }
  }

  void Set(uint64_t seed, int64_t architecture, const CompressionRow& row) {
    const std::string replicate = fmt::format("{}", seed);
    replicates_.insert(replicate);
    const std::vector<Value>& values = ValuesOf(row);
    for (size_t c = 0; c < columns_.size(); ++c) {
      writer_->Set(columns_[c], replicate, architecture, values[c]);
    }
  }

  // A network whose output ignores its input, and that was not compressed.
  void SetDisconnected(int64_t architecture) {
    disconnected_.push_back(architecture);
  }

  void FillGaps() {
    for (const int64_t column : columns_) {
      for (const std::string& replicate : replicates_) {
        for (const int64_t architecture : disconnected_) {
          writer_->Set(column, replicate, architecture,
                       {0, Missing::kDisconnected});
        }
        writer_->FillGaps(column, replicate, Missing::kNotMeasured);
      }
    }
  }

 private:
  // Values that are not zero in a network with so many weights that are not. A
  // disconnected one has none to the cost model, and learns a bias.
  Value NonZeroValues(const CompressionRow& row, int weights) const {
    if (!writer_->Space().IsConnected(row.architecture)) {
      return {0, Missing::kDisconnected};
    }
    const LayerGraph graph =
        trained_space_->Layers(row.architecture, input_).Effective();
    const int64_t all = Params(graph);
    const int64_t others = Params(graph, 100);
    if (weights > all - others) {
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("compression of position {}: more weights than "
                              "the network has",
                              row.position));
    }
    return {static_cast<double>(others + weights), Missing::kNone};
  }

  // By column; many architectures share a row.
  const std::vector<Value>& ValuesOf(const CompressionRow& row) {
    std::vector<Value>& values = values_[&row];
    if (!values.empty()) return values;
    const auto percent = [](int correct, double images) {
      return Value{100.0 * correct / images, Missing::kNone};
    };
    const double tests =
        static_cast<double>(kTestImagesOfAClass * recipe_.classes);
    for (const CompressedNetwork& network : row.networks) {
      if (network.diverged) {
        values.resize(
            values.size() + (with_params_ ? 1 : 0) + 2 * std::size(kBitWidths),
            {0, Missing::kDiverged});
        continue;
      }
      if (with_params_) {
        values.push_back(NonZeroValues(row, network.nonzero));
      }
      for (const CompressedScore& score : network.scores) {
        values.push_back(percent(score.validation, recipe_.validation_images));
        values.push_back(percent(score.test, tests));
      }
    }
    return values;
  }

  const Recipe& recipe_;
  TableWriter* writer_;
  bool with_params_;
  std::shared_ptr<const SearchSpace> trained_space_;
  NetworkInput input_;
  // By sparsity: params, then by width val and test.
  std::vector<int64_t> columns_;
  std::unordered_map<const CompressionRow*, std::vector<Value>> values_;
  std::vector<int64_t> disconnected_;
  std::set<std::string> replicates_;
};

// The cost model's columns, counted once for each effective network; with
// `compressed` also those of every width and sparsity.
class CostColumns {
 public:
  CostColumns(const Recipe& recipe, bool compressed, TableWriter* writer)
      : writer_(writer),
        compressed_(compressed),
        trained_space_(recipe.TrainedSpace()) {
    input_.image = {1, recipe.image_size, recipe.image_size};
    input_.classes = recipe.classes;
    const std::string dataset = DatasetName(recipe);
    const auto add = [&](const std::string& metric, const char* note) {
      Column column;
      column.metric = Metric::Parse(metric + Qualifiers(recipe));
      column.source = kCostSource;
      column.origin = Origin::kAnalytic;
      column.note = note;
      columns_.push_back(writer->AddColumn(column));
    };
    for (const CostRule& rule : CostRules()) {
      add(fmt::format("{}:{}{}", rule.quantity, dataset,
                      rule.rule.empty() ? "" : ";rule=" + rule.rule),
          "counted on the effective graph");
    }
    if (!compressed) return;
    for (const int sparsity : kSparsities) {
      for (const int bits : kBitWidths) {
        for (const char* quantity : {"bit-operations", "weight-bytes"}) {
          add(fmt::format("{}:{}{}", quantity, dataset,
                          CompressionQualifiers(bits, sparsity)),
              "counted on the effective graph, zeros left out");
        }
      }
    }
  }

  void Set(const std::string& key, const Architecture& architecture,
           int64_t row) {
    const auto [found, is_new] = costs_.try_emplace(key);
    if (is_new) {
      found->second =
          Count(trained_space_->Layers(architecture, input_).Effective());
    }
    for (size_t c = 0; c < columns_.size(); ++c) {
      writer_->Set(columns_[c], "", row, {found->second[c], Missing::kNone});
    }
  }

 private:
  // By column.
  std::vector<double> Count(LayerGraph graph) const {
    std::vector<double> costs;
    for (const CostRule& rule : CostRules()) {
      costs.push_back(static_cast<double>(rule.count(graph)));
    }
    if (!compressed_) return costs;
    for (const int sparsity : kSparsities) {
      for (const int bits : kBitWidths) {
        graph.SetBits(bits, bits);
        costs.push_back(static_cast<double>(BitOperations(graph, sparsity)));
        costs.push_back(static_cast<double>(WeightBytes(graph, sparsity)));
      }
    }
    return costs;
  }

  TableWriter* writer_;
  bool compressed_;
  std::shared_ptr<const SearchSpace> trained_space_;
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

std::map<std::string, std::vector<LatencyFile>> ByMachine(
    const std::vector<LatencyFile>& files) {
  std::map<std::string, std::vector<LatencyFile>> machines;
  for (const LatencyFile& file : files) {
    machines[file.header.machine].push_back(file);
  }
  return machines;
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
                                     const DerivedRows& rows,
                                     const std::string& path) {
  const std::shared_ptr<const SearchSpace> space = MakeSpace(recipe.space);
  CheckDerivable(*space);
  const auto [trainings, compressions] = IndexRows(recipe, *space, rows);
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
  std::map<int, CompressionColumns> compressed;
  for (const auto& [key, of_network] : compressions) {
    for (const auto& [training, row] : of_network) {
      ++report.compressed;
      compressed.try_emplace(training.first, recipe, source.name,
                             training.first, writer.get());
    }
  }
  CostColumns costs(recipe, !compressions.empty(), writer.get());
  std::set<std::string> keys;
  std::vector<Architecture> architectures;
  for (uint64_t rank = 0; rank < *space->Size(); ++rank) {
    const Architecture architecture = space->Unrank(rank);
    const std::string key = space->EffectiveKey(architecture);
    const int64_t row = writer->AddArchitecture(architecture);
    architectures.push_back(architecture);
    keys.insert(key);
    costs.Set(key, architecture, row);
    const auto found = trainings.find(key);
    if (found == trainings.end()) continue;
    for (const auto& [training, result] : found->second) {
      series.at(training.first).Set(training.second, row, *result);
    }
    const auto smaller = compressions.find(key);
    if (smaller == compressions.end()) {
      if (space->IsConnected(architecture)) continue;
      for (auto& [images, columns] : compressed) columns.SetDisconnected(row);
      continue;
    }
    for (const auto& [training, result] : smaller->second) {
      compressed.at(training.first).Set(training.second, row, *result);
    }
  }
  for (const auto& [machine, passes] : ByMachine(rows.latencies)) {
    AddLatencies(passes, architectures, *writer);
    report.platforms +=
        static_cast<int64_t>(passes.front().header.settings.size());
  }
  for (auto& [images, columns] : series) columns.FillGaps();
  for (auto& [images, columns] : compressed) columns.FillGaps();
  writer->Commit();
  report.architectures = static_cast<int64_t>(*space->Size());
  report.networks = static_cast<int64_t>(keys.size());
  return report;
}

}  // namespace hwnas::derive
