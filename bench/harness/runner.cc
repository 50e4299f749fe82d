#include "bench/harness/runner.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "bench/harness/early_stopping.h"
#include "bench/harness/hot_start.h"
#include "bench/harness/run_notes.h"
#include "bench/harness/tabular_benchmark.h"
#include "strategies/strategy_source.h"
#include "tabular/error.h"
#include "tabular/parallel.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

ResultsProblem::Named Describe(const Objective& objective,
                               const Column& column) {
  return {objective.metric.Text(), FindQuantity(objective.metric.quantity).unit,
          objective.direction, OriginName(column.origin), column.source};
}

ResultsProblem DescribeProblem(const std::string& experiment,
                               const TabularBenchmark& benchmark) {
  const Problem& problem = benchmark.GetProblem();
  const Table& table = benchmark.GetTable();
  ResultsProblem out;
  out.experiment = experiment;
  out.spec = benchmark.Spec();
  out.json = ProblemJson(out.spec);
  out.space = problem.space->Spec();
  out.table_digest = table.Digest();
  out.table_title = table.Title();
  out.synthetic = table.Synthetic();
  const size_t objectives = problem.objectives.size();
  for (size_t i = 0; i < objectives; ++i) {
    out.objectives.push_back(
        Describe(problem.objectives[i], benchmark.ObservedColumn(i)));
  }
  for (size_t i = 0; i < problem.constraints.size(); ++i) {
    const Constraint& constraint = problem.constraints[i];
    out.constraints.push_back(
        Describe({constraint.metric, constraint.upper ? Direction::kMinimize
                                                      : Direction::kMaximize},
                 benchmark.ObservedColumn(objectives + i)));
    out.bounds.push_back(constraint.bound);
    out.upper.push_back(constraint.upper);
  }
  const auto& scores =
      problem.score.empty() ? problem.objectives : problem.score;
  for (size_t i = 0; i < scores.size(); ++i) {
    out.scores.push_back(Describe(scores[i], benchmark.ScoredColumn(i)));
  }
  out.searched = benchmark.Searched();
  for (size_t i = 0; i < out.spec.surrogates.size(); ++i) {
    const Surrogate& s = *benchmark.Surrogates()[i];
    out.surrogates.push_back({s.metric.Text(), s.predictor, s.encoding,
                              s.fitted_on, s.source_values, s.draws.size(),
                              out.spec.surrogates[i].noise, s.kendall, s.mae,
                              s.query_seconds, s.fit_seconds});
  }
  out.set_up_seconds = benchmark.SetUpSeconds();
  out.optimum = benchmark.Optimum();
  out.true_front = benchmark.TrueFront();
  return out;
}

/// The processor's name; bits of results are equal on one kind of processor.
std::string HostProcessor() {
  std::ifstream in("/proc/cpuinfo");
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("model name")) {
      const size_t at = line.find(": ");
      if (at != std::string::npos) return line.substr(at + 2);
    }
  }
  return "unknown";
}

/// A plug-in that did not say what it is: each of its runs fails.
class Unusable : public StrategySource {
 public:
  explicit Unusable(std::string reason) : reason_(std::move(reason)) {
    info_.version = 0;
  }
  const StrategyInfo& Info() const override { return info_; }
  bool AnyOption() const override { return true; }
  std::unique_ptr<Strategy> Make(const OptionMap&, RunContext) const override {
    throw Error(ErrorCode::kPlugin, reason_);
  }

 private:
  StrategyInfo info_;
  std::string reason_;
};

std::shared_ptr<const StrategySource> OpenSource(const std::string& name,
                                                 const PluginOptions& plugins) {
  try {
    return OpenStrategy(name, plugins);
  } catch (const Error& error) {
    if (error.Code() != ErrorCode::kPlugin) throw;
    return std::make_shared<Unusable>(error.what());
  }
}

/// Strategy × problem: what its repetitions share.
struct Series {
  std::string experiment;
  uint64_t seed = 0;
  std::shared_ptr<const TabularBenchmark> benchmark;
  int64_t problem = 0;
  StrategySpec strategy;
  std::shared_ptr<const StrategySource> source;
};

RunOutcome RunRepetition(const Series& series, uint64_t repetition,
                         const std::function<bool()>& interrupted) {
  const std::string problem_label =
      series.experiment + "/" + series.benchmark->Spec().name;
  const std::string number = std::to_string(repetition);
  double charge = series.benchmark->SetUpSeconds();
  // Also what starts them is the same for all strategies of a repetition.
  Problem problem = series.benchmark->GetProblem();
  std::vector<Architecture> first =
      series.benchmark->HotStart(Rng::SeedFromLabel(
          series.seed, problem_label + "/" + number + "/hot-start"));
  if (!first.empty()) {
    problem.space =
        std::make_shared<HotStartSpace>(problem.space, std::move(first));
  }
  RunContext context;
  context.problem = &problem;
  context.rng = Rng::FromLabel(
      series.seed, problem_label + "/" + series.strategy.label + "/" + number);
  context.charge = [&charge](double seconds) { charge += seconds; };
  // All strategies of a repetition meet the same luck.
  auto evaluator = series.benchmark->MakeEvaluator(Rng::SeedFromLabel(
      series.seed, problem_label + "/" + number + "/replicates"));
  const EarlyStoppingSpec& stopping = series.benchmark->Spec().early_stopping;
  if (stopping.on) {
    evaluator = std::make_unique<EarlyStopping>(stopping, problem,
                                                std::move(evaluator));
  }
  std::unique_ptr<Strategy> strategy;
  try {
    strategy = series.source->Make(series.strategy.options, std::move(context));
  } catch (const std::exception& error) {
    return FailedOutcome(error.what());
  }
  return RunStrategy(problem, series.benchmark->Spec().protocol, *evaluator,
                     *series.benchmark, *strategy, &charge, interrupted);
}

/// The shard (1-based) of a run, by its id alone.
int ShardOf(const std::string& id, int shards) {
  const uint64_t prefix = std::stoull(id.substr(0, 8), nullptr, 16);
  return static_cast<int>(prefix % static_cast<uint64_t>(shards)) + 1;
}

/// All of an experiment, problem by problem. Making each built-in strategy
/// once refuses bad option values before anything is run or written.
std::vector<Series> MakeSeries(const Experiment& experiment,
                               const std::shared_ptr<const Table>& table,
                               const PluginOptions& plugins) {
  std::vector<std::shared_ptr<const StrategySource>> sources;
  for (const StrategySpec& strategy : experiment.strategies) {
    sources.push_back(OpenSource(strategy.name, plugins));
    CheckOptionNames(*sources.back(), strategy.options);
  }
  std::vector<Series> series;
  for (const ProblemSpec& problem : experiment.problems) {
    const auto benchmark = TabularBenchmark::Make(table, problem);
    benchmark->CheckFeasible();
    for (size_t i = 0; i < sources.size(); ++i) {
      const StrategySpec& strategy = experiment.strategies[i];
      series.push_back({experiment.name, experiment.seed, benchmark, 0,
                        strategy, sources[i]});
      if (KindOfStrategy(strategy.name) != StrategyKind::kBuiltIn) continue;
      RunContext context;
      context.problem = &benchmark->GetProblem();
      sources[i]->Make(strategy.options, std::move(context));
    }
  }
  return series;
}

std::vector<std::string> NotesOf(const std::vector<Series>& series) {
  std::vector<std::string> notes;
  for (size_t begin = 0; begin < series.size();) {
    const TabularBenchmark& benchmark = *series[begin].benchmark;
    std::vector<NotedStrategy> strategies;
    for (; begin < series.size() && series[begin].benchmark.get() == &benchmark;
         ++begin) {
      const StrategySpec& spec = series[begin].strategy;
      strategies.push_back(
          {spec, series[begin].source->Info(),
           KindOfStrategy(spec.name) == StrategyKind::kBuiltIn});
    }
    for (std::string& note : RunNotes(benchmark, strategies)) {
      notes.push_back(std::move(note));
    }
  }
  return notes;
}

struct Job {
  size_t series = 0;
  uint64_t repetition = 0;
  std::string id;
  bool again = false;  // it failed before
};

}  // namespace

RunSummary RunExperiment(const Experiment& experiment,
                         std::shared_ptr<const Table> table, Results& results,
                         const RunOptions& options) {
  HWNAS_CHECK(options.threads >= 1);
  experiment.Check();
  std::vector<Series> series = MakeSeries(experiment, table, options.plugins);
  results.SetExperiment({experiment.name, experiment.seed, experiment.ToJson(),
                         table->Path(), Version() + ", " + BuildInfo(),
                         HostProcessor()});
  for (size_t i = 0; i < experiment.strategies.size(); ++i) {
    results.AddStrategy(experiment.strategies[i],
                        series.at(i).source->Info().version);
  }
  std::unordered_map<std::string, RunEnd> before;
  for (const RunRecord& run : results.Runs()) before[run.id] = run.end;

  RunSummary summary;
  summary.notes = NotesOf(series);
  std::vector<Job> jobs;
  for (size_t i = 0; i < series.size(); ++i) {
    Series& s = series[i];
    if (i > 0 && series[i - 1].benchmark == s.benchmark) {
      s.problem = series[i - 1].problem;
    } else {
      s.problem =
          results.AddProblem(DescribeProblem(experiment.name, *s.benchmark));
    }
    const RunIdentity identity(table->Digest(), experiment.name,
                               experiment.seed, s.benchmark->Spec(), s.strategy,
                               s.source->Info().version);
    for (uint64_t r = 0; r < experiment.RepetitionsOf(s.strategy); ++r) {
      Job job{i, r, identity.Id(r), false};
      if (options.shards > 1 &&
          ShardOf(job.id, options.shards) != options.shard) {
        continue;
      }
      ++summary.planned;
      const auto known = before.find(job.id);
      job.again = known != before.end();
      if (job.again && known->second != RunEnd::kFailed) {
        ++summary.skipped;
      } else {
        jobs.push_back(std::move(job));
      }
    }
  }

  std::mutex mutex;
  std::map<size_t, std::string> reasons;  // of failed jobs
  ForEachInParallel(
      jobs.size(), options.threads, options.interrupted, [&](size_t i, int) {
        const Job& job = jobs[i];
        const Series& s = series[job.series];
        const auto begin = std::chrono::steady_clock::now();
        const RunOutcome outcome =
            RunRepetition(s, job.repetition, options.interrupted);
        if (outcome.end == RunEnd::kInterrupted) return;
        const std::chrono::duration<double> wall =
            std::chrono::steady_clock::now() - begin;
        const RunRecord record{job.id,
                               s.problem,
                               s.strategy.label,
                               job.repetition,
                               outcome.end,
                               outcome.reason,
                               outcome.trials.size(),
                               outcome.evaluations,
                               outcome.simulated_seconds,
                               outcome.strategy_seconds,
                               wall.count(),
                               outcome.Digest()};
        results.AddRun(record, outcome, s.benchmark->GetProblem().space.get());
        const std::lock_guard<std::mutex> lock(mutex);
        ++summary.ran;
        if (job.again) ++summary.again;
        summary.trials += record.trials;
        if (record.end == RunEnd::kFailed) reasons[i] = record.reason;
        if (options.progress) {
          options.progress(summary.skipped + summary.ran, summary.planned);
        }
      });
  results.Commit();
  summary.failed = reasons.size();
  for (auto& [i, reason] : reasons) {
    const Series& s = series[jobs[i].series];
    const auto known = std::find_if(
        summary.failures.begin(), summary.failures.end(),
        [&](const auto& f) { return f.strategy == s.strategy.label; });
    if (known != summary.failures.end()) {
      ++known->runs;
    } else {
      summary.failures.push_back({s.strategy.label, 1, s.benchmark->Spec().name,
                                  jobs[i].repetition, std::move(reason)});
    }
  }
  summary.interrupted = options.interrupted && options.interrupted();
  return summary;
}

std::vector<std::string> CheckExperiment(const Experiment& experiment,
                                         std::shared_ptr<const Table> table,
                                         const PluginOptions& plugins) {
  experiment.Check();
  return NotesOf(MakeSeries(experiment, table, plugins));
}

RunEstimate EstimateExperiment(const Experiment& experiment) {
  RunEstimate estimate;
  uint64_t runs = 0;  // on each problem
  for (const StrategySpec& strategy : experiment.strategies) {
    runs += experiment.RepetitionsOf(strategy);
  }
  for (const ProblemSpec& problem : experiment.problems) {
    estimate.runs += runs;
    estimate.evaluations += runs * problem.protocol.evaluations;
  }
  return estimate;
}

namespace {

struct RecordedStrategy {
  StrategySpec spec;
  std::shared_ptr<const StrategySource> source;
};

std::shared_ptr<const StrategySource> OpenRecorded(
    const Results::StrategyRow& row, const RunOptions& options) {
  if (KindOfStrategy(row.spec.name) != StrategyKind::kBuiltIn &&
      !options.recorded_plugins) {
    throw Error(ErrorCode::kUsage,
                "the results name the plug-in '" + Quoted(row.spec.name, 200) +
                    "', which verifying would run; allow it by --run-plugins "
                    "if you trust the file");
  }
  auto source = OpenSource(row.spec.name, options.plugins);
  const int version = source->Info().version;
  if (version != row.version) {
    throw Error(ErrorCode::kDisagree,
                "strategy '" + row.spec.label + "' was run as version " +
                    std::to_string(row.version) + ", now there is version " +
                    std::to_string(version));
  }
  return source;
}

}  // namespace

std::vector<Difference> VerifyResults(const Results& results,
                                      std::shared_ptr<const Table> table,
                                      const RunOptions& options) {
  std::map<std::string, uint64_t> seeds;
  for (const ResultsExperiment& e : results.Experiments()) {
    seeds[e.name] = e.seed;
  }
  std::map<std::string, RecordedStrategy> strategies;
  for (const Results::StrategyRow& row : results.Strategies()) {
    strategies[row.spec.label] = {row.spec, OpenRecorded(row, options)};
  }
  std::map<int64_t, ResultsProblem> problems;
  std::map<int64_t, std::shared_ptr<const TabularBenchmark>> benchmarks;
  for (const ResultsProblem& problem : results.Problems()) {
    if (problem.table_digest != table->Digest()) {
      throw Error(ErrorCode::kDisagree,
                  "problem '" + problem.spec.name +
                      "' was run on a table with digest " +
                      problem.table_digest + ", '" + table->Path() + "' has " +
                      table->Digest());
    }
    benchmarks[problem.id] = TabularBenchmark::Make(table, problem.spec);
    problems[problem.id] = problem;
  }

  const std::vector<RunRecord> runs = results.Runs();
  std::vector<std::string> faults(runs.size());
  ForEachInParallel(
      runs.size(), options.threads, options.interrupted, [&](size_t i, int) {
        const RunRecord& run = runs[i];
        const auto problem = problems.find(run.problem);
        const auto strategy = strategies.find(run.strategy);
        if (problem == problems.end() || strategy == strategies.end()) {
          faults[i] = "names a problem or strategy that the file lacks";
          return;
        }
        const Series series{
            problem->second.experiment, seeds[problem->second.experiment],
            benchmarks.at(run.problem), run.problem,
            strategy->second.spec,      strategy->second.source};
        const RunOutcome outcome =
            RunRepetition(series, run.repetition, options.interrupted);
        if (outcome.end == RunEnd::kInterrupted) return;
        const RunIdentity identity(table->Digest(), series.experiment,
                                   series.seed, series.benchmark->Spec(),
                                   series.strategy,
                                   series.source->Info().version);
        if (identity.Id(run.repetition) != run.id) {
          faults[i] = "has an id that does not fit what it says it is";
        } else if (outcome.Digest() != run.digest) {
          faults[i] = "gives another digest when run again";
        }
      });
  std::vector<Difference> differences;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (!faults[i].empty()) {
      differences.push_back({problems[runs[i].problem].spec.name + "/" +
                                 runs[i].strategy + "/" +
                                 std::to_string(runs[i].repetition),
                             faults[i]});
    }
  }
  // No run's digest covers it, and reports are measured by it.
  for (const auto& [id, problem] : problems) {
    if (!problem.true_front.empty() &&
        problem.true_front != benchmarks.at(id)->TrueFront()) {
      differences.push_back({problem.spec.name, "has another true front"});
    }
  }
  // What was recorded must be what its digest was taken of.
  for (const std::string& fault : results.Check()) {
    differences.push_back({"file", fault});
  }
  return differences;
}

namespace {

void MergeOne(const Results& from, Results& into, MergeSummary* summary) {
  std::map<std::string, ResultsExperiment> known;
  for (ResultsExperiment& e : into.Experiments()) known[e.name] = e;
  for (const ResultsExperiment& e : from.Experiments()) {
    const auto found = known.find(e.name);
    if (found == known.end()) {
      into.SetExperiment(e);
    } else if (found->second.seed != e.seed) {
      throw Error(ErrorCode::kDisagree,
                  "merge: experiment '" + e.name +
                      "' was run with different master seeds");
    }
  }
  for (const Results::StrategyRow& row : from.Strategies()) {
    into.AddStrategy(row.spec, row.version);
  }
  std::map<int64_t, int64_t> problem_ids;
  for (const ResultsProblem& problem : from.Problems()) {
    problem_ids[problem.id] = into.AddProblem(problem);
  }
  std::map<std::string, RunRecord> there;
  for (RunRecord& run : into.Runs()) there[run.id] = std::move(run);
  for (RunRecord run : from.Runs()) {
    const RunOutcome outcome = from.Outcome(run);
    if (outcome.Digest() != run.digest) {
      throw Error(ErrorCode::kCorrupt,
                  "merge: run " + run.id + " does not have its digest");
    }
    const auto found = there.find(run.id);
    const bool is_new = found == there.end();
    const bool mended = !is_new && found->second.end == RunEnd::kFailed &&
                        run.end != RunEnd::kFailed;
    if (is_new || mended) {
      run.problem = problem_ids.at(run.problem);
      into.AddRun(run, outcome, nullptr);
      ++(is_new ? summary->added : summary->replaced);
    } else if (found->second.digest == run.digest ||
               run.end == RunEnd::kFailed) {
      ++summary->duplicates;
    } else {
      throw Error(ErrorCode::kDisagree, "merge: run " + run.strategy + "/" +
                                            std::to_string(run.repetition) +
                                            " (" + run.id.substr(0, 12) +
                                            ") differs between the files");
    }
  }
}

}  // namespace

MergeSummary MergeResults(const std::vector<std::string>& paths,
                          const std::string& out) {
  namespace fs = std::filesystem;
  // All of it goes to a copy, which takes the old one's place at the end.
  const std::string draft = out + ".merge.tmp";
  std::error_code ignored;
  fs::remove(draft, ignored);
  MergeSummary summary;
  try {
    if (fs::exists(out)) {
      Results::OpenOrCreate(out)->Close();
      fs::copy_file(out, draft);
    }
    auto into = Results::OpenOrCreate(draft);
    for (const std::string& path : paths) {
      MergeOne(*Results::Open(path), *into, &summary);
    }
    summary.runs = into->Runs().size();
    into->Close();
    into.reset();
    fs::rename(draft, out);
  } catch (const fs::filesystem_error& error) {
    fs::remove(draft, ignored);
    throw Error(ErrorCode::kIo, out + ": " + error.what());
  } catch (...) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      fs::remove(draft + suffix, ignored);
    }
    throw;
  }
  return summary;
}

}  // namespace hwnas
