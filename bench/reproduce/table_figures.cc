#include "bench/reproduce/table_figures.h"

#include <algorithm>
#include <memory>

#include "bench/harness/objective_text.h"

namespace hwnas {
namespace {

using ColumnPointer = std::shared_ptr<const DenseColumn>;

ColumnPointer LoadColumn(const Table& table, const ObjectiveSpec& metric) {
  return table.LoadOrCompute(Metric::Parse(metric.metric), metric.source);
}

std::vector<double> Present(const DenseColumn& column) {
  std::vector<double> values;
  for (size_t row = 0; row < column.Rows(); ++row) {
    const Value value = column.Mean(row);
    if (value.Ok()) values.push_back(value.value);
  }
  return values;
}

}  // namespace

std::optional<Statistic> FindStatistic(std::string_view name) {
  if (name == "count") return Statistic::kCount;
  if (name == "minimum") return Statistic::kMinimum;
  if (name == "maximum") return Statistic::kMaximum;
  if (name == "mean") return Statistic::kMean;
  if (name == "best") return Statistic::kBest;
  if (name == "rank") return Statistic::kRank;
  return std::nullopt;
}

std::optional<double> ComputeStatistic(const Table& table,
                                       const ObjectiveSpec& metric,
                                       Statistic statistic,
                                       const std::string& architecture) {
  const ColumnPointer column = LoadColumn(table, metric);
  const std::vector<double> values = Present(*column);
  if (statistic == Statistic::kCount) return double(values.size());
  if (values.empty()) return std::nullopt;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  switch (statistic) {
    case Statistic::kMinimum:
      return *least;
    case Statistic::kMaximum:
      return *most;
    case Statistic::kBest:
      return LargerIsBetter(metric) ? *most : *least;
    case Statistic::kMean: {
      double sum = 0;
      for (const double value : values) sum += value;
      return sum / double(values.size());
    }
    case Statistic::kRank: {
      const Value own = column->Mean(table.Resolve(architecture));
      if (!own.Ok()) return std::nullopt;
      const bool up = LargerIsBetter(metric);
      const auto better =
          std::count_if(values.begin(), values.end(), [&](double value) {
            return up ? value > own.value : value < own.value;
          });
      return double(1 + better);
    }
    case Statistic::kCount:
      break;
  }
  return std::nullopt;
}

std::optional<size_t> SelectRow(const Table& table,
                                const Selection& selection) {
  const ColumnPointer select = LoadColumn(table, selection.select);
  std::vector<ColumnPointer> limits;
  for (const Constraint& limit : selection.limits) {
    limits.push_back(table.LoadOrCompute(limit.metric));
  }
  ColumnPointer among;
  if (!selection.among.metric.empty()) {
    among = LoadColumn(table, selection.among);
  }
  const bool up = LargerIsBetter(selection.select);
  std::optional<size_t> chosen;
  double best = 0;
  for (size_t row = 0; row < table.Rows(); ++row) {
    if (!table.Connected(row)) continue;
    if (among != nullptr && !among->Mean(row).Ok()) continue;
    const Value value = select->Mean(row);
    if (!value.Ok()) continue;
    bool within = true;
    for (size_t i = 0; i < limits.size() && within; ++i) {
      const Value cost = limits[i]->Mean(row);
      within = cost.Ok() && selection.limits[i].Satisfied(cost.value);
    }
    if (!within) continue;
    if (chosen && (up ? value.value <= best : value.value >= best)) continue;
    chosen = row;
    best = value.value;
  }
  return chosen;
}

std::optional<double> ValueAt(const Table& table, const ObjectiveSpec& metric,
                              size_t row) {
  const Value value = LoadColumn(table, metric)->Mean(row);
  if (!value.Ok()) return std::nullopt;
  return value.value;
}

}  // namespace hwnas
