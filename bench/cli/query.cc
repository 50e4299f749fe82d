#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/report/text_table.h"
#include "tabular/filled.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string table;
  std::vector<std::string> architectures;
  std::vector<std::string> metrics;
  std::string source;
  OutputFormat format = OutputFormat::kText;
};

using Columns = std::vector<FilledColumn>;

Columns LoadColumns(const Table& table, const Options& options) {
  Columns columns;
  for (const std::string& text : SplitList(options.metrics)) {
    const Metric metric = Metric::Parse(text);
    columns.push_back(
        options.source.empty()
            ? LoadFilled(table, metric)
            : FilledColumn{table.LoadOrCompute(metric, options.source), {}});
  }
  if (!columns.empty()) return columns;
  for (const Column& column : table.Columns()) {
    if (options.source.empty() ? column.preferred
                               : column.source == options.source) {
      columns.push_back(options.source.empty()
                            ? LoadFilled(table, column.metric)
                            : FilledColumn{table.Load(column), {}});
    }
  }
  return columns;
}

/// Whether a gap of the column was filled by `hwnas predict`; a column that is
/// all predictions says so itself.
bool IsFilled(const FilledColumn& from, size_t row) {
  return !from.filled.empty() && from.filled[row] != 0 &&
         from.column->Info().source != kFilledSource;
}

Origin OriginOf(const FilledColumn& from, size_t row) {
  return IsFilled(from, row) ? from.origin : from.column->Info().origin;
}

Json DescribeValue(const FilledColumn& from, size_t row) {
  const DenseColumn& column = *from.column;
  const Column& info = column.Info();
  const Value value = column.Mean(row);
  Json json;
  json["metric"] = info.metric.Text();
  json["value"] = value.Ok() ? Json(value.value) : Json(nullptr);
  if (!value.Ok()) json["missing"] = MissingName(value.missing);
  json["unit"] = info.Unit();
  json["origin"] = OriginName(OriginOf(from, row));
  json["source"] = IsFilled(from, row) ? kFilledSource : info.source;
  if (IsFilled(from, row)) {
    json["filled"] = true;
    json["standard_deviation"] = column.StandardDeviation(row);
    return json;
  }
  if (column.Count(row) > 0 && column.Replicates() > 1) {
    Json replicates;
    for (size_t i = 0; i < column.Replicates(); ++i) {
      const Value one = column.At(row, i);
      if (one.Ok()) replicates[info.replicates[i]] = one.value;
    }
    json["replicates"] = std::move(replicates);
  }
  if (info.mean_of > 0) json["mean_of"] = info.mean_of;
  if (info.origin == Origin::kPredicted && value.Ok()) {
    json["standard_deviation"] = column.StandardDeviation(row);
    json["predictor"] = info.predictor;
  }
  return json;
}

Json DescribeArchitecture(const Table& table, size_t row,
                          const Columns& columns) {
  Json json;
  json["architecture"] = table.BaseSpace()->Format(table.ArchitectureAt(row));
  Json aliases = Json::object();
  for (const std::string& scheme : table.AliasSchemes()) {
    const std::string alias = table.AliasOf(scheme, row);
    if (!alias.empty()) aliases[scheme] = alias;
  }
  json["aliases"] = std::move(aliases);
  json["row"] = row;
  json["connected"] = table.Connected(row);
  json["effective_network"] = table.EffectiveNetwork(row);
  json["values"] = Json::array();
  for (const auto& column : columns) {
    json["values"].push_back(DescribeValue(column, row));
  }
  return json;
}

// How the value came about, in a few words.
std::string Remark(const FilledColumn& from, size_t row) {
  const DenseColumn& column = *from.column;
  const Column& info = column.Info();
  if (IsFilled(from, row)) {
    const double deviation = column.StandardDeviation(row);
    return deviation > 0 ? fmt::format("filled, +-{}", ShortNumber(deviation))
                         : "filled";
  }
  if (!column.Mean(row).Ok()) return MissingName(column.Mean(row).missing);
  if (info.origin == Origin::kPredicted) {
    return fmt::format("+-{} by {}", ShortNumber(column.StandardDeviation(row)),
                       info.predictor);
  }
  if (column.Replicates() > 1) {
    return fmt::format("mean of {} replicates", column.Count(row));
  }
  if (info.mean_of > 1) return fmt::format("mean of {}", info.mean_of);
  // Not to be set beside a mean of several.
  if (!info.replicates.empty() && !info.replicates[0].empty()) {
    return fmt::format("replicate {} alone", info.replicates[0]);
  }
  return "";
}

std::string Title(const Table& table, size_t row) {
  std::string title = table.BaseSpace()->Format(table.ArchitectureAt(row));
  for (const std::string& scheme : table.AliasSchemes()) {
    const std::string alias = table.AliasOf(scheme, row);
    if (!alias.empty()) title += fmt::format("  {}:{}", scheme, alias);
  }
  if (!table.Connected(row)) title += "  (disconnected)";
  return title + "\n";
}

void PrintText(const Table& table, size_t row, const Columns& columns) {
  TextTable text({"metric", "value", "unit", "origin", "source", "remark"});
  for (const FilledColumn& column : columns) {
    const Column& info = column.column->Info();
    const Value value = column.column->Mean(row);
    const bool filled = IsFilled(column, row);
    text.AddRow(
        {info.metric.Text(),
         value.Ok() ? (filled ? "~" : "") + ShortNumber(value.value) : "-",
         info.Unit(), OriginName(OriginOf(column, row)),
         filled ? kFilledSource : info.source, Remark(column, row)});
  }
  Print(Title(table, row) + text.Text());
}

void RunQuery(const Options& options) {
  const std::shared_ptr<const Table> table = Table::Open(options.table);
  std::vector<size_t> rows;
  for (const std::string& text : options.architectures) {
    rows.push_back(table->Resolve(text));
  }
  const Columns columns = LoadColumns(*table, options);
  if (options.format == OutputFormat::kJson) {
    Json list = Json::array();
    for (const size_t row : rows) {
      list.push_back(DescribeArchitecture(*table, row, columns));
    }
    PrintJson("query", std::move(list));
    return;
  }
  if (table->Synthetic()) Print("SYNTHETIC: these values are made up.\n");
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) Print("\n");
    PrintText(*table, rows[i], columns);
  }
}

}  // namespace

void AddQueryCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("query", "Print what a table knows of architectures");
  command->group(kTableCommands);
  const auto options = std::make_shared<Options>();
  command->add_option("table", options->table, "The table's file")->required();
  command
      ->add_option("--arch", options->architectures,
                   "Text form or published index; may be repeated")
      ->required()
      ->allow_extra_args(false)
      ->type_name("ARCH");
  command
      ->add_option("--metrics", options->metrics,
                   "Metrics, separated by commas; by default all")
      ->allow_extra_args(false)
      ->type_name("METRIC,...");
  command
      ->add_option("--source", options->source,
                   "Take values from this source, not the preferred one")
      ->type_name("NAME");
  AddFormatOption(*command, &options->format);
  command->callback([options] { RunQuery(*options); });
}

}  // namespace hwnas
