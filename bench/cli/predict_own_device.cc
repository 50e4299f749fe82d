#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/front.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/predict.h"
#include "bench/predict/own_device.h"
#include "bench/report/csv.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

// Which accuracy the front is of; nullopt where the table has none to choose.
std::optional<Metric> AccuracyOf(const Table& table, const std::string& asked) {
  if (!asked.empty()) return Metric::Parse(asked);
  Metric metric = Metric::Parse("accuracy");
  if (table.FindColumn(metric) != nullptr) return metric;
  return std::nullopt;
}

std::string Percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

}  // namespace

void RunOwnDevice(const OwnDeviceOptions& options) {
  const std::shared_ptr<const Table> table = Table::Open(options.table);
  if (options.suggest > 0) {
    std::string text = CsvLine({"architecture", "value", "unit"});
    for (const uint32_t row :
         SuggestMeasurements(*table, options.spec, options.suggest)) {
      text += CsvLine(
          {table->BaseSpace()->Format(table->ArchitectureAt(row)), "", ""});
    }
    return Print(text);
  }
  const std::optional<Metric> accuracy = AccuracyOf(*table, options.accuracy);
  if (accuracy) table->LoadOrCompute(*accuracy);  // refused before the work
  const OwnDeviceReport report =
      AddOwnDevice(*table, options.out, options.spec);
  Metric metric;
  metric.quantity = options.spec.quantity;
  metric.platform = options.spec.platform;
  const std::shared_ptr<const Table> filled = Table::Open(options.out);
  FrontQuery query;
  FrontAnswer front;
  if (accuracy) {
    query.objectives = {*accuracy, metric};
    query.top = options.top;
    query.filled = true;
    front = FindFront(*filled, query);
  }
  if (options.format == OutputFormat::kJson) {
    Json rows = Json::array();
    for (const FrontRow& row : front.rows) {
      rows.push_back({{"architecture", filled->BaseSpace()->Format(
                                           filled->ArchitectureAt(row.row))},
                      {"accuracy", row.values[0].value},
                      {"value", row.values[1].value},
                      {"standard_deviation",
                       row.filled[1] ? Json(*row.filled[1]) : Json(nullptr)}});
    }
    PrintJsonFields(
        Json{{"table", options.out},
             {"metric", filled->Complete(metric).Text()},
             {"measured", report.measured},
             {"predicted", report.predicted},
             {"sources", report.sources},
             {"held", report.held ? Json(*report.held) : Json(nullptr)},
             {"median_error",
              report.median_error ? Json(*report.median_error) : Json(nullptr)},
             {"median_spread", report.median_spread},
             {"warnings", report.warnings},
             {"front", std::move(rows)}});
    return;
  }
  std::string text;
  for (const std::string& warning : report.warnings) {
    text += "warning: " + warning + "\n";
  }
  text += fmt::format(
      "{}: {} of {} architectures predicted from {} measurements and {} "
      "platforms\n",
      options.out, filled->Complete(metric).Text(), report.predicted,
      report.measured, report.sources.size());
  text += fmt::format("error bars: +-{} of the value (median)",
                      Percent(report.median_spread));
  if (report.held) {
    text += fmt::format(
        "; each measurement predicted from the others: off by {} (median), {} "
        "of {} in their 90 % interval",
        Percent(*report.median_error), *report.held, report.measured);
  }
  text += "\n";
  if (accuracy) {
    text += "\n" + FrontText(*filled, query, front);
  } else {
    text += "no front: name an accuracy of the table with --accuracy\n";
  }
  text += fmt::format(
      "\nnext: hwnas front {} --filled --objectives ACCURACY,{} --where ...\n",
      options.out, metric.Text());
  Print(text);
}

}  // namespace hwnas
