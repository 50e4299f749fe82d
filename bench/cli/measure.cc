#include <fmt/format.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/progress_line.h"
#include "datasets/file_reader.h"
#include "datasets/file_writer.h"
#include "datasets/measure/measure.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLargestFile = size_t{256} << 20;

struct Options {
  std::string table;
  std::string folder;
  int passes = 2;
  MeasureOptions measure;
  OutputFormat format = OutputFormat::kText;
};

void WarnOfOtherWork() {
  double load = 0;
  if (getloadavg(&load, 1) == 1 && load > 0.5) {
    fmt::print(stderr,
               "hwnas: warning: other work runs on this machine (load {:.1f}): "
               "latencies will be those of a busy one\n",
               load);
  }
}

std::vector<LatencyFile> MeasureAll(const Options& options,
                                    const Table& table) {
  const InterruptScope interrupt;
  MeasureOptions measure = options.measure;
  measure.stop = [&interrupt] { return interrupt.Requested(); };
  std::vector<LatencyFile> files;
  for (int pass = 1; pass <= options.passes; ++pass) {
    measure.pass = pass;
    const std::string path =
        fmt::format("{}/{}-pass{}.csv", options.folder, measure.machine, pass);
    ProgressLine line("visits");
    const bool whole =
        MeasurePass(table, measure, path, [&](const MeasureProgress& progress) {
          line.Show(static_cast<uint64_t>(progress.done),
                    static_cast<uint64_t>(progress.total));
        });
    if (!whole) {
      throw Error(ErrorCode::kInterrupted,
                  "interrupted; the same command goes on where it stopped");
    }
    files.push_back(ParseLatencyFile(ReadWholeFile(path, kLargestFile), path));
  }
  return files;
}

// Those of the reference too.
size_t TimedRuns(const LatencyFile& file) {
  return (file.rows.size() * static_cast<size_t>(file.header.rounds) +
          file.reference.size()) *
         file.header.settings.size() * static_cast<size_t>(file.header.repeats);
}

void PrintText(const std::string& table,
               const std::vector<LatencyFile>& files) {
  const LatencyHeader& header = files.front().header;
  Print(fmt::format("{}: {} networks on '{}' ({}, {})\n", table,
                    files.front().rows.size(), header.machine, header.processor,
                    header.library));
  for (const LatencyFile& file : files) {
    Print(fmt::format(
        "  pass {}: {} of {} runs repeated since others used the core, {} kept "
        "although they did\n",
        file.header.pass, file.repeated, TimedRuns(file), file.busy));
  }
  for (size_t s = 0; s < header.settings.size(); ++s) {
    std::string line = fmt::format("  {}_{}: drift within a pass",
                                   header.machine, header.settings[s].Name());
    for (const LatencyFile& file : files) {
      line += fmt::format(" {:+.1f} %", 100 * (Drift(file, s) - 1));
    }
    for (size_t k = 1; k < files.size(); ++k) {
      const PassAgreement agreement = ComparePasses(files[0], files[k], s);
      if (!agreement.kendall_tau.has_value()) continue;
      line += fmt::format("; pass {} to 1: Kendall tau {:.3f}, ratio {:.3f}",
                          files[k].header.pass, *agreement.kendall_tau,
                          agreement.median_ratio);
    }
    Print(line + "\n");
  }
}

void PrintAsJson(const std::string& table,
                 const std::vector<LatencyFile>& files) {
  const LatencyHeader& header = files.front().header;
  Json settings = Json::array();
  for (size_t s = 0; s < header.settings.size(); ++s) {
    Json drift = Json::array();
    for (const LatencyFile& file : files) drift.push_back(Drift(file, s));
    Json setting = {{"platform", fmt::format("{}_{}", header.machine,
                                             header.settings[s].Name())},
                    {"drift", drift}};
    if (files.size() > 1) {
      const PassAgreement agreement = ComparePasses(files[0], files[1], s);
      setting["kendall_tau"] = agreement.kendall_tau.has_value()
                                   ? Json(*agreement.kendall_tau)
                                   : Json(nullptr);
      setting["median_ratio"] = agreement.median_ratio;
    }
    settings.push_back(std::move(setting));
  }
  Json passes = Json::array();
  for (const LatencyFile& file : files) {
    passes.push_back({{"runs", TimedRuns(file)},
                      {"repeated", file.repeated},
                      {"busy", file.busy}});
  }
  PrintJson("measure", Json{{"table", table},
                            {"machine", header.machine},
                            {"processor", header.processor},
                            {"library", header.library},
                            {"networks", files.front().rows.size()},
                            {"passes", passes},
                            {"settings", settings}});
}

void Measure(Options options) {
  if (options.folder.empty()) options.folder = options.table + ".latency";
  const auto table = Table::Open(options.table);
  MakeFolder(options.folder);
  WarnOfOtherWork();
  const std::vector<LatencyFile> files = MeasureAll(options, *table);
  const auto writer = TableWriter::Open(options.table);
  AddLatencies(files, ArchitecturesOf(*table), *writer);
  writer->Commit();
  if (options.format == OutputFormat::kJson) {
    PrintAsJson(options.table, files);
  } else {
    PrintText(options.table, files);
  }
}

}  // namespace

void AddMeasureCommand(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "measure",
      "Measure this machine's latency of a table's networks: it becomes a\n"
      "platform of the table; go on where it stopped");
  command->group(kTableCommands);
  command->add_option("table", options->table, "Table")
      ->required()
      ->type_name("T.db");
  command
      ->add_option("--name", options->measure.machine,
                   "What the machine is called in the table")
      ->required();
  command->add_option("--folder", options->folder,
                      "Holds the passes (default: T.db.latency)");
  command
      ->add_option("--batches", options->measure.batches,
                   "Images at once, a platform each")
      ->delimiter(',')
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command->add_option("--passes", options->passes, "Measure all so many times")
      ->check(CLI::Range(1, 9))
      ->capture_default_str();
  command
      ->add_option("--rounds", options->measure.rounds,
                   "Visits of each network in a pass")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      ->add_option("--repeats", options->measure.repeats,
                   "Timed runs in a visit")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      ->add_option("--networks", options->measure.networks,
                   "Only so many random networks")
      ->check(CLI::Range(1, 1 << 24));
  AddFormatOption(*command, &options->format);
  command->callback([options] { Measure(*options); });
}

}  // namespace hwnas
