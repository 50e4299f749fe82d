#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/report/text_table.h"
#include "datasets/importer.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string name;
  OutputFormat format = OutputFormat::kText;
};

Json Describe(const DatasetInfo& info) {
  return {{"name", info.name},         {"version", info.version},
          {"summary", info.summary},   {"obtain", info.obtain},
          {"size", info.size},         {"licence", info.licence},
          {"citation", info.citation}, {"spaces", info.spaces},
          {"metrics", info.metrics}};
}

void PrintOne(const DatasetInfo& info) {
  Print(TextList(
      {{"source", info.Id()},
       {"summary", info.summary},
       {"obtain", info.obtain},
       {"size", info.size},
       {"licence", info.licence},
       {"spaces", fmt::format("{}", fmt::join(info.spaces, ", "))},
       {"metrics", fmt::format("{}", fmt::join(info.metrics, ", "))}}));
  if (!info.citation.empty()) Print("\n" + info.citation + "\n");
}

void PrintAll() {
  TextTable table({"name", "spaces", "licence", "summary"});
  for (const auto& importer : Importers()) {
    const DatasetInfo& info = importer->Info();
    table.AddRow({info.name, fmt::format("{}", fmt::join(info.spaces, ", ")),
                  info.licence, info.summary});
  }
  Print(table.Text() +
        "\n'hwnas datasets NAME' says where to get one; 'hwnas import NAME "
        "PATH... --out T.db'\nreads it.\n");
}

void ListDatasets(const Options& options) {
  if (options.format == OutputFormat::kText) {
    options.name.empty() ? PrintAll()
                         : PrintOne(FindImporter(options.name).Info());
    return;
  }
  Json list = Json::array();
  if (!options.name.empty()) {
    list.push_back(Describe(FindImporter(options.name).Info()));
  } else {
    for (const auto& importer : Importers()) {
      list.push_back(Describe(importer->Info()));
    }
  }
  PrintJson("datasets", std::move(list));
}

}  // namespace

void AddDatasetsCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("datasets", "List the sources that can be imported");
  command->group(kListCommands);
  const auto options = std::make_shared<Options>();
  command->add_option("name", options->name, "Only this one, in full");
  AddFormatOption(*command, &options->format);
  command->callback([options] { ListDatasets(*options); });
}

}  // namespace hwnas
