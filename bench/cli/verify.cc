#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/run_options.h"
#include "bench/harness/defaults.h"
#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string results;
  std::string table;
  bool run_plugins = false;
  OutputFormat format = OutputFormat::kText;
  SharedRunOptions shared;
};

/// The table that the results name, unless one is given.
std::string ChooseTable(const Options& options, const Results& results) {
  if (!options.table.empty()) return options.table;
  for (const ResultsExperiment& experiment : results.Experiments()) {
    if (!experiment.table.empty()) return experiment.table;
  }
  throw Error(ErrorCode::kUsage, "verify: name the table with --table");
}

void PrintDifferences(const std::vector<Difference>& differences) {
  constexpr size_t kMostShown = 20;
  for (size_t i = 0; i < differences.size() && i < kMostShown; ++i) {
    Print(fmt::format("{}: {}\n", differences[i].run, differences[i].what));
  }
}

void Verify(const Options& options) {
  const auto results = Results::Open(options.results);
  const auto table = Table::Open(ChooseTable(options, *results));
  const InterruptScope interrupt;
  RunOptions run_options = ToRunOptions(options.shared, interrupt);
  run_options.recorded_plugins = options.run_plugins;
  const auto differences = VerifyResults(*results, table, run_options);
  if (interrupt.Requested()) {
    throw Error(ErrorCode::kInterrupted, "interrupted; nothing was compared");
  }
  const size_t runs = results->Runs().size();
  if (options.format == OutputFormat::kJson) {
    Json list = Json::array();
    for (const Difference& difference : differences) {
      list.push_back({{"run", difference.run}, {"what", difference.what}});
    }
    PrintJson("verify", Json{{"results", options.results},
                             {"table", table->Path()},
                             {"runs", runs},
                             {"agrees", differences.empty()},
                             {"differences", std::move(list)}});
  } else {
    PrintDifferences(differences);
  }
  if (!differences.empty()) {
    throw Error(ErrorCode::kDisagree,
                fmt::format("{}: {} differences in {} runs", options.results,
                            differences.size(), runs));
  }
  if (options.format == OutputFormat::kText) {
    Print(fmt::format("{}: {} runs give the same results again\n",
                      options.results, runs));
  }
}

}  // namespace

void AddVerifyCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("verify",
                         "Run recorded runs again and compare, to the bit")
          ->group(kExperimentCommands);
  command->add_option("results", options->results, "Results file")->required();
  command->add_option("--table", options->table,
                      "Table (default: the one that the results name)");
  command->add_flag("--run-plugins", options->run_plugins,
                    "Run the programs and libraries that the results name: "
                    "only of files that you trust");
  AddSharedRunOptions(*command, &options->shared, false);
  AddFormatOption(*command, &options->format);
  command->callback([options] { Verify(*options); });
}

}  // namespace hwnas
