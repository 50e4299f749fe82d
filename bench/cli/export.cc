#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <variant>

#include "bench/cli/command.h"
#include "bench/cli/output.h"
#include "bench/report/csv.h"
#include "tabular/number.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file;
  std::string what = "values";
  std::string format = "csv";
  std::vector<std::string> metrics;
};

// A field of a record: text, a number, or nothing.
using Field = std::variant<std::monostate, std::string, double, int64_t>;

std::string FieldText(const Field& field) {
  if (const auto* text = std::get_if<std::string>(&field)) return *text;
  if (const auto* number = std::get_if<double>(&field)) {
    return FormatNumber(*number);
  }
  if (const auto* integer = std::get_if<int64_t>(&field)) {
    return fmt::format("{}", *integer);
  }
  return "";
}

Json FieldJson(const Field& field) {
  if (const auto* text = std::get_if<std::string>(&field)) return *text;
  if (const auto* number = std::get_if<double>(&field)) return *number;
  if (const auto* integer = std::get_if<int64_t>(&field)) return *integer;
  return nullptr;
}

// Writes records of the same fields, a line each.
class RecordWriter {
 public:
  RecordWriter(bool csv, std::vector<std::string> names)
      : csv_(csv), names_(std::move(names)) {
    if (csv_) Print(CsvLine(names_));
  }

  void Write(const std::vector<Field>& fields) const {
    HWNAS_CHECK(fields.size() == names_.size());
    if (csv_) {
      std::vector<std::string> texts;
      for (const Field& field : fields) texts.push_back(FieldText(field));
      Print(CsvLine(texts));
      return;
    }
    Json record;
    for (size_t i = 0; i < fields.size(); ++i) {
      record[names_[i]] = FieldJson(fields[i]);
    }
    Print(record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

 private:
  bool csv_;
  std::vector<std::string> names_;
};

std::vector<std::shared_ptr<const DenseColumn>> ColumnsOf(
    const Table& table, const std::vector<std::string>& metrics) {
  std::vector<std::shared_ptr<const DenseColumn>> columns;
  for (const std::string& text : SplitList(metrics)) {
    columns.push_back(table.LoadOrCompute(Metric::Parse(text)));
  }
  if (!columns.empty()) return columns;
  for (const Column& column : table.Columns()) {
    columns.push_back(table.Load(column));
  }
  return columns;
}

// One record per architecture, column and replicate.
void ExportValues(const Options& options) {
  const std::shared_ptr<const Table> table = Table::Open(options.file);
  const auto columns = ColumnsOf(*table, options.metrics);
  const RecordWriter writer(
      options.format == "csv",
      {"architecture", "metric", "unit", "source", "origin", "replicate",
       "value", "missing", "standard_deviation"});
  for (size_t row = 0; row < table->Rows(); ++row) {
    const std::string text =
        table->BaseSpace()->Format(table->ArchitectureAt(row));
    for (const auto& column : columns) {
      const Column& info = column->Info();
      const std::string metric = info.metric.Text();
      for (size_t i = 0; i < column->Replicates(); ++i) {
        const Value value = column->At(row, i);
        std::vector<Field> fields = {text, metric, info.Unit(), info.source,
                                     std::string(OriginName(info.origin))};
        const std::string& replicate = info.replicates[i];
        fields.push_back(replicate.empty() ? Field() : Field(replicate));
        fields.push_back(value.Ok() ? Field(value.value) : Field());
        fields.push_back(value.Ok()
                             ? Field()
                             : Field(std::string(MissingName(value.missing))));
        const bool predicted = info.origin == Origin::kPredicted && value.Ok();
        fields.push_back(predicted ? Field(column->StandardDeviation(row))
                                   : Field());
        writer.Write(fields);
      }
    }
  }
}

void RunExport(const Options& options) {
  if (options.format != "csv" && options.format != "jsonl") {
    FailUnknown("format", options.format, {"csv", "jsonl"});
  }
  if (options.what == "values") {
    ExportValues(options);
  } else {
    FailUnknown("export", options.what, {"values"});
  }
}

}  // namespace

void AddExportCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("export", "Unpack a file, one record a line");
  command->group(kTableCommands);
  const auto options = std::make_shared<Options>();
  command->add_option("file", options->file, "A table's file")->required();
  command
      ->add_option("--what", options->what,
                   "values: of a table, per architecture, metric and "
                   "replicate (the default)")
      ->type_name("WHAT");
  command
      ->add_option("--metrics", options->metrics,
                   "For values: only these, separated by commas")
      ->allow_extra_args(false)
      ->type_name("METRIC,...");
  command->add_option("--format", options->format, "csv (the default) or jsonl")
      ->type_name("FORMAT");
  command->callback([options] { RunExport(*options); });
}

}  // namespace hwnas
