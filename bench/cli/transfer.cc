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
#include "bench/cli/key_reference.h"
#include "bench/cli/output.h"
#include "bench/harness/defaults.h"
#include "bench/report/document.h"
#include "bench/report/html.h"
#include "bench/report/latex.h"
#include "bench/report/report_model.h"
#include "bench/report/transfer_data.h"
#include "bench/report/wording.h"
#include "bench/transfer/study_file.h"
#include "bench/transfer/study_keys.h"
#include "tabular/error.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

struct Options {
  std::string name;
  std::string table;
  std::string format = "text";
  bool list = false;
  bool reference = false;
};

void CheckFormat(const std::string& format) {
  const std::vector<std::string> known = {"text", "md",  "html",
                                          "json", "csv", "latex"};
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
                    {"kind", TransferKindName(file.kind)}});
  }
  PrintJson("transfer", list);
}

void PrintReference(const std::string& format) {
  const std::vector<KeySection> sections = TransferKeys().Sections();
  if (format == "json") {
    PrintKeyReferenceJson(sections);
    return;
  }
  Document page;
  page.Heading(1, "A transfer study's keys");
  page.Paragraph(
      "Printed by 'hwnas transfer --reference' from the list that the file is "
      "read with.");
  AddKeyReference(sections, &page);
  Print(DocumentToMarkdown(page));
}

std::string Render(TransferAnswer answer, const std::string& format) {
  if (format == "csv") return TransferToCsv(answer);
  ReportModel model;
  model.studies.push_back(std::move(answer));
  if (format == "html") return ReportToHtml(model);
  if (format == "latex") return ReportToLatex(model);
  const Document document = ReportDocument(model);
  return format == "md" ? DocumentToMarkdown(document)
                        : DocumentToText(document);
}

void RunTransferCommand(const Options& options) {
  CheckFormat(options.format);
  if (options.list) {
    List(options.format == "json");
    return;
  }
  if (options.reference) {
    PrintReference(options.format);
    return;
  }
  if (options.name.empty()) {
    throw Error(ErrorCode::kUsage, "transfer: name a study, or ask for --list");
  }
  TransferAnswer answer = AnswerStudy("transfer", options.name, options.table);
  if (options.format == "json") {
    PrintJsonFields(nlohmann::ordered_json::parse(TransferToJson(answer)));
    return;
  }
  Print(Render(std::move(answer), options.format));
}

}  // namespace

TransferAnswer AnswerStudy(const std::string& command, const std::string& name,
                           const std::string& table) {
  const TransferFile file = FindTransferFile(name);
  const bool embedded = table.empty() && !file.embedded_table.empty();
  const std::shared_ptr<const Table> opened =
      Table::Open(embedded ? EmbeddedTable(file.embedded_table)
                           : TableOfData(command, file.name, file.data, table));
  const InterruptScope interrupt;
  return RunTransfer(file, *opened,
                     [&interrupt] { return interrupt.Requested(); });
}

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
                      "text, md, html, json, csv or latex (default: text)");
  command->add_flag("--list", options->list, "List the studies");
  command->add_flag("--reference", options->reference,
                    "Print every key of a study's file");
  command->callback([options] { RunTransferCommand(*options); });
}

}  // namespace hwnas
