#include "bench/tune/tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "bench/harness/tabular_benchmark.h"
#include "datasets/toml_reader.h"
#include "strategies/strategy_source.h"
#include "tabular/analysis/ranks.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {
namespace {

constexpr int kTries = 100;  // draws before there is nothing new
constexpr uint64_t kMostConfigurations = 10'000;
constexpr double kMostInteger = 1e15;

[[noreturn]] void RefuseRange(const std::string& option,
                              const std::string& text, const char* why) {
  throw Error(ErrorCode::kUsage,
              fmt::format("search range '{}' of option '{}': {}; write "
                          "LOW..HIGH, log:LOW..HIGH, or choices A,B,C",
                          Quoted(text), Quoted(option), why));
}

std::vector<std::string> SplitChoices(const std::string& text) {
  std::vector<std::string> choices;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    choices.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return choices;
}

uint64_t Positive(const TomlTable& toml, const std::string& key,
                  uint64_t fallback) {
  if (!toml.Has(key)) return fallback;
  const int64_t value = toml.Integer(key);
  if (value < 1) toml.Fail(key, "expected a whole number from 1 on");
  return static_cast<uint64_t>(value);
}

TunedStrategy ReadTunedStrategy(const TomlTable& toml) {
  TunedStrategy strategy;
  strategy.spec = StrategyFromToml(toml);
  if (toml.Has("repetitions")) {
    toml.Fail("repetitions", "all that is tuned has the same repetitions");
  }
  const TomlTable search = toml.Table("search");
  for (const std::string& option : search.Keys()) {
    // A list is one of choices, a lone text a range.
    std::string text;
    for (const std::string& choice : search.Texts(option)) {
      text += (text.empty() ? "" : ",") + choice;
    }
    strategy.search.push_back(OptionRange::Parse(option, text));
  }
  return strategy;
}

TuningSpec ReadTuning(const TomlTable& toml, const std::string& folder) {
  TuningSpec spec;
  const auto path = [&](const char* key) {
    const std::string given = toml.String(key, "");
    return given.empty() || folder.empty()
               ? given
               : (std::filesystem::path(folder) / given).string();
  };
  spec.name = toml.String("name");
  spec.table = path("table");
  spec.test_table = path("test_table");
  spec.seed = static_cast<uint64_t>(toml.Integer("seed", 1));
  spec.configurations = Positive(toml, "configurations", spec.configurations);
  spec.repetitions = Positive(toml, "repetitions", spec.repetitions);
  spec.test_repetitions =
      Positive(toml, "test_repetitions", spec.test_repetitions);
  const Protocol protocol = ProtocolFromToml(toml.Table("protocol"));
  for (const TomlTable& problem : toml.Tables("problem")) {
    spec.problems.push_back(ProblemFromToml(problem, protocol, spec.name));
  }
  for (const TomlTable& problem : toml.Tables("test")) {
    spec.tests.push_back(ProblemFromToml(problem, protocol, spec.name));
  }
  for (const TomlTable& strategy : toml.Tables("strategy")) {
    spec.strategies.push_back(ReadTunedStrategy(strategy));
  }
  toml.CheckAllRead();
  spec.Check();
  return spec;
}

/// A stage as an experiment, still without strategies.
Experiment Stage(const TuningSpec& spec, bool test) {
  Experiment experiment;
  experiment.name = spec.name + (test ? "-test" : "-tune");
  experiment.seed = spec.seed;
  experiment.repetitions = test ? spec.test_repetitions : spec.repetitions;
  experiment.problems = test ? spec.tests : spec.problems;
  return experiment;
}

/// Whether a strategy starts with these options on all problems; `reason` is
/// what it says when it does not. Plug-ins are asked when they run.
bool Accepts(const StrategySource& source, const std::string& name,
             const OptionMap& options,
             const std::vector<std::shared_ptr<const Problem>>& problems,
             std::string* reason) {
  if (KindOfStrategy(name) != StrategyKind::kBuiltIn) return true;
  for (const auto& problem : problems) {
    RunContext context;
    context.problem = problem.get();
    try {
      source.Make(options, std::move(context));
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kUsage) throw;
      *reason = error.what();
      return false;
    }
  }
  return true;
}

std::vector<std::shared_ptr<const Problem>> ProblemsOn(
    const std::vector<ProblemSpec>& specs,
    const std::shared_ptr<const Table>& table) {
  std::vector<std::shared_ptr<const Problem>> problems;
  for (const ProblemSpec& spec : specs) {
    const auto benchmark = TabularBenchmark::Make(table, spec);
    problems.emplace_back(benchmark, &benchmark->GetProblem());
  }
  return problems;
}

void RunStage(const Experiment& experiment,
              const std::shared_ptr<const Table>& table, Results& results,
              const RunOptions& options, RunSummary* sum) {
  const RunSummary summary = RunExperiment(experiment, table, results, options);
  sum->planned += summary.planned;
  sum->skipped += summary.skipped;
  sum->ran += summary.ran;
  sum->failed += summary.failed;
  sum->trials += summary.trials;
  if (summary.interrupted) {
    throw Error(ErrorCode::kInterrupted,
                "interrupted; the same command goes on where it stopped");
  }
}

/// What the report says of an experiment, in the order of its problems.
std::vector<ReportProblem> ReportOf(const Results& results,
                                    const Experiment& experiment) {
  const ReportModel model = MakeReport(results);
  std::vector<ReportProblem> out;
  for (const ProblemSpec& spec : experiment.problems) {
    const auto it =
        std::find_if(model.problems.begin(), model.problems.end(),
                     [&](const ReportProblem& problem) {
                       return problem.experiment == experiment.name &&
                              problem.name == spec.name;
                     });
    HWNAS_CHECK(it != model.problems.end());
    out.push_back(*it);
  }
  return out;
}

/// The mean of a strategy's first measure; none unless every run counts.
std::optional<double> MeanOf(const ReportProblem& problem,
                             const std::string& label, uint64_t repetitions) {
  for (const ReportStrategy& strategy : problem.strategies) {
    if (strategy.label != label) continue;
    const SampleSummary& value = strategy.scores.at(0).value;
    // A file may hold more repetitions, of an earlier call: they count too.
    if (!strategy.failures.empty() || value.count < repetitions) break;
    return value.mean;
  }
  return std::nullopt;
}

/// Fills means and mean ranks, then sorts: best first, of equals the earliest.
void Rank(const std::vector<ReportProblem>& problems, uint64_t repetitions,
          std::vector<TriedConfiguration>* tried) {
  for (const ReportProblem& problem : problems) {
    const bool maximise =
        problem.measures.at(0).direction == Direction::kMaximize;
    std::vector<double> worse;
    for (TriedConfiguration& one : *tried) {
      one.means.push_back(MeanOf(problem, one.label, repetitions));
      const std::optional<double>& mean = one.means.back();
      worse.push_back(!mean      ? std::numeric_limits<double>::infinity()
                      : maximise ? -*mean
                                 : *mean);
    }
    const std::vector<double> ranks = AverageRanks(worse);
    for (size_t i = 0; i < tried->size(); ++i) {
      (*tried)[i].mean_rank += ranks[i] / static_cast<double>(problems.size());
    }
  }
  std::stable_sort(
      tried->begin(), tried->end(),
      [](const auto& a, const auto& b) { return a.mean_rank < b.mean_rank; });
}

/// What the runs of a strategy's configurations cost.
void AddBudget(const Results& results, const Experiment& tune,
               TunedResult* result) {
  std::set<int64_t> problems;
  for (const ResultsProblem& problem : results.Problems()) {
    if (problem.experiment == tune.name) problems.insert(problem.id);
  }
  std::set<std::string> labels;
  for (const TriedConfiguration& one : result->tried) labels.insert(one.label);
  for (const RunRecord& run : results.Runs()) {
    if (!problems.contains(run.problem) || !labels.contains(run.strategy) ||
        run.repetition >= tune.repetitions) {
      continue;
    }
    ++result->runs;
    result->evaluations += run.evaluations;
    result->simulated_seconds += run.simulated_seconds;
  }
}

}  // namespace

OptionRange OptionRange::Parse(const std::string& option,
                               const std::string& text) {
  OptionRange range;
  range.option = option;
  constexpr std::string_view kLog = "log:";
  std::string rest = text;
  range.log = text.starts_with(kLog);
  if (range.log) rest = text.substr(kLog.size());
  const size_t dots = rest.find("..");
  if (dots == std::string::npos) {
    if (range.log) RefuseRange(option, text, "it is no range");
    range.choices = SplitChoices(text);
    std::set<std::string> distinct(range.choices.begin(), range.choices.end());
    if (distinct.contains("")) RefuseRange(option, text, "a choice is empty");
    if (distinct.size() < range.choices.size()) {
      RefuseRange(option, text, "a choice stands twice");
    }
    return range;
  }
  const std::string low = rest.substr(0, dots);
  const std::string high = rest.substr(dots + 2);
  const auto low_number = TryParseNumber(low);
  const auto high_number = TryParseNumber(high);
  if (!low_number || !high_number) {
    RefuseRange(option, text, "a bound is no number");
  }
  range.kind = TryParseInteger(low) && TryParseInteger(high) ? Kind::kInteger
                                                             : Kind::kReal;
  range.low = *low_number;
  range.high = *high_number;
  if (!(range.low < range.high)) {
    RefuseRange(option, text, "the first bound must be less");
  }
  if (range.log && range.low <= 0) {
    RefuseRange(option, text, "bounds of a logarithm must be positive");
  }
  if (range.kind == Kind::kInteger &&
      std::max(std::fabs(range.low), std::fabs(range.high)) > kMostInteger) {
    RefuseRange(option, text, "a bound is too large");
  }
  return range;
}

std::string OptionRange::Draw(Rng& rng) const {
  if (kind == Kind::kChoices) return choices[rng.Below(choices.size())];
  if (kind == Kind::kReal) {
    return FormatNumber(
        log ? std::exp(rng.Uniform(std::log(low), std::log(high)))
            : rng.Uniform(low, high));
  }
  if (!log) {
    const auto width = static_cast<uint64_t>(high - low) + 1;
    return std::to_string(static_cast<int64_t>(low) +
                          static_cast<int64_t>(rng.Below(width)));
  }
  // Whole numbers stand for half a unit around them.
  const double drawn =
      std::exp(rng.Uniform(std::log(low - 0.5), std::log(high + 0.5)));
  return std::to_string(
      static_cast<int64_t>(std::clamp(std::round(drawn), low, high)));
}

TuningSpec TuningSpec::ReadFile(const std::string& path) {
  return ReadTuning(TomlTable::ReadFile(path),
                    std::filesystem::path(path).parent_path().string());
}

TuningSpec TuningSpec::ReadText(std::string_view text,
                                const std::string& name) {
  return ReadTuning(TomlTable::ReadText(text, name), "");
}

void TuningSpec::Check() const {
  if (configurations > kMostConfigurations) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{} configurations are more than {}",
                            configurations, kMostConfigurations));
  }
  bool searched = false;
  for (const TunedStrategy& strategy : strategies) {
    searched = searched || !strategy.search.empty();
    if (strategy.spec.label.find('#') != std::string::npos) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("the label '{}' must have no '#', which numbers "
                              "configurations",
                              Quoted(strategy.spec.label)));
    }
  }
  if (!searched) {
    throw Error(ErrorCode::kUsage,
                "nothing is searched: give a strategy ranges of options "
                "(search = { option = \"1..10\" }, or --search "
                "option=1..10)");
  }
  if (tests.empty()) {
    throw Error(ErrorCode::kUsage,
                "there is no problem to test on: options that are judged "
                "where they were chosen look too good; add a [[test]] (or "
                "--test METRICS)");
  }
  for (ProblemSpec test : tests) {
    for (const ProblemSpec& problem : problems) {
      test.name = problem.name;
      if (test_table == table && ProblemJson(test) == ProblemJson(problem)) {
        throw Error(ErrorCode::kUsage,
                    fmt::format("a test is the tuning problem '{}': options "
                                "must be tested elsewhere",
                                Quoted(problem.name)));
      }
    }
  }
  for (const bool test : {false, true}) {
    Experiment stage = Stage(*this, test);
    for (const TunedStrategy& strategy : strategies) {
      stage.strategies.push_back(strategy.spec);
      for (const OptionRange& range : strategy.search) {
        if (!stage.strategies.back().options.try_emplace(range.option).second) {
          throw Error(
              ErrorCode::kUsage,
              fmt::format("option '{}' of '{}' is both set and "
                          "searched",
                          Quoted(range.option), Quoted(strategy.spec.label)));
        }
      }
    }
    stage.Check();
  }
}

DrawnConfigurations DrawConfigurations(
    const TuningSpec& spec, const TunedStrategy& strategy,
    const std::vector<std::shared_ptr<const Problem>>& problems,
    const PluginOptions& plugins) {
  const auto source = OpenStrategy(strategy.spec.name, plugins);
  DrawnConfigurations drawn;
  std::string reason;
  if (!Accepts(*source, strategy.spec.name, strategy.spec.options, problems,
               &reason)) {
    throw Error(ErrorCode::kUsage, reason);
  }
  drawn.options = {strategy.spec.options};
  if (strategy.search.empty()) return drawn;
  std::set<OptionMap> known = {strategy.spec.options};
  for (uint64_t i = 1; i < spec.configurations; ++i) {
    Rng rng = Rng::FromLabel(spec.seed, fmt::format("{}/tune/{}/{}", spec.name,
                                                    strategy.spec.label, i));
    bool found = false;
    for (int attempt = 0; attempt < kTries && !found; ++attempt) {
      OptionMap options = strategy.spec.options;
      for (const OptionRange& range : strategy.search) {
        options[range.option] = range.Draw(rng);
      }
      if (known.contains(options)) continue;
      known.insert(options);
      if (!Accepts(*source, strategy.spec.name, options, problems,
                   &drawn.reason)) {
        ++drawn.refused;
        continue;
      }
      found = true;
      drawn.options.push_back(std::move(options));
    }
    if (!found) {
      drawn.exhausted = true;
      break;
    }
  }
  if (drawn.options.size() == 1 && drawn.refused > 0) {
    throw Error(ErrorCode::kUsage,
                fmt::format("no draw from the search ranges is allowed: {}",
                            drawn.reason));
  }
  return drawn;
}

Tuning RunTuning(const TuningSpec& spec, std::shared_ptr<const Table> table,
                 std::shared_ptr<const Table> test_table, Results& results,
                 const RunOptions& options) {
  spec.Check();
  Tuning out;
  // What a later stage would refuse is refused before anything is run.
  std::vector<std::shared_ptr<const Problem>> problems =
      ProblemsOn(spec.problems, table);
  for (auto& problem : ProblemsOn(spec.tests, test_table)) {
    problems.push_back(std::move(problem));
  }
  Experiment tune = Stage(spec, false);
  for (const TunedStrategy& strategy : spec.strategies) {
    DrawnConfigurations drawn =
        DrawConfigurations(spec, strategy, problems, options.plugins);
    TunedResult result;
    result.strategy = strategy.spec;
    result.refused = drawn.refused;
    result.reason = drawn.reason;
    result.exhausted = drawn.exhausted;
    for (size_t i = 0; i < drawn.options.size(); ++i) {
      TriedConfiguration one;
      one.label = strategy.spec.label;
      if (i > 0) one.label += fmt::format("#{}", i);
      one.options = drawn.options[i];
      result.tried.push_back(one);
      if (drawn.options.size() == 1) continue;  // there is nothing to choose
      tune.strategies.push_back({one.label, strategy.spec.name, one.options});
    }
    out.strategies.push_back(std::move(result));
  }
  if (tune.strategies.empty()) {
    throw Error(ErrorCode::kUsage,
                "one configuration of each strategy leaves nothing to choose; "
                "take more configurations or wider ranges");
  }
  RunStage(tune, table, results, options, &out.summary);
  out.problems = ReportOf(results, tune);

  Experiment test = Stage(spec, true);
  for (TunedResult& result : out.strategies) {
    if (result.Tuned()) {
      Rank(out.problems, spec.repetitions, &result.tried);
      AddBudget(results, tune, &result);
    }
    test.strategies.push_back(result.strategy);
    const TriedConfiguration& chosen = result.tried.front();
    if (chosen.label != result.strategy.label) {
      test.strategies.push_back(
          {chosen.label, result.strategy.name, chosen.options});
    }
  }
  RunStage(test, test_table, results, options, &out.summary);
  out.tests = ReportOf(results, test);
  return out;
}

}  // namespace hwnas
