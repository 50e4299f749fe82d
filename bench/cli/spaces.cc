#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/report/text_table.h"
#include "tabular/search_space.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

std::string SizeText(const SearchSpace& space) {
  if (const auto size = space.Size()) return fmt::format("{}", *size);
  return fmt::format("10^{:.1f}", space.Log10Size());
}

Json Describe(const SpaceInfo& info, const SearchSpace& space) {
  Json json = {{"name", info.name},
               {"id", space.Id()},
               {"summary", info.summary},
               {"source", info.source}};
  if (const auto size = space.Size()) {
    json["size"] = *size;
  } else {
    json["size"] = nullptr;
  }
  json["log10_size"] = space.Log10Size();
  json["moves"] = Json::array();
  for (const std::string& move : space.Moves()) json["moves"].push_back(move);
  json["decisions"] = Json::array();
  for (const Decision& decision : space.Decisions()) {
    json["decisions"].push_back(
        {{"name", decision.name}, {"choices", decision.choices}});
  }
  json["layers"] = space.HasLayers();
  return json;
}

void ListSpaces(OutputFormat format) {
  Json list = Json::array();
  TextTable table({"name", "architectures", "decisions", "moves", "summary"});
  for (const SpaceInfo& info : BuiltInSpaces()) {
    const std::shared_ptr<const SearchSpace> space = MakeSpace(info.name);
    list.push_back(Describe(info, *space));
    const auto moves = space->Moves();
    table.AddRow({info.name, SizeText(*space),
                  fmt::format("{}", space->Decisions().size()),
                  fmt::format("{}", fmt::join(moves, ", ")), info.summary});
  }
  if (format == OutputFormat::kJson) {
    PrintJson("spaces", std::move(list));
    return;
  }
  Print(table.Text());
  Print(
      "\nA space of your own is described in a TOML file and imported with "
      "its values:\nsee datasets/README.md.\n");
}

}  // namespace

void AddSpacesCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("spaces", "List the search spaces");
  command->group(kListCommands);
  const auto format = std::make_shared<OutputFormat>(OutputFormat::kText);
  AddFormatOption(*command, format.get());
  command->callback([format] { ListSpaces(*format); });
}

}  // namespace hwnas
