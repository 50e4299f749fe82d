#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/output.h"
#include "bench/harness/results.h"
#include "bench/report/document.h"
#include "bench/report/html.h"
#include "bench/report/latex.h"
#include "bench/report/report_csv.h"
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
    {"csv", ".csv", [](const ReportModel& m) { return ReportToCsv(m); }},
    {"latex", ".tex", ReportToLatex},
};

struct Options {
  std::string results;
  std::string out;
  std::string format;
  std::optional<double> margin;
  std::string what;
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
  if (!options.what.empty()) {
    if (std::string_view(format.name) != "csv") {
      throw Error(ErrorCode::kUsage,
                  "report: --what chooses a table of --format csv");
    }
    const std::vector<std::string> known = ReportCsvNames();
    if (std::find(known.begin(), known.end(), options.what) == known.end()) {
      FailUnknown("table", options.what, known);
    }
  }
  if (options.margin && !(*options.margin > 0)) {
    throw Error(ErrorCode::kUsage, "report: --margin must be above 0");
  }
  const auto results = Results::Open(options.results);
  ReportOptions choices;
  choices.margin = options.margin;
  const ReportModel model = MakeReport(*results, choices);
  const std::string page = options.what.empty()
                               ? format.render(model)
                               : ReportToCsv(model, options.what);
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
  command->add_option(
      "--what", options->what,
      fmt::format("Table of --format csv (default: summary): {}",
                  fmt::join(ReportCsvNames(), ", ")));
  command->add_option("--margin", options->margin,
                      "Differences below this, in each measure's unit, do not "
                      "matter (default: 0.1 of %, 0.01 of hypervolume, else a "
                      "hundredth of the value)");
  command->callback([options] { Report(*options); });
}

}  // namespace hwnas
