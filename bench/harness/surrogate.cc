#include "bench/harness/surrogate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "bench/predict/fit_cost.h"
#include "bench/predict/table_features.h"
#include "predictors/few_shot.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

class Fitting {
 public:
  Fitting(const Table& table, const SurrogateSpec& spec)
      : table_(table), spec_(spec) {
    out_.metric = table.Complete(Metric::Parse(spec.metric));
    column_ = table.LoadOrCompute(out_.metric);
    if (column_->Info().origin == Origin::kPredicted) {
      Refuse("is predicted itself; a surrogate learns from what was measured");
    }
  }

  Surrogate Fit(double seconds_each) {
    if (spec_.sources.empty()) {
      FitPredictor();
    } else {
      Transfer();
    }
    Judge();
    out_.fitted_on = spec_.train;
    out_.query_seconds = seconds_each * double(spec_.train);
    if (spec_.charge_sources) {
      out_.query_seconds += seconds_each * double(out_.source_values);
    }
    out_.fit_seconds = spec_.fit_seconds
                           ? *spec_.fit_seconds
                           : FitSeconds(spec_.predictor, spec_.options,
                                        fit_rows_, fit_columns_);
    return std::move(out_);
  }

 private:
  [[noreturn]] void Refuse(const std::string& what) const {
    throw Error(ErrorCode::kUsage,
                fmt::format("surrogate of {}: {}", spec_.metric, what));
  }

  std::string Label(uint64_t draw, const char* what) const {
    return fmt::format("surrogate/{}/{}/{}", out_.metric.Text(), draw, what);
  }

  // Rows with a value in the metric's column and every other one given.
  std::vector<uint32_t> Measured(
      const std::vector<std::shared_ptr<const DenseColumn>>& others) const {
    std::vector<uint32_t> rows;
    for (uint32_t row = 0; row < table_.Rows(); ++row) {
      if (!out_.known.empty() && out_.known[row] == 0) continue;
      const bool all = std::ranges::all_of(
          others, [row](const auto& c) { return c->Mean(row).Ok(); });
      if (all && column_->Mean(row).Ok()) rows.push_back(row);
    }
    return rows;
  }

  void Take(std::vector<uint32_t>* rows, uint64_t count, Rng& rng) const {
    if (rows->size() < count) {
      Refuse(fmt::format("{} values to learn from were asked for, {} are there",
                         count, rows->size()));
    }
    rng.Shuffle(std::span<uint32_t>(*rows));
    rows->resize(count);
  }

  static std::vector<double> Values(const DenseColumn& column,
                                    std::span<const uint32_t> rows) {
    std::vector<double> values;
    for (const uint32_t row : rows) values.push_back(column.Mean(row).value);
    return values;
  }

  void FitPredictor() {
    const EncodedTable encoded = TableFeatures(
        table_, spec_.encoding, spec_.stored, out_.metric.dataset);
    out_.known = encoded.complete;
    out_.encoding = encoded.features.encoding;
    fit_rows_ = spec_.train;
    fit_columns_ = encoded.features.Columns();
    const std::vector<uint32_t> all = Measured({});
    for (uint64_t draw = 0; draw < spec_.draws; ++draw) {
      std::vector<uint32_t> rows = all;
      Rng rng = Rng::FromLabel(spec_.seed, Label(draw, "train"));
      Take(&rows, spec_.train, rng);
      std::sort(rows.begin(), rows.end());
      const auto predictor = MakePredictor(spec_.predictor, spec_.options);
      predictor->Fit(encoded.features.Select(rows), Values(*column_, rows),
                     Rng::SeedFromLabel(spec_.seed, Label(draw, "fit")));
      out_.predictor = predictor->Id();
      out_.draws.push_back(predictor->Predict(encoded.features));
      fitted_.push_back(std::move(rows));
    }
  }

  void Transfer() {
    std::vector<std::shared_ptr<const DenseColumn>> sources;
    for (const std::string& platform : spec_.sources) {
      Metric metric = out_.metric;
      metric.platform = platform;
      sources.push_back(table_.Load(table_.GetColumn(metric)));
      if (platform == out_.metric.platform) {
        Refuse("a source is the platform itself");
      }
    }
    std::vector<Features> blocks;
    for (const std::string& e : FewShotEncodings(*table_.BaseSpace())) {
      blocks.push_back(
          TableFeatures(table_, e, {}, out_.metric.dataset).features);
    }
    out_.known.assign(table_.Rows(), 1);
    out_.predictor = "few-shot@1";
    out_.source_values = spec_.source_architectures * sources.size();
    fit_rows_ = spec_.source_architectures;
    fit_columns_ = sources.size();
    const std::vector<uint32_t> all = Measured(sources);
    for (uint64_t draw = 0; draw < spec_.draws; ++draw) {
      std::vector<uint32_t> rows = all;
      Rng rng = Rng::FromLabel(spec_.seed, Label(draw, "train"));
      Take(&rows, spec_.source_architectures, rng);
      std::vector<std::vector<double>> values;
      for (const auto& source : sources)
        values.push_back(Values(*source, rows));
      const FewShot few(blocks, rows, values);
      std::vector<uint32_t> chosen =
          few.Choose(Sampler::kDOptimal, spec_.train, rows, rng);
      out_.draws.push_back(few.Adapt(chosen, Values(*column_, chosen)));
      fitted_.push_back(std::move(chosen));
    }
  }

  void Judge() {
    double tau = 0;
    double mae = 0;
    for (uint64_t draw = 0; draw < spec_.draws; ++draw) {
      std::vector<uint8_t> used(table_.Rows());
      for (const uint32_t row : fitted_[draw]) used[row] = 1;
      std::vector<double> predicted;
      std::vector<double> truth;
      std::vector<double> off;
      for (const uint32_t row : Measured({})) {
        if (used[row] != 0) continue;
        predicted.push_back(out_.draws[draw].mean[row]);
        truth.push_back(column_->Mean(row).value);
        off.push_back(std::abs(predicted.back() - truth.back()));
      }
      const auto kendall = KendallTau(predicted, truth);
      if (!kendall) return;
      tau += *kendall;
      mae += Mean(off);
    }
    out_.kendall = tau / double(spec_.draws);
    out_.mae = mae / double(spec_.draws);
  }

  const Table& table_;
  const SurrogateSpec& spec_;
  std::shared_ptr<const DenseColumn> column_;
  Surrogate out_;
  std::vector<std::vector<uint32_t>> fitted_;  // by draw
  size_t fit_rows_ = 0;
  size_t fit_columns_ = 0;
};

}  // namespace

Surrogate FitSurrogate(const Table& table, const SurrogateSpec& spec,
                       double seconds_each) {
  return Fitting(table, spec).Fit(seconds_each);
}

}  // namespace hwnas
