#include "bench/predict/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "bench/predict/table_features.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/splits.h"
#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

constexpr double kNormalQuantile = 1.6448536269514722;

double Since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

// Positions of the best k, best first; ties by position.
std::vector<size_t> Best(std::span<const double> values, Direction direction,
                         size_t k) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return direction == Direction::kMaximize ? values[a] > values[b]
                                             : values[a] < values[b];
  });
  order.resize(k);
  return order;
}

void JudgeIntervals(const Predictions& predictions,
                    std::span<const double> truth, PredictionFigures* out) {
  const size_t n = truth.size();
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return truth[a] < truth[b]; });
  for (size_t t = 0; t < 3; ++t) {
    const size_t begin = t * n / 3;
    const size_t end = (t + 1) * n / 3;
    for (size_t i = begin; i < end; ++i) {
      const double half = kNormalQuantile * predictions.sd[order[i]];
      const double off = std::abs(predictions.mean[order[i]] - truth[order[i]]);
      const auto count = static_cast<double>(end - begin);
      out->coverage[t] += (off <= half ? 1.0 : 0.0) / count;
      out->width[t] += 2 * half / count;
    }
  }
}

}  // namespace

PredictionFigures JudgePredictions(const Predictions& predictions,
                                   std::span<const double> truth,
                                   Direction direction, size_t k) {
  HWNAS_CHECK(predictions.mean.size() == truth.size());
  const auto tau = KendallTau(predictions.mean, truth);
  const auto rho = SpearmanRho(predictions.mean, truth);
  if (truth.size() < 3 || !rho) {
    throw Error(ErrorCode::kUsage,
                "predict: predictions or values to judge them by are fewer "
                "than three or constant; take other rows or another predictor");
  }
  PredictionFigures out;
  out.kendall = *tau;
  out.spearman = *rho;
  const double mean = Mean(truth);
  double residual = 0;
  double total = 0;
  for (size_t i = 0; i < truth.size(); ++i) {
    const double off = predictions.mean[i] - truth[i];
    residual += off * off;
    total += (truth[i] - mean) * (truth[i] - mean);
    out.mae += std::abs(off) / double(truth.size());
  }
  out.r2 = 1 - residual / total;
  k = std::clamp<size_t>(k, 1, truth.size());
  std::vector<uint8_t> best(truth.size());
  for (const size_t i : Best(truth, direction, k)) best[i] = 1;
  for (const size_t i : Best(predictions.mean, direction, k)) {
    out.precision += best[i] / double(k);
  }
  JudgeIntervals(predictions, truth, &out);
  return out;
}

std::vector<uint32_t> TableLeakGroups(const Table& table) {
  std::unordered_map<Architecture, uint32_t, ArchitectureHash> seen;
  std::vector<uint32_t> classes;
  std::vector<uint32_t> networks;
  for (size_t row = 0; row < table.Rows(); ++row) {
    const Architecture canonical =
        table.BaseSpace()->Canonical(table.ArchitectureAt(row));
    classes.push_back(
        seen.emplace(canonical, static_cast<uint32_t>(seen.size()))
            .first->second);
    networks.push_back(static_cast<uint32_t>(table.EffectiveNetwork(row)));
  }
  return LeakGroups(classes, networks);
}

std::vector<EvaluatedSize> EvaluatePredictor(
    const Table& table, const EvaluationSpec& spec,
    const std::function<bool()>& stop) {
  const auto column = table.LoadOrCompute(Metric::Parse(spec.metric));
  const Metric& metric = column->Info().metric;
  const Direction direction = FindQuantity(metric.quantity).direction;
  const EncodedTable encoded =
      TableFeatures(table, spec.encodings, spec.stored, metric.dataset);
  const std::vector<uint32_t> all_groups = TableLeakGroups(table);
  std::vector<uint32_t> rows;
  std::vector<uint32_t> groups;
  std::vector<double> values;
  for (uint32_t row = 0; row < table.Rows(); ++row) {
    const Value value = column->Mean(row);
    if (!value.Ok() || encoded.complete[row] == 0) continue;
    rows.push_back(row);
    groups.push_back(spec.relatives ? uint32_t(groups.size())
                                    : all_groups[row]);
    values.push_back(value.value);
  }
  const Features features = encoded.features.Select(rows);
  std::vector<EvaluatedSize> out;
  for (const size_t train : spec.train) {
    EvaluatedSize& size = out.emplace_back();
    size.train = train;
    for (size_t number = 0; number < spec.splits; ++number) {
      if (stop && stop()) throw Error(ErrorCode::kInterrupted, "interrupted");
      Split split = DrawSplit(groups, train, spec.seed, number);
      if (spec.connected) {
        std::erase_if(split.test,
                      [&](uint32_t i) { return !table.Connected(rows[i]); });
      }
      if (spec.test > 0 && spec.test < split.test.size()) {
        Rng rng = Rng::FromLabel(
            spec.seed, fmt::format("evaluation/test/{}/{}", train, number));
        rng.Shuffle(std::span<uint32_t>(split.test));
        split.test.resize(spec.test);
        std::sort(split.test.begin(), split.test.end());
      }
      std::vector<double> known;
      std::vector<double> truth;
      for (const uint32_t i : split.train) known.push_back(values[i]);
      for (const uint32_t i : split.test) truth.push_back(values[i]);
      if (number == 0) size.test = truth.size();
      const auto predictor = MakePredictor(spec.predictor, spec.options);
      const auto begin = std::chrono::steady_clock::now();
      predictor->Fit(
          features.Select(split.train), known,
          Rng::SeedFromLabel(
              spec.seed, fmt::format("evaluation/fit/{}/{}", train, number)));
      size.seconds_fit += Since(begin) / double(spec.splits);
      const Features asked = features.Select(split.test);
      const auto then = std::chrono::steady_clock::now();
      const Predictions predictions = predictor->Predict(asked);
      size.seconds_predict += Since(then) / double(spec.splits);
      size.by_split.push_back(
          JudgePredictions(predictions, truth, direction, spec.k));
    }
  }
  return out;
}

Interval FigureInterval(const EvaluatedSize& size,
                        double PredictionFigures::*figure, uint64_t seed) {
  std::vector<double> values;
  for (const PredictionFigures& f : size.by_split) values.push_back(f.*figure);
  Rng rng =
      Rng::FromLabel(seed, fmt::format("evaluation/interval/{}", size.train));
  return BootstrapMean(values, rng);
}

}  // namespace hwnas
