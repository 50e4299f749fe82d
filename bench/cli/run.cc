#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/key_reference.h"
#include "bench/cli/output.h"
#include "bench/cli/results_output.h"
#include "bench/cli/run_options.h"
#include "bench/cli/strategy_text.h"
#include "bench/harness/defaults.h"
#include "bench/harness/experiment.h"
#include "bench/harness/experiment_keys.h"
#include "bench/harness/runner.h"
#include "bench/report/document.h"
#include "strategies/registry.h"
#include "strategies/strategy_source.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string experiment;
  std::string table;
  std::string out;
  std::vector<std::string> strategies;
  std::vector<std::string> objectives;
  std::vector<std::string> constraints;
  std::vector<std::string> scores;
  std::string filled;
  uint64_t evaluations = 0;
  double simulated_seconds = 0;
  uint64_t repetitions = 0;
  std::optional<uint64_t> seed;
  bool check = false;
  bool reference = false;
  OutputFormat format = OutputFormat::kText;
  SharedRunOptions shared;
};

Experiment ShortForm(const Options& options) {
  constexpr uint64_t kEvaluations = 200;
  Experiment experiment;
  experiment.name = "run";
  ProblemSpec problem;
  problem.name = "run";
  for (const std::string& objective : options.objectives) {
    problem.objectives.push_back({objective, "", ""});
  }
  if (problem.objectives.empty()) {
    problem.objectives.push_back({"accuracy:val", "", ""});
  }
  problem.constraints = options.constraints;
  for (const std::string& score : options.scores) {
    problem.score.push_back({score, "", ""});
  }
  if (options.filled == "all") problem.filled = Filled::kAll;
  if (options.filled == "observed") problem.filled = Filled::kObserved;
  // The table that comes with hwnas may still be growing.
  problem.measured_only = options.table.empty();
  problem.protocol.evaluations = options.evaluations;
  problem.protocol.simulated_seconds = options.simulated_seconds;
  if (options.evaluations == 0 && options.simulated_seconds == 0) {
    problem.protocol.evaluations = kEvaluations;
  }
  experiment.problems.push_back(problem);
  for (const std::string& text : options.strategies) {
    experiment.strategies.push_back(ParseStrategyText(text));
  }
  return experiment;
}

/// What is run, on what, and a line for each default problem that is not.
struct Chosen {
  Experiment experiment;
  std::shared_ptr<const Table> table;
  std::vector<std::string> left_out;
};

Chosen ChooseExperiment(const Options& options) {
  const bool has_short_form =
      !options.objectives.empty() || !options.constraints.empty() ||
      !options.scores.empty() || !options.filled.empty() ||
      options.evaluations != 0 || options.simulated_seconds != 0;
  Chosen chosen;
  Experiment& experiment = chosen.experiment;
  if (!options.strategies.empty()) {
    if (!options.experiment.empty()) {
      throw Error(ErrorCode::kUsage,
                  "--strategy is the short form; an experiment file lists its "
                  "own strategies");
    }
    experiment = ShortForm(options);
  } else if (has_short_form) {
    throw Error(ErrorCode::kUsage,
                "--objectives, --constraint, --score, --filled, --evaluations "
                "and --simulated-seconds belong to the short form: name a "
                "--strategy, or set them in the experiment file");
  } else if (!options.experiment.empty()) {
    experiment = Experiment::ReadFile(options.experiment);
  }
  const bool by_default =
      options.strategies.empty() && options.experiment.empty();
  if (!by_default) experiment.Check();
  const std::string path =
      TablePath(options.table.empty() ? experiment.table : options.table);
  chosen.table = Table::Open(path);
  if (by_default) {
    experiment = DefaultExperiment(chosen.table, &chosen.left_out);
  }
  experiment.table = path;
  if (options.repetitions != 0) experiment.repetitions = options.repetitions;
  if (options.seed) experiment.seed = *options.seed;
  experiment.Check();
  return chosen;
}

void PrintEstimateJson(const Chosen& chosen,
                       const std::vector<std::string>& notes) {
  const Experiment& experiment = chosen.experiment;
  const Table& table = *chosen.table;
  const RunEstimate estimate = EstimateExperiment(experiment);
  Json problems = Json::array();
  for (const ProblemSpec& problem : experiment.problems) {
    const Protocol& p = problem.protocol;
    const auto budget = [](auto amount) {
      return amount != 0 ? Json(amount) : Json();
    };
    problems.push_back({{"name", problem.name},
                        {"evaluations", budget(p.evaluations)},
                        {"simulated_seconds", budget(p.simulated_seconds)}});
  }
  PrintJson("check", Json{{"experiment", experiment.name},
                          {"table", table.Title()},
                          {"synthetic", table.Synthetic()},
                          {"runs", estimate.runs},
                          {"evaluations", estimate.evaluations},
                          {"problems", std::move(problems)},
                          {"notes", notes},
                          {"left_out", chosen.left_out}});
}

void PrintEstimate(const Chosen& chosen,
                   const std::vector<std::string>& notes) {
  const Experiment& experiment = chosen.experiment;
  const RunEstimate estimate = EstimateExperiment(experiment);
  std::string text =
      fmt::format("experiment '{}': {} runs on {}\n", experiment.name,
                  estimate.runs, chosen.table->Title());
  for (const ProblemSpec& problem : experiment.problems) {
    const Protocol& p = problem.protocol;
    text += fmt::format("  problem '{}':", problem.name);
    if (p.evaluations != 0) {
      text += fmt::format(" {} evaluations", p.evaluations);
    }
    if (p.simulated_seconds != 0) {
      text += fmt::format(" {} simulated seconds", p.simulated_seconds);
    }
    text += " a run\n";
  }
  if (estimate.evaluations != 0) {
    text += fmt::format("  at most {} evaluations where they are the budget\n",
                        estimate.evaluations);
  }
  for (const std::string& line : chosen.left_out) text += line + "\n";
  for (const std::string& note : notes) text += "note: " + note + "\n";
  Print(text);
}

void PrintSummary(const std::string& out, const Chosen& chosen,
                  const RunSummary& summary, const std::string& digest) {
  std::string text = fmt::format(
      "{}: {} of {} runs done now ({} before), {} trials\n", out, summary.ran,
      summary.planned, summary.skipped, summary.trials);
  if (summary.again != 0) {
    text += fmt::format("{} of these had failed before and were run again\n",
                        summary.again);
  }
  for (const std::string& line : chosen.left_out) text += line + "\n";
  for (const std::string& note : summary.notes) text += "note: " + note + "\n";
  for (const FailedStrategy& f : summary.failures) {
    text += fmt::format(
        "failed: {} ({} run{}), first on '{}', repetition {}: {}\n", f.strategy,
        f.runs, f.runs == 1 ? "" : "s", f.problem, f.repetition, f.reason);
  }
  if (chosen.table->Synthetic()) text += "SYNTHETIC table: no result is real\n";
  text += fmt::format("digest {}\n", digest);
  if (!summary.interrupted) {
    text += fmt::format("next: hwnas report {}\n", out);
  }
  Print(text);
}

Document ReferenceDocument() {
  Document page;
  page.Heading(1, "An experiment's keys");
  page.Paragraph(
      "Printed by 'hwnas run --reference' from the list that the file is read "
      "with.");
  AddKeyReference(ExperimentKeys().Sections(), &page);
  page.Heading(2, "Options of strategies");
  page.Paragraph("Of those that come with hwnas; a plug-in states its own.");
  for (const StrategyInfo& info : BuiltInStrategies()) {
    page.Heading(3, info.name);
    page.Paragraph(info.summary);
    if (info.options.empty()) continue;
    std::vector<std::vector<std::string>> rows;
    for (const OptionInfo& option : info.options) {
      rows.push_back({option.name, option.default_value, option.about});
    }
    page.Table("", {"option", "default", "meaning"}, rows);
  }
  return page;
}

void Run(const Options& options) {
  if (options.reference) {
    options.format == OutputFormat::kJson
        ? PrintKeyReferenceJson(ExperimentKeys().Sections())
        : Print(DocumentToMarkdown(ReferenceDocument()));
    return;
  }
  const Chosen chosen = ChooseExperiment(options);
  const Experiment& experiment = chosen.experiment;
  const auto& table = chosen.table;
  if (options.check) {
    const std::vector<std::string> notes =
        CheckExperiment(experiment, table, ToPluginOptions(options.shared));
    options.format == OutputFormat::kJson ? PrintEstimateJson(chosen, notes)
                                          : PrintEstimate(chosen, notes);
    return;
  }
  const std::string out =
      options.out.empty() ? experiment.name + ".results.db" : options.out;
  const InterruptScope interrupt;
  RunOptions run_options = ToRunOptions(options.shared, interrupt);
  ResultsOutput results(out);
  const RunSummary summary =
      RunExperiment(experiment, table, *results, run_options);
  const std::string digest = results->Digest();
  results.Close();
  Json failures = Json::array();
  for (const FailedStrategy& f : summary.failures) {
    failures.push_back({{"strategy", f.strategy},
                        {"runs", f.runs},
                        {"problem", f.problem},
                        {"repetition", f.repetition},
                        {"reason", f.reason}});
  }
  if (options.format == OutputFormat::kJson) {
    PrintJson("run", Json{{"results", out},
                          {"synthetic", table->Synthetic()},
                          {"planned", summary.planned},
                          {"skipped", summary.skipped},
                          {"ran", summary.ran},
                          {"again", summary.again},
                          {"failed", summary.failed},
                          {"failures", std::move(failures)},
                          {"trials", summary.trials},
                          {"interrupted", summary.interrupted},
                          {"digest", digest},
                          {"notes", summary.notes},
                          {"left_out", chosen.left_out}});
  } else {
    PrintSummary(out, chosen, summary, digest);
  }
  if (summary.interrupted) {
    throw Error(ErrorCode::kInterrupted,
                "interrupted; the same command goes on where it stopped");
  }
  if (summary.failed != 0) {
    throw Error(ErrorCode::kPlugin,
                fmt::format("{} of {} runs failed; the rest was run; the "
                            "same command runs them again",
                            summary.failed, summary.ran));
  }
}

}  // namespace

void AddRunCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Run an experiment's strategies on a table; go on where it "
      "stopped");
  command->group(kExperimentCommands);
  command->add_option("experiment", options->experiment,
                      "Experiment (TOML, see --reference); without "
                      "it and --strategy the default comparison");
  command->add_option("--table", options->table,
                      "Table; by default the experiment's, else the one that "
                      "comes with hwnas");
  command->add_option("--out", options->out,
                      "Results file, new or to be completed (default: "
                      "NAME.results.db)");
  command->add_option("--strategy", options->strategies,
                      "Short form: [LABEL=]NAME[:option=value,...], with a "
                      "built-in NAME, a library ./X.so, or exec:COMMAND "
                      "(repeatable)");
  command
      ->add_option("--objectives", options->objectives,
                   "Short form: metrics (default: accuracy:val)")
      ->delimiter(',');
  command->add_option("--constraint", options->constraints,
                      "Short form: METRIC<=NUMBER or METRIC>=NUMBER");
  command
      ->add_option("--score", options->scores,
                   "Short form: metrics that answers are judged by (default: "
                   "the objectives)")
      ->delimiter(',');
  command
      ->add_flag("--filled{all}", options->filled,
                 "Short form: take gaps as 'hwnas predict' filled them; "
                 "--filled=observed: only for the search, answers are judged "
                 "by what was measured")
      ->check(CLI::IsMember({"all", "observed"}));
  command->add_option("--evaluations", options->evaluations,
                      "Short form: budget of a run (default: 200)");
  command->add_option("--simulated-seconds", options->simulated_seconds,
                      "Short form: budget of a run");
  command->add_option("--repetitions", options->repetitions,
                      "Repetitions of each strategy");
  command->add_option("--seed", options->seed, "Master seed");
  command->add_flag("--check", options->check,
                    "Only check the experiment and estimate its size");
  command->add_flag("--reference", options->reference,
                    "Only print every key of an experiment, as Markdown");
  AddSharedRunOptions(*command, &options->shared, true);
  AddFormatOption(*command, &options->format);
  command->callback([options] { Run(*options); });
}

}  // namespace hwnas
