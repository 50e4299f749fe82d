#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/cli/results_info.h"
#include "bench/harness/defaults.h"
#include "bench/harness/results.h"
#include "bench/report/text_table.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string table;
  bool check = false;
  bool cite = false;
  OutputFormat format = OutputFormat::kText;
};

// What a column holds, by architecture.
struct Coverage {
  uint64_t values = 0;
  std::map<std::string, uint64_t> missing;  // by reason
};

Coverage CoverageOf(const Table& table, const Column& column) {
  Coverage coverage;
  const std::shared_ptr<const DenseColumn> dense = table.Load(column);
  for (size_t row = 0; row < dense->Rows(); ++row) {
    const Value value = dense->Mean(row);
    if (value.Ok()) {
      ++coverage.values;
    } else {
      ++coverage.missing[MissingName(value.missing)];
    }
  }
  return coverage;
}

uint64_t Disconnected(const Table& table) {
  uint64_t count = 0;
  for (size_t row = 0; row < table.Rows(); ++row) {
    if (!table.Connected(row)) ++count;
  }
  return count;
}

Json DescribeColumn(const Table& table, const Column& column) {
  const Coverage coverage = CoverageOf(table, column);
  const bool up =
      FindQuantity(column.metric.quantity).direction == Direction::kMaximize;
  Json json = {{"metric", column.metric.Text()},
               {"unit", column.Unit()},
               {"direction", up ? "max" : "min"},
               {"origin", OriginName(column.origin)},
               {"source", column.source},
               {"preferred", column.preferred},
               {"replicates", column.replicates},
               {"mean_of", column.mean_of},
               {"values", coverage.values},
               {"missing", coverage.missing},
               {"note", column.note}};
  if (!column.predictor.empty()) json["predictor"] = column.predictor;
  return json;
}

Json DescribeSource(const Source& source) {
  return {{"name", source.name},        {"origin", source.origin},
          {"licence", source.licence},  {"citation", source.citation},
          {"recipe", source.recipe},    {"compute", source.compute},
          {"importer", source.importer}};
}

void PrintInfoJson(const Table& table) {
  const MetricDefaults& defaults = table.Defaults();
  Json json = {{"title", table.Title()},
               {"space", table.BaseSpace()->Id()},
               {"synthetic", table.Synthetic()},
               {"architectures", table.Rows()},
               {"effective_networks", table.EffectiveNetworks()},
               {"disconnected", Disconnected(table)},
               {"digest", table.Digest()},
               {"defaults",
                {{"dataset", defaults.dataset},
                 {"split", defaults.split},
                 {"fidelity", defaults.fidelity.Text()}}},
               {"alias_schemes", table.AliasSchemes()}};
  json["metrics"] = Json::array();
  for (const Column& column : table.Columns()) {
    json["metrics"].push_back(DescribeColumn(table, column));
  }
  json["sources"] = Json::array();
  for (const Source& source : table.Sources()) {
    json["sources"].push_back(DescribeSource(source));
  }
  json["platforms"] = Json::array();
  for (const Platform& platform : table.Platforms()) {
    json["platforms"].push_back(platform.id);
  }
  PrintJsonFields(json);
}

std::string SizeText(const Table& table) {
  if (const auto size = table.BaseSpace()->Size()) {
    return fmt::format("{} of {}", table.Rows(), *size);
  }
  return fmt::format("{}", table.Rows());
}

std::string DefaultsText(const MetricDefaults& defaults) {
  std::string text = defaults.dataset;
  for (const std::string& part : {defaults.split, defaults.fidelity.Text()}) {
    if (!part.empty()) text += "/" + part;
  }
  return text.empty() ? "none" : text;
}

void PrintInfoText(const Table& table) {
  if (table.Synthetic()) Print("SYNTHETIC: these values are made up.\n");
  Print(TextList(
      {{"title", table.Title()},
       {"space", table.BaseSpace()->Id()},
       {"architectures", SizeText(table)},
       {"effective networks", fmt::format("{}", table.EffectiveNetworks())},
       {"disconnected", fmt::format("{}", Disconnected(table))},
       {"defaults", DefaultsText(table.Defaults())},
       {"indices", fmt::format("{}", fmt::join(table.AliasSchemes(), ", "))},
       {"platforms", fmt::format("{}", table.Platforms().size())},
       {"digest", table.Digest()}}));

  TextTable metrics({"metric", "unit", "origin", "source", "replicates",
                     "values", "missing"});
  for (const Column& column : table.Columns()) {
    const Coverage coverage = CoverageOf(table, column);
    std::vector<std::string> missing;
    for (const auto& [reason, count] : coverage.missing) {
      missing.push_back(fmt::format("{} {}", count, reason));
    }
    metrics.AddRow(
        {column.metric.Text(), column.Unit(), OriginName(column.origin),
         column.source + (column.preferred ? "" : " (not preferred)"),
         fmt::format("{}", column.replicates.size()),
         fmt::format("{}", coverage.values),
         fmt::format("{}", fmt::join(missing, ", "))});
  }
  Print("\n" + metrics.Text());

  TextTable sources({"source", "licence", "importer", "origin"});
  for (const Source& source : table.Sources()) {
    sources.AddRow(
        {source.name, source.licence, source.importer, source.origin});
  }
  Print("\n" + sources.Text());
}

void PrintCitations(const Table& table, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    Json list = Json::array();
    for (const Source& source : table.Sources()) {
      list.push_back({{"name", source.name},
                      {"origin", source.origin},
                      {"licence", source.licence},
                      {"citation", source.citation}});
    }
    PrintJson("citations", std::move(list));
    return;
  }
  for (const Source& source : table.Sources()) {
    Print(fmt::format(
        "% {}: {} ({})\n{}\n\n", source.name, source.origin, source.licence,
        source.citation.empty() ? "% no citation is known" : source.citation));
  }
}

void RunInfo(const Options& options) {
  if (Results::Recognizes(options.table)) {
    if (options.cite) {
      throw Error(
          ErrorCode::kUsage,
          options.table +
              ": results cite nothing; ask the table that they stand on");
    }
    options.check ? CheckResults(options.table, options.format)
                  : PrintResultsInfo(options.table, options.format);
    return;
  }
  const std::shared_ptr<const Table> table =
      Table::Open(TablePath(options.table));
  if (options.check) {
    PrintCheck("table", table->Path(), table->Check(),
               "import it again from its sources", options.format);
  } else if (options.cite) {
    PrintCitations(*table, options.format);
  } else if (options.format == OutputFormat::kJson) {
    PrintInfoJson(*table);
  } else {
    PrintInfoText(*table);
  }
}

}  // namespace

void AddInfoCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "info", "Say what is in a table or a results file, check it, cite it");
  command->group(kTableCommands);
  const auto options = std::make_shared<Options>();
  command->add_option("table", options->table,
                      "A table or a results file; by default the table that "
                      "comes with hwnas");
  CLI::Option* check = command->add_flag(
      "--check", options->check, "Check all of it: checksums, digest, values");
  command
      ->add_flag("--cite", options->cite,
                 "Print the BibTeX of its sources, with their licences")
      ->excludes(check);
  AddFormatOption(*command, &options->format);
  command->callback([options] { RunInfo(*options); });
}

}  // namespace hwnas
