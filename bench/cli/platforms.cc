#include "tabular/platform.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/report/text_table.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string table;
  OutputFormat format = OutputFormat::kText;
};

// The stored metrics of a platform, as texts.
std::vector<std::string> MetricsOf(const Table& table, const Platform& p) {
  std::vector<std::string> metrics;
  for (const Column& column : table.Columns()) {
    if (column.preferred && column.metric.platform == p.id) {
      metrics.push_back(column.metric.Text());
    }
  }
  return metrics;
}

Json Describe(const Platform& platform) {
  return {{"id", platform.id},
          {"device", platform.device},
          {"category", platform.category},
          {"processor", platform.processor},
          {"batch", platform.batch == 0 ? Json(nullptr) : Json(platform.batch)},
          {"precision", platform.precision},
          {"runtime", platform.runtime},
          {"method", platform.method},
          {"facts", platform.facts}};
}

void ListPlatforms(const Options& options) {
  std::shared_ptr<const Table> stored;
  if (!options.table.empty()) stored = Table::Open(options.table);
  const std::vector<Platform>& platforms =
      stored ? stored->Platforms() : KnownPlatforms();
  Json list = Json::array();
  TextTable table({"id", "device", "category", "processor", "batch",
                   "precision", "runtime", "method"});
  for (const Platform& platform : platforms) {
    list.push_back(Describe(platform));
    if (stored) list.back()["metrics"] = MetricsOf(*stored, platform);
    table.AddRow({platform.id, platform.device, platform.category,
                  platform.processor,
                  platform.batch == 0 ? "-" : fmt::format("{}", platform.batch),
                  platform.precision, platform.runtime, platform.method});
  }
  if (options.format == OutputFormat::kJson) {
    PrintJson("platforms", std::move(list));
  } else {
    Print(table.Text());
  }
}

}  // namespace

void AddPlatformsCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "platforms", "List the platforms of a table, or all known ones");
  command->group(kListCommands);
  const auto options = std::make_shared<Options>();
  command->add_option("table", options->table, "A table's file");
  AddFormatOption(*command, &options->format);
  command->callback([options] { ListPlatforms(*options); });
}

}  // namespace hwnas
