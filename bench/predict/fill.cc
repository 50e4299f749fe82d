#include "bench/predict/fill.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "bench/predict/table_features.h"
#include "tabular/error.h"
#include "tabular/rng.h"
#include "tabular/table_writer.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

constexpr double kThreshold = 0.5;  // of the classifier

// The column that a metric's gaps are in: not one of ours.
std::shared_ptr<const DenseColumn> Measured(const Table& table,
                                            const std::string& metric) {
  const Column& column = table.GetColumn(Metric::Parse(metric));
  if (column.origin == Origin::kPredicted) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict: {} is predicted itself; learn from what "
                            "was measured",
                            metric));
  }
  return table.Load(column);
}

bool IsFillable(const Value& value) {
  return value.missing == Missing::kNotMeasured ||
         value.missing == Missing::kAbsentInThisCopy;
}

// What would compile, learnt from what did and what did not.
class CompileClassifier {
 public:
  CompileClassifier(const Features& features, std::vector<uint32_t> rows,
                    const std::vector<double>& labels, uint64_t seed)
      : all_(features) {
    balanced_ = CrossValidate(rows, labels, seed);
    predictor_ = Fit(rows, labels, seed);
  }

  double BalancedAccuracy() const { return balanced_; }

  std::vector<uint8_t> Compiles(std::span<const uint32_t> rows) const {
    std::vector<uint8_t> out;
    for (const double p : predictor_->Predict(all_.Select(rows)).mean) {
      out.push_back(p >= kThreshold);
    }
    return out;
  }

 private:
  std::unique_ptr<Predictor> Fit(std::span<const uint32_t> rows,
                                 std::span<const double> labels,
                                 uint64_t seed) const {
    auto predictor = MakePredictor("xgboost", {{"members", 1}, {"folds", 0}});
    predictor->Fit(all_.Select(rows), labels, seed);
    return predictor;
  }

  double CrossValidate(std::span<const uint32_t> rows,
                       const std::vector<double>& labels, uint64_t seed) const {
    constexpr size_t kFolds = 5;
    std::vector<uint32_t> order(rows.size());
    std::iota(order.begin(), order.end(), 0u);
    Rng rng = Rng::FromLabel(seed, "fill/folds");
    rng.Shuffle(std::span<uint32_t>(order));
    double right[2] = {0, 0};
    double count[2] = {0, 0};
    for (size_t fold = 0; fold < kFolds; ++fold) {
      std::vector<uint32_t> train;
      std::vector<uint32_t> test;
      std::vector<double> known;
      std::vector<double> truth;
      for (size_t i = 0; i < order.size(); ++i) {
        const bool held = i % kFolds == fold;
        (held ? test : train).push_back(rows[order[i]]);
        (held ? truth : known).push_back(labels[order[i]]);
      }
      const auto predictor = Fit(train, known, seed);
      const Predictions p = predictor->Predict(all_.Select(test));
      for (size_t i = 0; i < test.size(); ++i) {
        const size_t label = truth[i] > kThreshold;
        count[label] += 1;
        right[label] += (p.mean[i] >= kThreshold) == (label == 1);
      }
    }
    return (right[0] / count[0] + right[1] / count[1]) / 2;
  }

  const Features& all_;
  double balanced_ = 0;
  std::unique_ptr<Predictor> predictor_;
};

}  // namespace

FittedTable FitOnTable(const Table& table, const FitSpec& spec) {
  const auto column = Measured(table, spec.metric);
  const EncodedTable encoded = TableFeatures(table, spec.encodings, spec.stored,
                                             column->Info().metric.dataset);
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < table.Rows(); ++row) {
    if (column->Mean(row).Ok() && encoded.complete[row] != 0) {
      rows.push_back(row);
    }
  }
  if (spec.train > 0) {
    if (spec.train > rows.size()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("predict fit: {} rows are wanted, {} have a "
                              "value and all features; ask for fewer",
                              spec.train, rows.size()));
    }
    Rng rng = Rng::FromLabel(spec.seed, "fit/rows");
    rng.Shuffle(std::span<uint32_t>(rows));
    rows.resize(spec.train);
    std::sort(rows.begin(), rows.end());
  }
  std::vector<double> values;
  for (const uint32_t row : rows) values.push_back(column->Mean(row).value);
  FittedTable out;
  out.rows = rows.size();
  out.saved.space = table.BaseSpace()->Id();
  out.saved.metric = column->Info().metric.Text();
  out.saved.name = spec.predictor;
  out.saved.stored = spec.stored;
  out.saved.predictor = MakePredictor(spec.predictor, spec.options);
  out.saved.predictor->Fit(encoded.features.Select(rows), values, spec.seed);
  return out;
}

FillReport FillGapsByPrediction(const std::string& path,
                                const SavedPredictor& saved,
                                const std::string& encodings, uint64_t seed) {
  const std::shared_ptr<const Table> table = Table::Open(path);
  if (saved.space != table->BaseSpace()->Id()) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("predict fill: the predictor is of {}, {} holds {}",
                    Quoted(saved.space), path, table->BaseSpace()->Id()));
  }
  const Metric metric = Metric::Parse(saved.metric);
  if (table->FindColumn(metric, kPredictedSource) != nullptr) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict fill: {} is filled already; take it back "
                            "with --remove first",
                            saved.metric));
  }
  const auto column = Measured(*table, saved.metric);
  const EncodedTable encoded =
      TableFeatures(*table, encodings, saved.stored, metric.dataset);
  std::vector<uint32_t> gaps;
  std::vector<uint32_t> tried;
  std::vector<double> labels;
  size_t failed = 0;
  FillReport report;
  for (uint32_t row = 0; row < table->Rows(); ++row) {
    const Value value = column->Mean(row);
    const bool complete = encoded.complete[row] != 0;
    const bool did_not = value.missing == Missing::kDidNotCompile;
    if (complete && (value.Ok() || did_not)) {
      tried.push_back(row);
      labels.push_back(did_not ? 0 : 1);
      failed += did_not;
    }
    if (value.Ok()) continue;
    if (complete && IsFillable(value)) {
      gaps.push_back(row);
    } else {
      ++report.left;
    }
  }
  if (gaps.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict fill: {} has no gap of {} that a "
                            "measurement would fill; there is nothing to do",
                            path, saved.metric));
  }
  std::vector<uint8_t> compiles(gaps.size(), 1);
  constexpr size_t kLeastFailed = 10;
  if (failed >= kLeastFailed) {
    // Trees need columns, which layer graphs have not.
    const Features features =
        encoded.features.Columns() > 0
            ? encoded.features
            : TableFeatures(*table, "one-hot", {}, metric.dataset).features;
    const CompileClassifier classifier(features, tried, labels, seed);
    report.balanced_accuracy = classifier.BalancedAccuracy();
    compiles = classifier.Compiles(gaps);
  }
  const Predictions p = saved.predictor->Predict(encoded.features.Select(gaps));
  report.predictor = saved.predictor->Id();

  const auto writer = TableWriter::Open(path);
  Source source;
  source.name = kPredictedSource;
  source.origin = "predicted from the values of this table";
  source.importer = fmt::format("hwnas@{}", Version());
  writer->AddSource(source);
  Column added;
  added.metric = metric;
  added.source = kPredictedSource;
  added.origin = Origin::kPredicted;
  added.predictor = report.predictor;
  added.note = "encoding " + encoded.features.encoding;
  const int64_t id = writer->AddColumn(added);
  for (size_t i = 0; i < gaps.size(); ++i) {
    const auto row = writer->FindArchitecture(table->ArchitectureAt(gaps[i]));
    HWNAS_CHECK(row.has_value());
    if (compiles[i] == 0) {
      writer->Set(id, "", *row, {0, Missing::kDidNotCompile});
      ++report.not_compiling;
      continue;
    }
    writer->Set(id, "", *row, {p.mean[i], Missing::kNone}, p.sd[i]);
    ++report.filled;
  }
  writer->Commit();
  return report;
}

int64_t RemovePredicted(const std::string& path, const std::string& metric) {
  int64_t id = 0;
  {
    const std::shared_ptr<const Table> table = Table::Open(path);
    const Column* column =
        table->FindColumn(Metric::Parse(metric), kPredictedSource);
    if (column == nullptr) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("predict fill --remove: {} has no predicted {}",
                              path, metric));
    }
    id = column->id;
  }
  const auto writer = TableWriter::Open(path);
  const int64_t removed = writer->RemoveColumn(id);
  writer->Commit();
  return removed;
}

}  // namespace hwnas
