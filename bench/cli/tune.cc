#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/results_output.h"
#include "bench/cli/run_options.h"
#include "bench/cli/strategy_text.h"
#include "bench/harness/defaults.h"
#include "bench/report/text_table.h"
#include "bench/report/wording.h"
#include "bench/tune/tuning.h"
#include "tabular/error.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kShown = 5;  // configurations of a strategy, as text

struct Options {
  std::string file;
  std::string table;
  std::string test_table;
  std::string out;
  std::string strategy;
  std::vector<std::string> search;
  std::vector<std::string> objectives;
  std::vector<std::string> tests;
  uint64_t evaluations = 0;
  uint64_t configurations = 0;
  uint64_t repetitions = 0;
  uint64_t test_repetitions = 0;
  std::optional<uint64_t> seed;
  OutputFormat format = OutputFormat::kText;
  SharedRunOptions shared;
};

ProblemSpec ShortProblem(const std::string& name,
                         const std::vector<std::string>& objectives,
                         uint64_t evaluations) {
  constexpr uint64_t kEvaluations = 200;
  ProblemSpec problem;
  problem.name = name;
  for (const std::string& objective : objectives) {
    problem.objectives.push_back({objective, "", ""});
  }
  problem.protocol.evaluations = evaluations == 0 ? kEvaluations : evaluations;
  return problem;
}

TuningSpec ShortForm(const Options& options) {
  TuningSpec spec;
  spec.name = "tune";
  std::vector<std::string> objectives = SplitList(options.objectives);
  if (objectives.empty()) objectives = {"accuracy:val"};
  spec.problems = {ShortProblem("tuning", objectives, options.evaluations)};
  for (const std::string& test : options.tests) {
    spec.tests.push_back(
        ShortProblem(fmt::format("test{}", spec.tests.size() + 1),
                     SplitList({test}), options.evaluations));
  }
  TunedStrategy strategy;
  strategy.spec = ParseStrategyText(options.strategy);
  for (const std::string& text : options.search) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--search '{}': write OPTION=LOW..HIGH, "
                              "OPTION=log:LOW..HIGH or OPTION=A,B,C",
                              Quoted(text)));
    }
    strategy.search.push_back(
        OptionRange::Parse(text.substr(0, equals), text.substr(equals + 1)));
  }
  spec.strategies.push_back(std::move(strategy));
  return spec;
}

TuningSpec ChooseTuning(const Options& options) {
  const bool short_form = !options.strategy.empty();
  if (short_form == !options.file.empty()) {
    throw Error(ErrorCode::kUsage,
                "name a tuning file, or give the short form: --strategy, "
                "--search and --test");
  }
  if (!short_form && (!options.search.empty() || !options.objectives.empty() ||
                      !options.tests.empty() || options.evaluations != 0)) {
    throw Error(ErrorCode::kUsage,
                "--search, --objectives, --test and --evaluations belong to "
                "the short form: name a --strategy, or set them in the file");
  }
  TuningSpec spec =
      short_form ? ShortForm(options) : TuningSpec::ReadFile(options.file);
  if (!options.table.empty()) spec.table = options.table;
  if (!options.test_table.empty()) spec.test_table = options.test_table;
  spec.table = TablePath(spec.table);
  spec.test_table =
      spec.test_table.empty() ? spec.table : TablePath(spec.test_table);
  const auto set = [](uint64_t given, uint64_t* value) {
    if (given != 0) *value = given;
  };
  set(options.configurations, &spec.configurations);
  set(options.repetitions, &spec.repetitions);
  set(options.test_repetitions, &spec.test_repetitions);
  if (options.seed) spec.seed = *options.seed;
  spec.Check();
  return spec;
}

std::string OptionsText(const OptionMap& options) {
  std::string text;
  for (const auto& [name, value] : options) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  }
  return text.empty() ? "defaults" : text;
}

/// `accuracy:... (%), higher is better`.
std::string MeasureText(const ReportMeasure& measure) {
  return fmt::format(
      "{}{}, {} is better", measure.name,
      measure.unit.empty() ? "" : fmt::format(" ({})", measure.unit),
      measure.direction == Direction::kMaximize ? "higher" : "lower");
}

void PrintBudget(const TuningSpec& spec, const TunedResult& result) {
  std::string text = fmt::format(
      "  tuning budget: {} configurations x {} x {} repetitions = {} runs, {} "
      "evaluations",
      result.tried.size(),
      spec.problems.size() == 1
          ? "1 problem"
          : fmt::format("{} problems", spec.problems.size()),
      spec.repetitions, result.runs, result.evaluations);
  const bool timed = std::any_of(
      spec.problems.begin(), spec.problems.end(),
      [](const ProblemSpec& p) { return p.protocol.simulated_seconds > 0; });
  if (timed) {
    text += fmt::format(", {:.0f} simulated seconds", result.simulated_seconds);
  }
  text += "\n";
  if (result.exhausted) {
    text += "  the ranges hold nothing else: fewer configurations than asked\n";
  }
  if (result.refused > 0) {
    text += fmt::format("  {} draws were refused and drawn again: {}\n",
                        result.refused, result.reason);
  }
  Print(text);
}

void PrintTuned(const TuningSpec& spec, const Tuning& tuning,
                const TunedResult& result) {
  const TriedConfiguration& chosen = result.tried.front();
  Print(fmt::format("\n{}\n", result.strategy.label));
  PrintBudget(spec, result);
  Print(fmt::format("  chosen: {}{}\n", OptionsText(chosen.options),
                    chosen.label == result.strategy.label
                        ? " (what was given is best)"
                        : ""));
  std::vector<std::string> header = {"configuration", "mean rank"};
  for (const ReportProblem& problem : tuning.problems) {
    header.push_back(problem.name);
  }
  header.emplace_back("options");
  TextTable table(header);
  for (size_t i = 0; i < result.tried.size(); ++i) {
    const TriedConfiguration& one = result.tried[i];
    // The best, and what was given, wherever it is.
    if (i >= kShown && one.label != result.strategy.label) continue;
    std::vector<std::string> row = {one.label, Fixed(one.mean_rank, 1)};
    for (size_t p = 0; p < tuning.problems.size(); ++p) {
      row.push_back(one.means[p]
                        ? Fixed(*one.means[p], Decimals(tuning.problems[p], 0))
                        : "failed");
    }
    row.push_back(OptionsText(one.options));
    table.AddRow(std::move(row));
  }
  Print(table.Text("  "));
}

std::string Better(const ReportProblem& problem, const ReportDifference& d) {
  return d.better ? problem.strategies[*d.better].label : "no clear difference";
}

void PrintTest(const ReportProblem& problem) {
  const ReportMeasure& measure = problem.measures.at(0);
  const int decimals = Decimals(problem, 0);
  Print(fmt::format("\ntest '{}': {}\n", problem.name, MeasureText(measure)));
  TextTable table({"strategy", "runs", "mean", "95 % interval", "regret"});
  for (const size_t s : problem.ranking) {
    const ReportScore& score = problem.strategies[s].scores.at(0);
    table.AddRow({problem.strategies[s].label,
                  fmt::format("{}", score.value.count),
                  Fixed(score.value.mean, decimals),
                  fmt::format("[{}, {}]", Fixed(score.value.low, decimals),
                              Fixed(score.value.high, decimals)),
                  score.regret ? Fixed(score.regret->mean, decimals) : "-"});
  }
  Print(table.Text("  "));
  TextTable differences(
      {"difference", "pairs", "mean", "95 % interval", "better"});
  for (const ReportDifference& d : problem.differences) {
    if (d.measure != 0) continue;
    differences.AddRow({fmt::format("{} - {}", problem.strategies[d.a].label,
                                    problem.strategies[d.b].label),
                        fmt::format("{}", d.pairs),
                        Signed(d.mean, decimals + 1),
                        fmt::format("[{}, {}]", Signed(d.low, decimals + 1),
                                    Signed(d.high, decimals + 1)),
                        Better(problem, d)});
  }
  if (differences.Rows() > 0) Print("\n" + differences.Text("  "));
}

void PrintText(const TuningSpec& spec, const Tuning& tuning,
               const std::string& out, bool synthetic) {
  std::string text = "tuned on";
  for (const ReportProblem& problem : tuning.problems) {
    text += fmt::format(" '{}' ({})", problem.name,
                        MeasureText(problem.measures.at(0)));
  }
  Print(text + "\n");
  if (synthetic) Print("SYNTHETIC table: no result is real\n");
  for (const TunedResult& result : tuning.strategies) {
    if (result.Tuned()) PrintTuned(spec, tuning, result);
  }
  for (const ReportProblem& problem : tuning.tests) PrintTest(problem);
  Print(fmt::format("\nall runs: hwnas report {}\n", out));
}

Json Number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json StrategyJson(const TunedResult& result) {
  Json tried = Json::array();
  for (const TriedConfiguration& one : result.tried) {
    Json means = Json::array();
    for (const auto& mean : one.means) means.push_back(Number(mean));
    tried.push_back({{"label", one.label},
                     {"options", Json(one.options)},
                     {"mean_rank", one.mean_rank},
                     {"means", std::move(means)}});
  }
  return {{"label", result.strategy.label},
          {"name", result.strategy.name},
          {"configurations", result.tried.size()},
          {"runs", result.runs},
          {"evaluations", result.evaluations},
          {"simulated_seconds", result.simulated_seconds},
          {"refused", result.refused},
          {"chosen", result.tried.front().label},
          {"tried", std::move(tried)}};
}

Json TestJson(const ReportProblem& problem) {
  Json strategies = Json::array();
  for (const size_t s : problem.ranking) {
    const ReportScore& score = problem.strategies[s].scores.at(0);
    strategies.push_back(
        {{"label", problem.strategies[s].label},
         {"runs", score.value.count},
         {"mean", score.value.mean},
         {"low", score.value.low},
         {"high", score.value.high},
         {"regret", score.regret ? Json(score.regret->mean) : Json()}});
  }
  Json differences = Json::array();
  for (const ReportDifference& d : problem.differences) {
    if (d.measure != 0) continue;
    differences.push_back(
        {{"a", problem.strategies[d.a].label},
         {"b", problem.strategies[d.b].label},
         {"pairs", d.pairs},
         {"mean", d.mean},
         {"low", d.low},
         {"high", d.high},
         {"better",
          d.better ? Json(problem.strategies[*d.better].label) : Json()}});
  }
  return {{"problem", problem.name},
          {"measure", problem.measures.at(0).name},
          {"direction", problem.measures.at(0).direction == Direction::kMaximize
                            ? "max"
                            : "min"},
          {"strategies", std::move(strategies)},
          {"differences", std::move(differences)}};
}

void PrintTuningJson(const Tuning& tuning, const std::string& out,
                     bool synthetic) {
  Json problems = Json::array();
  for (const ReportProblem& problem : tuning.problems) {
    problems.push_back(
        {{"problem", problem.name}, {"measure", problem.measures.at(0).name}});
  }
  Json strategies = Json::array();
  for (const TunedResult& result : tuning.strategies) {
    if (result.Tuned()) strategies.push_back(StrategyJson(result));
  }
  Json tests = Json::array();
  for (const ReportProblem& problem : tuning.tests) {
    tests.push_back(TestJson(problem));
  }
  PrintJson("tune", Json{{"results", out},
                         {"synthetic", synthetic},
                         {"problems", std::move(problems)},
                         {"strategies", std::move(strategies)},
                         {"tests", std::move(tests)}});
}

void Tune(const Options& options) {
  const TuningSpec spec = ChooseTuning(options);
  const auto table = Table::Open(spec.table);
  const auto test_table =
      spec.test_table == spec.table ? table : Table::Open(spec.test_table);
  const std::string out =
      options.out.empty() ? spec.name + ".results.db" : options.out;
  const InterruptScope interrupt;
  const RunOptions run_options = ToRunOptions(options.shared, interrupt);
  ResultsOutput results(out);
  const Tuning tuning =
      RunTuning(spec, table, test_table, *results, run_options);
  results.Close();
  const bool synthetic = table->Synthetic() || test_table->Synthetic();
  options.format == OutputFormat::kJson
      ? PrintTuningJson(tuning, out, synthetic)
      : PrintText(spec, tuning, out, synthetic);
  if (tuning.summary.failed != 0) {
    throw Error(ErrorCode::kPlugin,
                fmt::format("{} of {} runs failed; the rest was run, the "
                            "report says why",
                            tuning.summary.failed, tuning.summary.ran));
  }
}

}  // namespace

void AddTuneCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "tune",
      "Choose a strategy's options on some problems, test them on others");
  command->group(kExperimentCommands);
  command->add_option("file", options->file,
                      "Tuning (TOML, see bench/tune/README.md)");
  command->add_option("--table", options->table,
                      "Table, or 'synthetic'; by default the file's, else the "
                      "one that comes with hwnas");
  command->add_option("--test-table", options->test_table,
                      "Table of the test problems (default: the same)");
  command->add_option("--out", options->out,
                      "Results file, new or to be completed (default: "
                      "NAME.results.db)");
  command->add_option("--strategy", options->strategy,
                      "Short form: [LABEL=]NAME[:option=value,...], with the "
                      "options that stay");
  command->add_option("--search", options->search,
                      "Short form: OPTION=LOW..HIGH, OPTION=log:LOW..HIGH or "
                      "OPTION=A,B,C (repeatable)");
  command->add_option("--objectives", options->objectives,
                      "Short form: metrics to tune on (default: accuracy:val)");
  command->add_option("--test", options->tests,
                      "Short form: metrics of a problem to test on "
                      "(repeatable)");
  command->add_option("--evaluations", options->evaluations,
                      "Short form: budget of a run (default: 200)");
  command->add_option("--configurations", options->configurations,
                      "Of each strategy, its defaults included (default: 20)");
  command->add_option("--repetitions", options->repetitions,
                      "Of each configuration on each tuning problem (default: "
                      "20)");
  command->add_option("--test-repetitions", options->test_repetitions,
                      "On each test problem (default: 50)");
  command->add_option("--seed", options->seed, "Master seed");
  AddSharedRunOptions(*command, &options->shared, false);
  AddFormatOption(*command, &options->format);
  command->callback([options] { Tune(*options); });
}

}  // namespace hwnas
