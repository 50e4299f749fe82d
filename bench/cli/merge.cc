#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/harness/results.h"
#include "bench/harness/runner.h"

namespace hwnas {
namespace {

struct Options {
  std::vector<std::string> inputs;
  std::string out;
  OutputFormat format = OutputFormat::kText;
};

void Merge(const Options& options) {
  const MergeSummary summary = MergeResults(options.inputs, options.out);
  if (options.format == OutputFormat::kJson) {
    PrintJson("merge", nlohmann::ordered_json{
                           {"results", options.out},
                           {"runs", summary.runs},
                           {"added", summary.added},
                           {"duplicates", summary.duplicates},
                           {"replaced", summary.replaced},
                           {"digest", Results::Open(options.out)->Digest()}});
    return;
  }
  Print(fmt::format("{}: {} runs ({} added, {} were there{})\n", options.out,
                    summary.runs, summary.added, summary.duplicates,
                    summary.replaced == 0 ? ""
                                          : fmt::format(", {} had failed there",
                                                        summary.replaced)));
}

}  // namespace

void AddMergeCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("merge", "Join results files; refuses what disagrees");
  command->group(kExperimentCommands);
  command->add_option("results", options->inputs, "Results files")->required();
  command->add_option("--out", options->out, "Results file, new or added to")
      ->required();
  AddFormatOption(*command, &options->format);
  command->callback([options] { Merge(*options); });
}

}  // namespace hwnas
