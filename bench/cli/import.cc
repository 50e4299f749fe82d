#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "datasets/importer.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string source;
  std::string table;
  ImportOptions inputs;
  OutputFormat format = OutputFormat::kText;
};

ImportReport Import(const Options& options) {
  const Importer& importer = FindImporter(options.source);
  for (const std::string& path : options.inputs.paths) {
    if (!std::filesystem::exists(path)) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("{}: no such file or folder", Quoted(path)));
    }
  }
  return ImportInto(importer, options.inputs, options.table);
}

void RunImport(const Options& options) {
  const ImportReport report = Import(options);
  if (options.format == OutputFormat::kJson) {
    PrintJson("import", Json{{"source", options.source},
                             {"table", options.table},
                             {"architectures", report.architectures},
                             {"values", report.values},
                             {"gaps", report.gaps},
                             {"notes", report.notes}});
    return;
  }
  Print(fmt::format("{}: {} architectures, {} values, {} gaps from '{}'\n",
                    options.table, report.architectures, report.values,
                    report.gaps, options.source));
  for (const std::string& note : report.notes) Print("note: " + note + "\n");
}

}  // namespace

void AddImportCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "import", "Read a source into a table, new or existing");
  command->group(kTableCommands);
  command->footer("'hwnas datasets' lists the sources.");
  const auto options = std::make_shared<Options>();
  command->add_option("source", options->source, "Name of the source")
      ->required();
  command->add_option("path", options->inputs.paths, "Its files or folders")
      ->required();
  command->add_option("--out", options->table, "The table's file")
      ->required()
      ->type_name("T.db");
  command
      ->add_option(
          "--schema", options->inputs.schema,
          "For csv: a TOML file that says what its columns mean, or the "
          "name of a built-in one, such as nb201-accuracy")
      ->type_name("S.toml");
  AddFormatOption(*command, &options->format);
  command->callback([options] { RunImport(*options); });
}

}  // namespace hwnas
