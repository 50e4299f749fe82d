#include "bench/predict/fill.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "bench/predict/evaluation.h"
#include "bench/predict/table_features.h"
#include "tabular/analysis/splits.h"
#include "tabular/error.h"
#include "tabular/number.h"
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

// What would compile, learnt from what did and what did not.
class CompileClassifier {
 public:
  // No group of the features is on both sides of a fold.
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
    std::vector<uint32_t> own;
    for (const uint32_t row : rows) own.push_back(all_.groups[row]);
    const std::vector<uint32_t> fold_of =
        GroupFolds(own, kFolds, Rng::SeedFromLabel(seed, "fill/folds"));
    double right[2] = {0, 0};
    double count[2] = {0, 0};
    for (size_t fold = 0; fold < kFolds; ++fold) {
      std::vector<uint32_t> train;
      std::vector<uint32_t> test;
      std::vector<double> known;
      std::vector<double> truth;
      for (size_t i = 0; i < rows.size(); ++i) {
        const bool held = fold_of[i] == fold;
        (held ? test : train).push_back(rows[i]);
        (held ? truth : known).push_back(labels[i]);
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

bool IsFillable(const Value& value) {
  return value.missing == Missing::kNotMeasured ||
         value.missing == Missing::kAbsentInThisCopy;
}

int64_t AddFilledColumn(TableWriter& writer, const FilledValues& filled,
                        const std::function<int64_t(uint32_t)>& row_of) {
  Source source;
  source.name = kFilledSource;
  source.origin = "gaps filled from what this table holds";
  source.importer = fmt::format("hwnas@{}", Version());
  writer.AddSource(source);
  Column added;
  added.metric = filled.metric;
  added.source = kFilledSource;
  added.origin = filled.origin;
  added.predictor = filled.predictor;
  added.note = filled.note;
  const int64_t id = writer.AddColumn(added);
  for (size_t i = 0; i < filled.rows.size(); ++i) {
    const double sd = filled.values.sd[i];
    writer.Set(id, "", row_of(filled.rows[i]),
               {filled.values.mean[i], Missing::kNone},
               sd > 0 ? std::optional<double>(sd) : std::nullopt);
  }
  return id;
}

namespace {

// Rows of a writer that has the table open.
std::function<int64_t(uint32_t)> RowsOf(const Table& table,
                                        const TableWriter& writer) {
  return [&table, &writer](uint32_t row) {
    const auto found = writer.FindArchitecture(table.ArchitectureAt(row));
    HWNAS_CHECK(found.has_value());
    return *found;
  };
}

void RefuseFilled(const Table& table, const std::string& metric) {
  if (table.FindColumn(Metric::Parse(metric), kFilledSource) == nullptr) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("predict fill: {} is filled already; take it back "
                          "with --remove first",
                          metric));
}

struct Formula {
  double factor = 1;
  Metric metric;
};

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Formula ParseFormula(const std::string& text) {
  const size_t star = text.find('*');
  const auto number =
      TryParseNumber(Trimmed(text.substr(0, std::min(star, text.size()))));
  if (star == std::string::npos || !number) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--formula '{}': expected NUMBER*METRIC, as in "
                            "7*latency@fpga",
                            Quoted(text)));
  }
  return {*number, Metric::Parse(Trimmed(text.substr(star + 1)))};
}

}  // namespace

FormulaReport FillGapsByFormula(const std::string& path,
                                const std::string& metric,
                                const std::string& formula) {
  constexpr double kTolerance = 1e-6;
  constexpr size_t kLeast = 10;
  const std::shared_ptr<const Table> table = Table::Open(path);
  const Formula f = ParseFormula(formula);
  RefuseFilled(*table, metric);
  const auto column = Measured(*table, metric);
  const auto other = table->LoadOrCompute(f.metric);
  FormulaReport report;
  FilledValues filled;
  filled.metric = column->Info().metric;
  filled.origin = Origin::kAnalytic;
  filled.note = fmt::format("{} * {}", f.factor, other->Info().metric.Text());
  double worst = 0;
  size_t wrong = 0;
  for (uint32_t row = 0; row < table->Rows(); ++row) {
    const Value own = column->Mean(row);
    const Value from = other->Mean(row);
    if (own.Ok() && from.Ok()) {
      const double off = std::abs(f.factor * from.value - own.value);
      const double share = off / std::max(std::abs(own.value), 1e-300);
      worst = std::max(worst, share);
      wrong += share > kTolerance;
      ++report.verified;
    } else if (from.Ok() && IsFillable(own)) {
      filled.rows.push_back(row);
      filled.values.mean.push_back(f.factor * from.value);
      filled.values.sd.push_back(0);
    } else if (!own.Ok()) {
      ++report.left;
    }
  }
  if (wrong > 0) {
    throw Error(
        ErrorCode::kDisagree,
        fmt::format("predict fill: {} is not {} in {} of {} rows that "
                    "have both, off by up to {:.2g} of the value",
                    metric, filled.note, wrong, report.verified, worst));
  }
  if (report.verified < kLeast) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict fill: {} rows have both {} and {}; a "
                            "formula is verified on {} at least",
                            report.verified, metric,
                            other->Info().metric.Text(), kLeast));
  }
  if (filled.rows.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict fill: {} has no gap of {} that the "
                            "formula could fill; there is nothing to do",
                            path, metric));
  }
  const auto writer = TableWriter::Open(path);
  AddFilledColumn(*writer, filled, RowsOf(*table, *writer));
  writer->Commit();
  report.filled = filled.rows.size();
  return report;
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
  RefuseFilled(*table, saved.metric);
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

  FilledValues filled;
  filled.metric = metric;
  filled.predictor = report.predictor;
  filled.note = "encoding " + encoded.features.encoding;
  for (size_t i = 0; i < gaps.size(); ++i) {
    if (compiles[i] == 0) continue;
    filled.rows.push_back(gaps[i]);
    filled.values.mean.push_back(p.mean[i]);
    filled.values.sd.push_back(p.sd[i]);
  }
  report.filled = filled.rows.size();
  const auto writer = TableWriter::Open(path);
  const auto row_of = RowsOf(*table, *writer);
  const int64_t id = AddFilledColumn(*writer, filled, row_of);
  for (size_t i = 0; i < gaps.size(); ++i) {
    if (compiles[i] != 0) continue;
    writer->Set(id, "", row_of(gaps[i]), {0, Missing::kDidNotCompile});
    ++report.not_compiling;
  }
  writer->Commit();
  return report;
}

int64_t RemoveFilled(const std::string& path, const std::string& metric) {
  int64_t id = 0;
  {
    const std::shared_ptr<const Table> table = Table::Open(path);
    const Column* column =
        table->FindColumn(Metric::Parse(metric), kPredictedSource);
    if (column == nullptr) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("predict fill --remove: {} has no filled {}",
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
