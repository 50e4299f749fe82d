#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "bench/report/wording.h"
#include "bench/reproduce/claims.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/problem.h"

namespace hwnas {
namespace {

[[noreturn]] void Lacks(const ClaimData& data, const std::string& what) {
  throw Error(ErrorCode::kUsage,
              fmt::format("reproduce: the experiment '{}' has no {}",
                          Quoted(data.experiment), what));
}

// The expected best of `n` uniform draws with replacement of ascending values.
double ExpectedBest(const std::vector<double>& ascending, double n) {
  const auto size = double(ascending.size());
  double sum = 0;
  double below = 0;
  for (size_t i = 0; i < ascending.size(); ++i) {
    const double upto = std::pow(double(i + 1) / size, n);
    sum += ascending[i] * (upto - below);
    below = upto;
  }
  return sum;
}

// The least number of draws, to a tenth, whose expected best is `wanted`.
double DrawsFor(const std::vector<double>& ascending, double wanted) {
  double low = 1;
  double high = 1;
  while (ExpectedBest(ascending, high) < wanted) {
    high *= 2;
    if (high > 1e7) return high;
  }
  while (high - low > 0.1) {
    const double middle = (low + high) / 2;
    (ExpectedBest(ascending, middle) < wanted ? low : high) = middle;
  }
  return high;
}

const ReportScore& ScoreOf(const ClaimData& data, const ReportProblem& problem,
                           const std::string& label) {
  for (const auto& strategy : problem.strategies) {
    if (strategy.label == label) return strategy.scores[0];
  }
  Lacks(data, fmt::format("strategy '{}'", Quoted(label)));
}

// In each problem with one objective: how many draws of random search have
// the expected best that the strategy's answers reach, over its evaluations.
ClaimAnswer RandomNeeds(const ClaimSpec& spec, const ClaimData& data) {
  ClaimCases cases{"problems", {}, {}};
  std::vector<std::string> found;
  double figure = 0;
  double low = 0;
  double high = 0;
  size_t problems = 0;
  for (const ResultsProblem& problem : data.results.Problems()) {
    if (problem.experiment != data.experiment || !problem.constraints.empty() ||
        problem.objectives.size() != 1) {
      continue;
    }
    const auto at =
        std::find_if(data.model.problems.begin(), data.model.problems.end(),
                     [&](const ReportProblem& p) {
                       return p.experiment == problem.experiment &&
                              p.name == problem.spec.name;
                     });
    HWNAS_CHECK(at != data.model.problems.end());
    const SampleSummary& reached = ScoreOf(data, *at, spec.strategy).value;
    const auto column =
        data.table.LoadOrCompute(Metric::Parse(problem.objectives[0].metric));
    std::vector<double> values;
    for (size_t row = 0; row < data.table.Rows(); ++row) {
      const Value value = column->Mean(row);
      if (value.Ok()) values.push_back(value.value);
    }
    std::sort(values.begin(), values.end());
    const auto budget = double(problem.spec.protocol.evaluations);
    const double factor = DrawsFor(values, reached.mean) / budget;
    const double least = DrawsFor(values, reached.low) / budget;
    const double most = DrawsFor(values, reached.high) / budget;
    cases.Add(least > 1, problem.spec.name);
    found.push_back(fmt::format("{} {} [{}, {}]", problem.spec.name,
                                Fixed(factor, 1), Fixed(least, 1),
                                Fixed(most, 1)));
    figure += std::log(factor);
    low += std::log(least);
    high += std::log(most);
    ++problems;
  }
  if (problems == 0) Lacks(data, "problem of one objective and no constraint");
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  answer.figure = std::exp(figure / double(problems));
  answer.low = std::exp(low / double(problems));
  answer.high = std::exp(high / double(problems));
  answer.reason = fmt::format(
      "evaluations that random search needs to expect what '{}' reaches, as a "
      "multiple of its own, geometric mean {} [{}, {}]; by problem: {}; more "
      "than 1: {}",
      spec.strategy, Fixed(*answer.figure, 1), Fixed(*answer.low, 1),
      Fixed(*answer.high, 1), fmt::join(found, ", "), cases.Text());
  return answer;
}

// By repetition, the best score among a run's evaluated architectures that
// keep a constraint of the table.
std::map<uint64_t, std::optional<double>> BestWithin(
    const ClaimData& data, const ResultsProblem& problem,
    const std::string& label, const std::vector<Constraint>& limits) {
  const auto& dictionary = data.results.Dictionary(problem.id);
  std::vector<std::shared_ptr<const DenseColumn>> columns;
  for (const Constraint& limit : limits) {
    columns.push_back(data.table.LoadOrCompute(limit.metric));
  }
  const bool up = problem.scores[0].direction == Direction::kMaximize;
  std::map<uint64_t, std::optional<double>> best;
  for (const RunRecord& run : data.results.Runs()) {
    if (run.problem != problem.id || run.strategy != label) continue;
    std::optional<double>& value = best[run.repetition];
    for (const LoggedTrial& trial : data.results.Trials(run).trials) {
      const DictionaryEntry& entry = dictionary[trial.entry];
      const auto row = data.table.FindRow(entry.architecture);
      if (!row || entry.scores.empty() || !entry.scores[0].Ok()) continue;
      bool within = true;
      for (size_t i = 0; i < limits.size() && within; ++i) {
        const Value cost = columns[i]->Mean(*row);
        within = cost.Ok() && limits[i].Satisfied(cost.value);
      }
      if (!within) continue;
      const double score = entry.scores[0].value;
      if (!value || (up ? score > *value : score < *value)) value = score;
    }
  }
  return best;
}

// For each problem with a constraint: the best within it of all that its runs
// evaluated, against the best within it of what runs without a constraint
// evaluated; paired by repetition.
ClaimAnswer Joint(const ClaimSpec& spec, const ClaimData& data) {
  std::vector<ResultsProblem> problems;
  const ResultsProblem* first = nullptr;
  problems = data.results.Problems();
  for (const ResultsProblem& problem : problems) {
    if (problem.experiment == data.experiment &&
        problem.spec.name == spec.problem) {
      first = &problem;
    }
  }
  if (first == nullptr) {
    Lacks(data, fmt::format("problem '{}'", Quoted(spec.problem)));
  }
  ClaimCases cases{"problems", {}, {}};
  std::vector<double> means;
  size_t empty = 0;
  for (const ResultsProblem& problem : problems) {
    if (problem.experiment != data.experiment || problem.constraints.empty()) {
      continue;
    }
    std::vector<Constraint> limits;
    for (const std::string& text : problem.spec.constraints) {
      limits.push_back(ParseConstraint(text));
    }
    const auto joint = BestWithin(data, problem, spec.strategy, limits);
    const auto after = BestWithin(data, *first, spec.strategy, limits);
    std::vector<double> differences;
    for (const auto& [repetition, value] : joint) {
      const auto other = after.find(repetition);
      if (other == after.end() || !value) continue;
      if (!other->second) {
        ++empty;  // nothing within the limit was met: no pair
        continue;
      }
      differences.push_back(*value - *other->second);
    }
    if (differences.empty()) {
      Lacks(data, fmt::format("pair of runs of '{}' for problem '{}'",
                              spec.strategy, problem.spec.name));
    }
    Rng rng = Rng::FromLabel(1, "reproduce/claim/joint");
    const Interval interval = BootstrapMean(differences, rng);
    cases.Add(interval.low > 0, problem.spec.name);
    means.push_back(interval.mean);
  }
  if (means.empty()) Lacks(data, "problem with a constraint");
  Rng rng = Rng::FromLabel(1, "reproduce/claim/joint/all");
  const Interval interval = BootstrapMean(means, rng);
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  answer.figure = interval.mean;
  answer.low = interval.low;
  answer.high = interval.high;
  answer.reason = fmt::format(
      "the best within a limit that '{}' meets when it searches under the "
      "limit, less the best within it that it meets when it searches for "
      "accuracy alone: {} points [{}, {}] in the mean over {} limits; better "
      "with an interval: {}; {} runs for accuracy alone met nothing within "
      "the limit and are left out",
      spec.strategy, Fixed(interval.mean, 3), Fixed(interval.low, 3),
      Fixed(interval.high, 3), means.size(), cases.Text(), empty);
  return answer;
}

}  // namespace

ClaimAnswer AnswerFromRuns(const ClaimSpec& spec, const ClaimData& data) {
  return spec.check == ClaimCheck::kJoint ? Joint(spec, data)
                                          : RandomNeeds(spec, data);
}

}  // namespace hwnas
