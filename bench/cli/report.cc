#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bench/cli/command.h"
#include "bench/cli/output.h"
#include "bench/harness/results.h"
#include "bench/report/document.h"
#include "bench/report/html.h"
#include "bench/report/latex.h"
#include "bench/report/report_json.h"
#include "bench/report/report_model.h"
#include "bench/report/wording.h"
#include "datasets/file_writer.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Render = std::string (*)(const ReportModel& model);

struct Format {
  const char* name;
  const char* extension;
  Render render;
};

constexpr Format kFormats[] = {
    {"text", ".txt",
     [](const ReportModel& m) { return DocumentToText(ReportDocument(m)); }},
    {"md", ".md",
     [](const ReportModel& m) {
       return DocumentToMarkdown(ReportDocument(m));
     }},
    {"html", ".html", ReportToHtml},
    {"json", ".json", [](const ReportModel& m) { return ReportToJson(m); }},
    {"csv", ".csv", ReportToCsv},
    {"latex", ".tex", ReportToLatex},
};

struct Options {
  std::string results;
  std::string out;
  std::string format;
  std::optional<double> margin;
};

const Format& ChooseFormat(const Options& options) {
  std::vector<std::string> known;
  for (const Format& format : kFormats) {
    if (options.format == format.name) return format;
    known.emplace_back(format.name);
  }
  if (!options.format.empty()) {
    FailUnknown("format", options.format, known);
  }
  if (options.out.empty()) return kFormats[0];
  for (const Format& format : kFormats) {
    if (options.out.ends_with(format.extension)) return format;
  }
  throw Error(ErrorCode::kUsage,
              fmt::format("report: '{}' has no extension that says its format; "
                          "add --format ({})",
                          Quoted(options.out), fmt::join(known, ", ")));
}

void Report(const Options& options) {
  const Format& format = ChooseFormat(options);
  const auto results = Results::Open(options.results);
  ReportOptions choices;
  choices.margin = options.margin;
  const std::string page = format.render(MakeReport(*results, choices));
  if (options.out.empty()) {
    Print(page);
  } else {
    WriteWholeFile(options.out, page, false);
  }
}

}  // namespace

void AddReportCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("report", "Say what recorded results show")
          ->group(kExperimentCommands);
  command->add_option("results", options->results, "Results file")->required();
  command->add_option("--out", options->out,
                      "File to write (default: standard output)");
  command->add_option(
      "--format", options->format,
      "text, md, html, json, csv or latex (default: as --out ends, else "
      "text)");
  command
      ->add_option("--margin", options->margin,
                   "Differences below this, in each measure's unit, do not "
                   "matter (default: 0.1 of %, 0.01 of hypervolume, else a "
                   "hundredth of the value)")
      ->check(CLI::PositiveNumber);
  command->callback([options] { Report(*options); });
}

}  // namespace hwnas
