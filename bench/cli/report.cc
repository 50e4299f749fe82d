#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/output.h"
#include "bench/cli/transfer.h"
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
  std::string results;  // empty: of studies alone
  std::vector<std::string> studies;
  std::string table;
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

void CheckStudies(const Options& options, const Format& format) {
  const auto refuse = [](const std::string& why) {
    throw Error(ErrorCode::kUsage, "report: " + why);
  };
  if (options.studies.empty()) {
    if (options.results.empty()) {
      refuse(
          "name a results file, or a study by --study (see transfer --list)");
    }
    if (!options.table.empty()) refuse("--table is of what --study asks");
    return;
  }
  if (options.results.empty() && options.margin) {
    refuse("--margin is of results, and none are named");
  }
  if (std::string_view(format.name) == "csv") {
    refuse(
        fmt::format("CSV is of results; of a study: hwnas transfer {} "
                    "--format csv",
                    Quoted(options.studies[0])));
  }
  std::set<std::string> seen;
  for (const std::string& study : options.studies) {
    if (!seen.insert(study).second) {
      refuse(fmt::format("--study {} stands there twice", Quoted(study)));
    }
  }
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
  CheckStudies(options, format);
  ReportModel model;
  if (!options.results.empty()) {
    const auto results = Results::Open(options.results);
    ReportOptions choices;
    choices.margin = options.margin;
    model = MakeReport(*results, choices);
  }
  for (const std::string& study : options.studies) {
    model.studies.push_back(AnswerStudy("report", study, options.table));
  }
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
  command->footer(
      "  hwnas report r.db --out report.html\n"
      "  hwnas report r.db --study platforms-nb201 --out report.html");
  command->add_option("results", options->results,
                      "Results file; without one, a report of studies");
  command
      ->add_option("--study", options->studies,
                   "A transfer study (see transfer --list), or a TOML file "
                   "of your own, as a section; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--table", options->table,
                      "Table that studies ask (default: each study's own)");
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
