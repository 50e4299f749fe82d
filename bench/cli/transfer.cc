#include "bench/cli/transfer.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/data_folder.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/harness/defaults.h"
#include "bench/report/document.h"
#include "bench/transfer/study_file.h"
#include "bench/transfer/transfer_report.h"
#include "tabular/error.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

struct Options {
  std::string name;
  std::string table;
  std::string format = "text";
  bool list = false;
};

void CheckFormat(const std::string& format) {
  const std::vector<std::string> known = {"text", "md", "html", "json", "csv"};
  for (const std::string& name : known) {
    if (format == name) return;
  }
  FailUnknown("format", format, known);
}

void List(bool json) {
  const std::vector<TransferFile> files = BuiltInTransferFiles();
  if (!json) {
    for (const TransferFile& file : files) {
      Print(fmt::format("{}  {}\n", file.name, file.title));
    }
    return;
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const TransferFile& file : files) {
    list.push_back({{"name", file.name},
                    {"title", file.title},
                    {"kind", file.of_platforms ? "platforms" : "signals"}});
  }
  PrintJson("transfer", list);
}

std::string Render(const TransferAnswer& answer, const std::string& format) {
  if (format == "csv") return TransferToCsv(answer);
  Document document;
  document.Heading(1, "What transfers");
  AddTransfer(answer, &document);
  if (format == "html") return DocumentToHtml(document, "What transfers");
  return format == "md" ? DocumentToMarkdown(document)
                        : DocumentToText(document);
}

void RunTransferCommand(const Options& options) {
  CheckFormat(options.format);
  if (options.list) {
    List(options.format == "json");
    return;
  }
  if (options.name.empty()) {
    throw Error(ErrorCode::kUsage, "transfer: name a study, or ask for --list");
  }
  const TransferFile file = FindTransferFile(options.name);
  const bool embedded = options.table.empty() && !file.embedded_table.empty();
  const std::shared_ptr<const Table> table = Table::Open(
      embedded ? EmbeddedTable(file.embedded_table)
               : TableOfData("transfer", file.name, file.data, options.table));
  const InterruptScope interrupt;
  const TransferAnswer answer =
      RunTransfer(file, *table, [&interrupt] { return interrupt.Requested(); });
  if (options.format == "json") {
    PrintJsonFields(nlohmann::ordered_json::parse(TransferToJson(answer)));
    return;
  }
  Print(Render(answer, options.format));
}

}  // namespace

void AddTransferCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("transfer",
                         "What is learnt on one platform, data set or "
                         "fidelity, used on another")
          ->group(kExperimentCommands);
  command->footer(
      "  hwnas transfer platforms-nb201\n"
      "  hwnas transfer mine.toml --table T.db --format csv");
  command->add_option("study", options->name,
                      "A study (see --list), or a TOML file of your own");
  command->add_option("--table", options->table,
                      "Table to ask (default: the study's: published data in "
                      "$HWNAS_DATA or ../shared/data, imported once, or the "
                      "table that comes with hwnas)");
  command->add_option("--format", options->format,
                      "text, md, html, json or csv (default: text)");
  command->add_flag("--list", options->list, "List the studies");
  command->callback([options] { RunTransferCommand(*options); });
}

}  // namespace hwnas
