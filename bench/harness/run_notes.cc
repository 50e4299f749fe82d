#include "bench/harness/run_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tabular/number.h"

namespace hwnas {
namespace {

constexpr char kPopulation[] = "population_size";

/// How many of a problem's rows answer a metric.
std::string CoverageNote(const MetricCoverage& c, uint64_t rows) {
  const std::string what = c.scored ? " (judged)" : "";
  if (c.unused != 0) {
    return fmt::format(
        "{}{} has a value of {} of {} architectures; predictions of {} more "
        "are not used (--filled, in an experiment filled = \"all\")",
        c.metric, what, c.values, rows, c.unused);
  }
  if (c.values >= rows - c.values) return "";
  return fmt::format(
      "{}{} has a value of {} of {} architectures only; the others answer as "
      "missing (in an experiment measured_only = true leaves them out)",
      c.metric, what, c.values, rows);
}

/// The population that a strategy starts from, where it has such an option.
std::optional<double> Population(const NotedStrategy& strategy) {
  for (const OptionInfo& option : strategy.info.options) {
    if (option.name != kPopulation) continue;
    const auto given = strategy.spec.options.find(kPopulation);
    return TryParseNumber(given != strategy.spec.options.end()
                              ? given->second
                              : option.default_value);
  }
  return std::nullopt;
}

}  // namespace

bool SearchesFirstAlone(const StrategyInfo& info) {
  // What wraps another strategy may make one objective of several.
  const bool wraps = std::ranges::any_of(
      info.options, [](const auto& option) { return option.name == "inner"; });
  return info.reads_results && !info.multi_objective && !wraps;
}

std::vector<std::string> RunNotes(const TabularBenchmark& benchmark,
                                  std::span<const NotedStrategy> strategies) {
  const ProblemSpec& spec = benchmark.Spec();
  const std::string place = "problem '" + spec.name + "': ";
  std::vector<std::string> notes;
  if (!spec.measured_only) {
    for (const MetricCoverage& c : benchmark.Coverages()) {
      const std::string note = CoverageNote(c, benchmark.GetTable().Rows());
      if (!note.empty()) notes.push_back(place + note);
    }
  }
  const uint64_t evaluations = spec.protocol.evaluations;
  std::string first_alone;
  for (const NotedStrategy& strategy : strategies) {
    const auto population = Population(strategy);
    if (evaluations != 0 && population &&
        *population >= static_cast<double>(evaluations)) {
      notes.push_back(fmt::format(
          "{}{}: its population of {} takes all of the {} evaluations of a "
          "run, so that nothing is bred from it; more evaluations or a smaller "
          "{}",
          place, strategy.spec.label, *population, evaluations, kPopulation));
    }
    if (strategy.built_in && SearchesFirstAlone(strategy.info)) {
      first_alone += (first_alone.empty() ? "" : ", ") + strategy.spec.label;
    }
  }
  const Problem& problem = benchmark.GetProblem();
  if (problem.objectives.size() > 1 && !first_alone.empty()) {
    notes.push_back(
        fmt::format("{}{}: only the first objective is searched, {}", place,
                    first_alone, problem.objectives[0].metric.Text()));
  }
  return notes;
}

}  // namespace hwnas
