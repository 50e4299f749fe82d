#include "bench/cli/results_info.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "bench/cli/json.h"
#include "bench/harness/results.h"
#include "bench/report/text_table.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

// What runs of one strategy, problem or file come to.
struct Tally {
  uint64_t runs = 0;
  uint64_t failed = 0;
  uint64_t trials = 0;
  uint64_t evaluations = 0;

  void Add(const RunRecord& run) {
    ++runs;
    failed += run.end == RunEnd::kFailed ? 1 : 0;
    trials += run.trials;
    evaluations += run.evaluations;
  }

  void AppendTo(Json* json) const {
    (*json)["runs"] = runs;
    (*json)["failed"] = failed;
    (*json)["trials"] = trials;
    (*json)["evaluations"] = evaluations;
  }
};

struct Summary {
  explicit Summary(const Results& results) {
    for (const RunRecord& run : results.Runs()) {
      all.Add(run);
      by_problem[run.problem].Add(run);
      by_strategy[run.strategy].Add(run);
    }
  }

  Tally all;
  std::map<int64_t, Tally> by_problem;
  std::map<std::string, Tally> by_strategy;
};

std::vector<std::string> Metrics(
    const std::vector<ResultsProblem::Named>& named) {
  std::vector<std::string> texts;
  for (const ResultsProblem::Named& one : named) texts.push_back(one.metric);
  return texts;
}

std::vector<std::string> Constraints(const ResultsProblem& problem) {
  std::vector<std::string> texts = Metrics(problem.constraints);
  for (size_t i = 0; i < texts.size(); ++i) {
    texts[i] += fmt::format(
        "{}{}", problem.upper.at(i) ? "<=" : ">=", problem.bounds.at(i));
  }
  return texts;
}

void PrintJsonInfo(const Results& results) {
  Summary summary(results);
  bool synthetic = false;
  Json problems = Json::array();
  for (const ResultsProblem& problem : results.Problems()) {
    synthetic = synthetic || problem.synthetic;
    problems.push_back({{"experiment", problem.experiment},
                        {"name", problem.spec.name},
                        {"table", problem.table_title},
                        {"table_digest", problem.table_digest},
                        {"synthetic", problem.synthetic},
                        {"objectives", Metrics(problem.objectives)},
                        {"constraints", Constraints(problem)},
                        {"scores", Metrics(problem.scores)}});
    summary.by_problem[problem.id].AppendTo(&problems.back());
  }
  Json strategies = Json::array();
  for (const Results::StrategyRow& row : results.Strategies()) {
    strategies.push_back({{"label", row.spec.label},
                          {"name", row.spec.name},
                          {"version", row.version},
                          {"options", row.spec.options}});
    summary.by_strategy[row.spec.label].AppendTo(&strategies.back());
  }
  Json experiments = Json::array();
  for (const ResultsExperiment& experiment : results.Experiments()) {
    experiments.push_back({{"name", experiment.name},
                           {"seed", experiment.seed},
                           {"table", experiment.table},
                           {"build", experiment.build},
                           {"host", experiment.host}});
  }
  Json json = {{"synthetic", synthetic}};
  summary.all.AppendTo(&json);
  json["digest"] = results.Digest();
  json["experiments"] = std::move(experiments);
  json["problems"] = std::move(problems);
  json["strategies"] = std::move(strategies);
  PrintJson("results", std::move(json));
}

void PrintTextInfo(const Results& results) {
  Summary summary(results);
  TextTable problems({"experiment", "problem", "table", "objectives",
                      "constraints", "scores", "runs", "evaluations"});
  bool synthetic = false;
  for (const ResultsProblem& problem : results.Problems()) {
    synthetic = synthetic || problem.synthetic;
    const Tally& tally = summary.by_problem[problem.id];
    problems.AddRow(
        {problem.experiment, problem.spec.name, problem.table_title,
         fmt::format("{}", fmt::join(Metrics(problem.objectives), ", ")),
         fmt::format("{}", fmt::join(Constraints(problem), ", ")),
         fmt::format("{}", fmt::join(Metrics(problem.scores), ", ")),
         fmt::format("{}", tally.runs), fmt::format("{}", tally.evaluations)});
  }
  TextTable strategies({"strategy", "is", "runs", "failed", "evaluations"});
  for (const Results::StrategyRow& row : results.Strategies()) {
    const Tally& tally = summary.by_strategy[row.spec.label];
    strategies.AddRow(
        {row.spec.label, fmt::format("{}@{}", row.spec.name, row.version),
         fmt::format("{}", tally.runs), fmt::format("{}", tally.failed),
         fmt::format("{}", tally.evaluations)});
  }
  if (synthetic) Print("SYNTHETIC: the table's values are made up.\n");
  Print(TextList({{"runs", fmt::format("{}", summary.all.runs)},
                  {"failed", fmt::format("{}", summary.all.failed)},
                  {"trials", fmt::format("{}", summary.all.trials)},
                  {"digest", results.Digest()}}));
  for (const ResultsExperiment& experiment : results.Experiments()) {
    Print("\n" + TextList({{"experiment", experiment.name},
                           {"seed", fmt::format("{}", experiment.seed)},
                           {"table", experiment.table},
                           {"build", experiment.build},
                           {"host", experiment.host}}));
  }
  Print("\n" + problems.Text());
  Print("\n" + strategies.Text());
}

}  // namespace

void PrintResultsInfo(const std::string& path, OutputFormat format) {
  const auto results = Results::Open(path);
  format == OutputFormat::kJson ? PrintJsonInfo(*results)
                                : PrintTextInfo(*results);
}

void CheckResults(const std::string& path, OutputFormat format) {
  PrintCheck("results", path, Results::Open(path)->Check(),
             "run the experiment again into another file", format);
}

void PrintCheck(const std::string& kind, const std::string& path,
                const std::vector<std::string>& problems,
                const std::string& advice, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    PrintJson("check", Json{{kind, path},
                            {"sound", problems.empty()},
                            {"problems", problems}});
  } else {
    for (const std::string& problem : problems) Print(problem + "\n");
    if (problems.empty()) Print(path + ": sound\n");
  }
  if (!problems.empty()) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: {} problems found; {}", path, problems.size(),
                            advice));
  }
}

}  // namespace hwnas
