#include "bench/predict/lookup_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <utility>

#include "bench/predict/own_device.h"
#include "bench/predict/table_features.h"
#include "datasets/csv_reader.h"
#include "predictors/residual_scale.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/splits.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/filled.h"
#include "tabular/number.h"

namespace hwnas {
namespace {

constexpr const char* kConstant = "constant";

Metric OnPlatform(const Table& table, const std::string& quantity,
                  const std::string& platform) {
  Metric metric;
  metric.quantity = quantity;
  metric.platform = platform;
  return table.Complete(metric);
}

Features LayersOfTable(const Table& table, const std::string& quantity) {
  Metric metric;
  metric.quantity = quantity;
  return TableFeatures(table, "layers", {}, table.Complete(metric).dataset)
      .features;
}

// Sums against values, both of the same networks.
Additivity JudgeSums(std::span<const double> sums,
                     std::span<const double> values) {
  Additivity out;
  out.judged = values.size();
  std::vector<double> errors;
  std::vector<double> ratios;
  for (size_t i = 0; i < values.size(); ++i) {
    errors.push_back(std::abs(sums[i] - values[i]) / std::abs(values[i]));
    ratios.push_back(sums[i] / values[i]);
  }
  out.kendall = KendallTau(sums, values).value_or(0);
  out.spearman = SpearmanRho(sums, values).value_or(0);
  out.median_error = Median(errors);
  out.tenth_error = Quantile(errors, 0.9);
  out.median_ratio = Median(ratios);
  return out;
}

std::vector<std::string> PlatformsWith(const Table& table,
                                       const std::string& quantity) {
  std::vector<std::string> names;
  for (const Column& column : table.Columns()) {
    const Metric& metric = column.metric;
    if (metric.platform.empty() || !column.preferred ||
        column.origin == Origin::kPredicted ||
        metric != OnPlatform(table, quantity, metric.platform)) {
      continue;
    }
    names.push_back(metric.platform);
  }
  if (names.empty()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("predict lookup: {} has no {} of any platform",
                            table.Path(), Quoted(quantity)));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A CSV's lines by layer.
struct LayerValue {
  double value = 0;
  double sd = 0;
  size_t line = 0;
};

class LayerCsv {
 public:
  LayerCsv(const LookupSpec& spec, const Features& layers)
      : csv_(CsvReader::ReadFile(spec.csv)), spec_(spec), layers_(layers) {
    layer_ = csv_.Column("layer");
    value_ = csv_.Column("value");
    if (csv_.Has("unit") == !spec.unit.empty()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: name the unit either in a column 'unit' or "
                              "with --unit",
                              spec.csv));
    }
    while (csv_.Next()) ReadLine();
    for (const std::string& name : layers.names) {
      if (lines_.contains(name)) continue;
      size_t lacking = 0;
      for (const std::string& n : layers.names) lacking += !lines_.contains(n);
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("{}: {} of {} layers have no line, '{}' first; "
                              "predict lookup --list names them all",
                              spec.csv, lacking, layers.names.size(), name));
    }
  }

  const LayerValue& At(const std::string& name) const {
    return lines_.at(name);
  }
  double Constant() const {
    const auto found = lines_.find(kConstant);
    return found == lines_.end() ? 0 : found->second.value;
  }
  bool HasDeviations() const { return csv_.Has("sd"); }

 private:
  void ReadLine() {
    const std::string& name = csv_.Field(layer_);
    if (name != kConstant &&
        !std::binary_search(layers_.names.begin(), layers_.names.end(), name)) {
      csv_.Fail(
          fmt::format("no network of the table has a layer '{}'; predict "
                      "lookup --list names those there are",
                      Quoted(name)));
    }
    LayerValue line;
    line.line = csv_.Line();
    const double factor = Factor();
    line.value = factor * Number(value_);
    if (HasDeviations()) line.sd = factor * Number(csv_.Column("sd"));
    const auto [at, fresh] = lines_.emplace(name, line);
    if (!fresh) {
      csv_.Fail(
          fmt::format("the layer of line {} again; keep one line for "
                      "each",
                      at->second.line));
    }
  }

  double Number(size_t column) const {
    const auto number = TryParseNumber(csv_.Field(column));
    if (!number || !std::isfinite(*number) || *number < 0) {
      csv_.Fail(fmt::format("'{}' is no {}; expected a number from 0 on",
                            Quoted(csv_.Field(column)), spec_.quantity));
    }
    return *number;
  }

  double Factor() const {
    const std::string unit =
        spec_.unit.empty() ? csv_.Field(csv_.Column("unit")) : spec_.unit;
    const auto factor = UnitFactor(FindQuantity(spec_.quantity), unit);
    if (!factor) {
      csv_.Fail(fmt::format("unit '{}'; {} comes in {}", Quoted(unit),
                            spec_.quantity,
                            UnitNames(FindQuantity(spec_.quantity))));
    }
    return *factor;
  }

  CsvReader csv_;
  const LookupSpec& spec_;
  const Features& layers_;
  size_t layer_ = 0;
  size_t value_ = 0;
  std::map<std::string, LayerValue> lines_;
};

}  // namespace

std::vector<LayerUse> TableLayers(const Table& table,
                                  const std::string& quantity) {
  const Features features = LayersOfTable(table, quantity);
  std::vector<LayerUse> out;
  for (size_t c = 0; c < features.Columns(); ++c) {
    LayerUse& use = out.emplace_back();
    use.name = features.names[c];
    use.cost = features.layers[c];
    for (size_t r = 0; r < features.Rows(); ++r) {
      use.networks += features.x.Row(r)[c] > 0;
    }
  }
  return out;
}

std::vector<Additivity> MeasureAdditivity(
    const Table& table, const std::string& quantity,
    const std::vector<std::string>& platforms, size_t train, uint64_t seed,
    const std::function<bool()>& stop) {
  const Features features = LayersOfTable(table, quantity);
  std::vector<Additivity> out;
  for (const std::string& platform :
       platforms.empty() ? PlatformsWith(table, quantity) : platforms) {
    if (stop && stop()) throw Error(ErrorCode::kInterrupted, "interrupted");
    const auto column =
        table.Load(table.GetColumn(OnPlatform(table, quantity, platform)));
    std::vector<uint32_t> rows;
    std::vector<uint32_t> groups;
    for (uint32_t row = 0; row < table.Rows(); ++row) {
      if (!column->Mean(row).Ok()) continue;
      rows.push_back(row);
      groups.push_back(features.groups[row]);
    }
    const Split split = MakeSplit(groups, train, seed, 0);
    std::vector<uint32_t> learnt;
    std::vector<uint32_t> others;
    std::vector<double> known;
    std::vector<double> truth;
    for (const uint32_t i : split.train) {
      learnt.push_back(rows[i]);
      known.push_back(column->Mean(rows[i]).value);
    }
    for (const uint32_t i : split.test) {
      others.push_back(rows[i]);
      truth.push_back(column->Mean(rows[i]).value);
    }
    const auto lookup = MakePredictor("lookup");
    lookup->Fit(features.Select(learnt), known, seed);
    Additivity figures =
        JudgeSums(lookup->Predict(features.Select(others)).mean, truth);
    figures.platform = platform;
    // A network of no layers costs the constant, one of a single layer what
    // this costs besides.
    Features units = features.Select(
        std::vector<uint32_t>(features.Columns() + 1, learnt[0]));
    std::fill(units.x.values.begin(), units.x.values.end(), 0.0);
    for (size_t c = 0; c < features.Columns(); ++c) units.x.Row(c + 1)[c] = 1;
    const std::vector<double> costs = lookup->Predict(units).mean;
    figures.constant = costs[0];
    for (size_t c = 1; c < costs.size(); ++c) {
      figures.layers += costs[c] > costs[0];
    }
    out.push_back(std::move(figures));
  }
  return out;
}

LookupReport AddLookupTable(const Table& table, const LookupSpec& spec) {
  constexpr size_t kLeastMeasured = 20;
  CheckPlatformName(spec.platform);
  const Features features = LayersOfTable(table, spec.quantity);
  const LayerCsv csv(spec, features);
  LookupReport report;
  report.layers = features.Columns();
  std::vector<double> sums(table.Rows(), csv.Constant());
  std::vector<double> sd(table.Rows(), 0);
  for (size_t row = 0; row < table.Rows(); ++row) {
    const auto counts = features.x.Row(row);
    for (size_t c = 0; c < counts.size(); ++c) {
      const LayerValue& layer = csv.At(features.names[c]);
      sums[row] += counts[c] * layer.value;
      sd[row] += counts[c] * layer.sd * counts[c] * layer.sd;
    }
    sd[row] = std::sqrt(sd[row]);
  }
  const Metric metric = OnPlatform(table, spec.quantity, spec.platform);
  const Column* own = table.FindColumn(metric);
  std::vector<uint32_t> gaps;
  std::vector<double> known;
  std::vector<double> predicted;
  std::shared_ptr<const DenseColumn> column;
  if (own != nullptr) column = table.Load(*own);
  for (uint32_t row = 0; row < table.Rows(); ++row) {
    if (column == nullptr) {
      gaps.push_back(row);
      continue;
    }
    const Value value = column->Mean(row);
    if (value.Ok()) {
      known.push_back(value.value);
      predicted.push_back(sums[row]);
    } else if (IsFillable(value)) {
      gaps.push_back(row);
    }
  }
  if (known.size() >= 2) {
    report.measured = JudgeSums(predicted, known);
    report.measured->platform = spec.platform;
    report.measured->layers = report.layers;
    report.measured->constant = csv.Constant();
  }
  if (known.size() >= kLeastMeasured) {
    std::vector<double> residual;
    for (size_t i = 0; i < known.size(); ++i) {
      residual.push_back(known[i] - predicted[i]);
    }
    ResidualScale scale;
    scale.Fit(predicted, residual);
    for (size_t row = 0; row < sd.size(); ++row) sd[row] = scale.At(sums[row]);
  } else if (!csv.HasDeviations()) {
    report.warnings.push_back(
        fmt::format("no error bars: the table has {} whole-network values of "
                    "{}, and the CSV no column 'sd'",
                    known.size(), metric.Text()));
  }
  if (spec.out.empty()) return report;
  if (gaps.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict lookup: {} has no gap that a measurement "
                            "would fill; leave --out out",
                            metric.Text()));
  }
  FilledValues filled;
  filled.metric = metric;
  filled.origin = Origin::kLookup;
  filled.predictor = "lookup@1";
  filled.note = "sums over the layers of " +
                std::filesystem::path(spec.csv).filename().string();
  filled.rows = gaps;
  for (const uint32_t row : gaps) {
    filled.values.mean.push_back(sums[row]);
    filled.values.sd.push_back(sd[row]);
  }
  report.filled = gaps.size();
  Platform platform;
  platform.id = spec.platform;
  platform.device = spec.platform;
  platform.method = "layers measured by its owner, summed";
  WriteFilledCopy(table, spec.out, platform, {}, "", filled);
  return report;
}

}  // namespace hwnas
