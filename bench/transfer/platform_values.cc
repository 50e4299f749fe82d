#include "bench/transfer/platform_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "tabular/analysis/pareto.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using ColumnPointer = std::shared_ptr<const DenseColumn>;

constexpr size_t kFewest = 100;  // architectures that a study makes sense of

Metric CostOn(const std::string& quantity, const std::string& platform) {
  Metric metric;
  metric.quantity = quantity;
  metric.platform = platform;
  return metric;
}

std::vector<std::string> PlatformsWith(const Table& table,
                                       const std::string& quantity) {
  std::vector<std::string> ids;
  for (const Column& column : table.Columns()) {
    const Metric& metric = column.metric;
    if (metric.quantity == quantity && !metric.platform.empty() &&
        metric == table.Complete(CostOn(quantity, metric.platform))) {
      ids.push_back(metric.platform);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void SetSettings(const Table& table, const std::vector<std::string>& ids,
                 PlatformValues* out) {
  struct Known {
    std::string device;
    int batch;
    std::string id;
    auto operator<=>(const Known&) const = default;
  };
  std::vector<Known> known;
  for (const std::string& id : ids) {
    const Platform* platform = table.FindPlatform(id);
    const bool says = platform != nullptr && !platform->device.empty();
    known.push_back({says ? platform->device : id,
                     platform == nullptr ? 0 : platform->batch, id});
  }
  std::sort(known.begin(), known.end());
  for (const Known& k : known) {
    if (out->devices.empty() || out->devices.back() != k.device) {
      out->devices.push_back(k.device);
    }
    out->settings.push_back({k.id, out->devices.size() - 1, k.batch});
  }
}

std::vector<double> ValuesOf(const DenseColumn& column,
                             const std::vector<uint32_t>& rows) {
  std::vector<double> values;
  for (const uint32_t row : rows) values.push_back(column.Mean(row).value);
  return values;
}

}  // namespace

std::vector<double> PlatformValues::ByDevice(
    const std::vector<double>& by_setting) const {
  std::vector<double> mean(devices.size());
  std::vector<size_t> count(devices.size());
  for (size_t i = 0; i < by_setting.size(); ++i) {
    mean[settings[i].device] += by_setting[i];
    ++count[settings[i].device];
  }
  for (size_t d = 0; d < mean.size(); ++d) mean[d] /= double(count[d]);
  return mean;
}

std::vector<double> PlatformValues::Other(const Table& table,
                                          const Metric& metric) const {
  const ColumnPointer column = table.LoadOrCompute(metric);
  for (const uint32_t row : rows) {
    if (column->Mean(row).Ok()) continue;
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{}: {} has no value for {}", table.Path(),
                    table.Complete(metric).Text(),
                    table.BaseSpace()->Format(table.ArchitectureAt(row))));
  }
  return ValuesOf(*column, rows);
}

PlatformValues LoadPlatformValues(const Table& table,
                                  const ObjectiveSpec& accuracy,
                                  const std::string& quantity,
                                  const std::vector<std::string>& platforms) {
  PlatformValues out;
  SetSettings(table,
              platforms.empty() ? PlatformsWith(table, quantity) : platforms,
              &out);
  if (out.settings.size() < 2) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: {} on fewer than two platforms", table.Path(),
                            quantity));
  }
  out.accuracy_metric = table.Complete(Metric::Parse(accuracy.metric));
  const ColumnPointer observed =
      table.LoadOrCompute(out.accuracy_metric, accuracy.source);
  std::vector<ColumnPointer> columns;
  for (const StudySetting& setting : out.settings) {
    columns.push_back(
        table.Load(table.GetColumn(CostOn(quantity, setting.id))));
  }
  for (size_t row = 0; row < table.Rows(); ++row) {
    if (!table.Connected(row) || !observed->Mean(row).Ok()) continue;
    const bool all = std::all_of(
        columns.begin(), columns.end(),
        [row](const ColumnPointer& column) { return column->Mean(row).Ok(); });
    if (all) out.rows.push_back(static_cast<uint32_t>(row));
  }
  if (out.rows.size() < kFewest) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: {} architectures have values on all "
                            "platforms; {} are needed",
                            table.Path(), out.rows.size(), kFewest));
  }
  out.accuracy = ValuesOf(*observed, out.rows);
  for (const ColumnPointer& column : columns) {
    out.costs.push_back(ValuesOf(*column, out.rows));
  }
  return out;
}

std::vector<uint32_t> CostFront(const std::vector<double>& accuracy,
                                const std::vector<double>& cost) {
  std::vector<double> points;
  for (size_t i = 0; i < cost.size(); ++i) {
    points.push_back(-accuracy[i]);
    points.push_back(cost[i]);
  }
  return NonDominated(points, 2);
}

uint32_t MostAccurateWithin(const std::vector<double>& accuracy,
                            const std::vector<double>& cost, double limit) {
  std::optional<uint32_t> best;
  for (uint32_t i = 0; i < cost.size(); ++i) {
    if (cost[i] > limit) continue;
    if (!best || accuracy[i] > accuracy[*best]) best = i;
  }
  HWNAS_CHECK(best.has_value());
  return *best;
}

}  // namespace hwnas
