#include "bench/report/report_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "bench/analysis/anytime.h"
#include "bench/analysis/friedman.h"
#include "bench/analysis/paired_tests.h"
#include "bench/analysis/targets.h"
#include "bench/report/report_warnings.h"
#include "tabular/analysis/attainment.h"
#include "tabular/analysis/hypervolume.h"
#include "tabular/analysis/indicators.h"
#include "tabular/analysis/pareto.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/search_space.h"
#include "tabular/sha256.h"

namespace hwnas {
namespace {

// What the hypervolume is bounded by, in units of the reference front's span.
constexpr double kReference = 1.1;

// The axes of ReportProblem, in order.
constexpr struct {
  const char* name;
  Spending on;
} kAxes[] = {{"evaluations", Spending::kEvaluations},
             {"simulated_seconds", Spending::kClock},
             {"cost_seconds", Spending::kCost}};

double Cost(double value, Direction direction) {
  return direction == Direction::kMinimize ? value : -value;
}

bool Finished(const RunRecord& run) { return run.end != RunEnd::kFailed; }

// The runs of one strategy in one problem and what they answered.
struct Answers {
  std::vector<const RunRecord*> runs;  // by repetition
  // Dictionary indices, parallel to `runs`; empty for failed runs.
  std::vector<std::vector<uint32_t>> recommended;
};

// Progress of one strategy's finished runs.
struct Progress {
  // Values of runs, [axis][measure][point].
  std::vector<std::vector<std::vector<std::vector<double>>>> values;
  // [measure][run], as costs.
  std::vector<std::vector<std::vector<Improvement>>> improvements;
  std::vector<double> lengths;  // evaluations of each run
  // The strategy answers otherwise than by the best observed.
  bool overrides = false;
};

// Adds a value (a cost) if it is better than all before.
void Improve(double at, double cost, std::vector<Improvement>* list) {
  if (list->empty() || cost < list->back().value) list->push_back({at, cost});
}

class ProblemBuilder {
 public:
  ProblemBuilder(const Results& results, const ResultsProblem& source,
                 const ReportOptions& options)
      : results_(results),
        source_(source),
        options_(options),
        dictionary_(results.Dictionary(source.id)) {}

  ReportProblem Build(const std::vector<RunRecord>& runs,
                      const std::vector<Results::StrategyRow>& strategies) {
    CopyStatement();
    DescribeSpace();
    GroupRuns(runs);
    MakeMeasures();
    for (auto& [label, answers] : answers_) {
      AddStrategy(label, strategies, &answers);
    }
    if (Several()) {
      FindFront();
      ScoreFronts();
    } else {
      ScoreIncumbents();
    }
    ScoreTargets();
    Rank();
    SetMargins();
    Compare();
    CountPredicted();
    problem_.warnings = ProblemWarnings(problem_, dictionary_, options_);
    return std::move(problem_);
  }

 private:
  bool Several() const { return source_.objectives.size() > 1; }

  std::string StreamLabel(const std::string& what) const {
    return fmt::format("report/{}/{}/{}", source_.experiment, source_.spec.name,
                       what);
  }

  void CopyStatement() {
    problem_.experiment = source_.experiment;
    problem_.name = source_.spec.name;
    problem_.table_title = source_.table_title;
    problem_.table_digest = source_.table_digest;
    problem_.synthetic = source_.synthetic;
    problem_.space = source_.space;
    problem_.protocol = source_.spec.protocol;
    problem_.ladder = source_.spec.ladder;
    problem_.features = source_.spec.features;
    problem_.connected_only = source_.spec.connected_only;
    problem_.searched = source_.searched;
    problem_.objectives = source_.objectives;
    problem_.constraints = source_.constraints;
    problem_.bounds = source_.bounds;
    problem_.upper = source_.upper;
    problem_.scores = source_.scores;
    problem_.surrogates = source_.surrogates;
    problem_.set_up_seconds = source_.set_up_seconds;
    problem_.true_front = source_.true_front;
    std::vector<const Architecture*> met;
    met.reserve(dictionary_.size());
    for (const DictionaryEntry& entry : dictionary_) {
      if (entry.status != TrialStatus::kInvalid) {
        met.push_back(&entry.architecture);
      }
    }
    const auto less = [](const Architecture* a, const Architecture* b) {
      return *a < *b;
    };
    const auto equal = [](const Architecture* a, const Architecture* b) {
      return *a == *b;
    };
    std::sort(met.begin(), met.end(), less);
    met.erase(std::unique(met.begin(), met.end(), equal), met.end());
    problem_.architectures_met = met.size();
  }

  // What this build makes of the space's description.
  void DescribeSpace() {
    constexpr size_t kLongest = 80;
    constexpr std::string_view kSubset = "#subset";
    problem_.space_name = source_.space;
    std::string_view spec = source_.space;
    const bool subset = spec.ends_with(kSubset);
    const bool is_long = spec.size() > kLongest;
    // Else it is the whole space, and its text is short.
    if (!subset && !is_long) return;
    if (subset) spec.remove_suffix(kSubset.size());
    std::string id(spec.substr(0, spec.find('{')));
    try {
      const auto space = MakeSpace(spec);
      id = space->Id();
      problem_.space_size = space->Size();
    } catch (const Error&) {
      // A space that this build does not have: nothing more is known of it.
    }
    if (!is_long) return;
    problem_.space_name = fmt::format(
        "{}{} (description of {} characters, digest {:.12}, whole in the JSON)",
        Quoted(id, kLongest), subset ? kSubset : "", source_.space.size(),
        Sha256Hex(source_.space));
  }

  void GroupRuns(const std::vector<RunRecord>& runs) {
    std::set<uint64_t> repetitions;
    uint64_t most = 0;
    double longest = 0;
    for (const RunRecord& run : runs) {
      if (run.problem != source_.id) continue;
      answers_[run.strategy].runs.push_back(&run);
      repetitions.insert(run.repetition);
      if (!Finished(run)) continue;
      most = std::max(most, run.evaluations);
      longest = std::max(longest, run.simulated_seconds);
    }
    problem_.repetitions.assign(repetitions.begin(), repetitions.end());
    MakeAxes(most, longest);
    for (auto& [label, answers] : answers_) {
      std::sort(answers.runs.begin(), answers.runs.end(),
                [](const RunRecord* a, const RunRecord* b) {
                  return std::tie(a->repetition, a->id) <
                         std::tie(b->repetition, b->id);
                });
    }
  }

  void MakeAxes(uint64_t most, double longest) {
    const std::vector<uint64_t> counts = EvaluationGrid(most);
    problem_.axes.push_back({kAxes[0].name, {counts.begin(), counts.end()}});
    problem_.axes.push_back({kAxes[1].name, SecondsGrid(longest)});
    const int workers = problem_.protocol.workers;
    if (workers < 2) return;
    problem_.axes.push_back({kAxes[2].name, SecondsGrid(longest * workers)});
  }

  void MakeMeasures() {
    if (Several()) {
      const auto add = [this](const char* name, Direction direction) {
        problem_.measures.push_back(
            {name, "", direction, std::nullopt, std::nullopt});
      };
      add("hypervolume", Direction::kMaximize);
      add("igd+", Direction::kMinimize);
      add("epsilon", Direction::kMinimize);
      return;
    }
    for (size_t i = 0; i < source_.scores.size(); ++i) {
      const ResultsProblem::Named& score = source_.scores[i];
      ReportMeasure measure{score.metric, score.unit, score.direction, i,
                            std::nullopt};
      if (i < source_.optimum.size() && source_.optimum[i].Ok()) {
        measure.optimum = source_.optimum[i].value;
      }
      problem_.measures.push_back(std::move(measure));
    }
  }

  void AddStrategy(const std::string& label,
                   const std::vector<Results::StrategyRow>& rows,
                   Answers* answers) {
    ReportStrategy strategy;
    strategy.label = label;
    for (const Results::StrategyRow& row : rows) {
      if (row.spec.label != label) continue;
      strategy.id = fmt::format("{}@{}", row.spec.name, row.version);
      strategy.options = nlohmann::json(row.spec.options).dump();
    }
    size_t finished = 0;
    Progress& progress = progress_.emplace_back();
    Prepare(Several() ? 1 : problem_.measures.size(), &progress);
    for (const RunRecord* run : answers->runs) {
      ++strategy.runs;
      ++strategy.ends[RunEndName(run->end)];
      answers->recommended.emplace_back();
      if (!Finished(*run)) {
        strategy.failures.push_back({run->repetition, run->reason});
        continue;
      }
      ++finished;
      RunTrials trials = results_.Trials(*run);
      CountTrials(trials, &strategy);
      progress.overrides |= !trials.checkpoints.empty();
      if (!Several()) TraceIncumbents(trials.trials, &progress);
      strategy.mean_evaluations += static_cast<double>(run->evaluations);
      strategy.mean_simulated_seconds += run->simulated_seconds;
      strategy.mean_strategy_seconds += run->strategy_seconds;
      answers->recommended.back() = std::move(trials.recommended);
    }
    if (finished > 0) {
      const auto n = static_cast<double>(finished);
      strategy.mean_evaluations /= n;
      strategy.mean_simulated_seconds /= n;
      strategy.mean_strategy_seconds /= n;
    }
    if (!Several()) MakeCurves(&progress, &strategy);
    problem_.strategies.push_back(std::move(strategy));
  }

  void CountTrials(const RunTrials& trials, ReportStrategy* strategy) const {
    strategy->trials += trials.trials.size();
    for (const LoggedTrial& trial : trials.trials) {
      if (trial.repeated) ++strategy->repeated;
      switch (dictionary_[trial.entry].status) {
        case TrialStatus::kOk:
          break;
        case TrialStatus::kInvalid:
          ++strategy->invalid;
          break;
        case TrialStatus::kMissing:
          ++strategy->missing;
          break;
        case TrialStatus::kInfeasible:
          ++strategy->infeasible;
          break;
      }
    }
  }

  size_t RepetitionIndex(uint64_t repetition) const {
    return static_cast<size_t>(std::lower_bound(problem_.repetitions.begin(),
                                                problem_.repetitions.end(),
                                                repetition) -
                               problem_.repetitions.begin());
  }

  // --- progress ---

  void Prepare(size_t measures, Progress* progress) const {
    for (const ReportAxis& axis : problem_.axes) {
      progress->values.emplace_back(
          measures, std::vector<std::vector<double>>(axis.grid.size()));
    }
    progress->improvements.resize(measures);
  }

  void TraceIncumbents(const std::vector<LoggedTrial>& trials,
                       Progress* progress) {
    const std::vector<uint32_t> incumbents =
        Incumbents(trials, dictionary_, source_.objectives[0].direction);
    const size_t measures = problem_.measures.size();
    for (size_t a = 0; a < problem_.axes.size(); ++a) {
      const std::vector<double> spent = Spent(trials, kAxes[a].on);
      if (a == 0) NoteImprovements(incumbents, spent, progress);
      WalkSpent(spent, problem_.axes[a].grid, [&](size_t point, size_t index) {
        if (index == 0 || incumbents[index - 1] == kNoIncumbent) return;
        const DictionaryEntry& entry = dictionary_[incumbents[index - 1]];
        for (size_t m = 0; m < measures; ++m) {
          const std::optional<double> value = ScoreOf(&entry, m);
          if (value) progress->values[a][m][point].push_back(*value);
        }
      });
    }
  }

  void NoteImprovements(const std::vector<uint32_t>& incumbents,
                        const std::vector<double>& evaluations,
                        Progress* progress) const {
    progress->lengths.push_back(evaluations.empty() ? 0 : evaluations.back());
    for (size_t m = 0; m < problem_.measures.size(); ++m) {
      auto& list = progress->improvements[m].emplace_back();
      uint32_t known = kNoIncumbent;
      for (size_t i = 0; i < incumbents.size(); ++i) {
        if (incumbents[i] == known) continue;
        known = incumbents[i];
        const std::optional<double> value = ScoreOf(&dictionary_[known], m);
        // What was free before the first evaluation counts with it.
        if (value) {
          Improve(std::max(evaluations[i], 1.0),
                  Cost(*value, problem_.measures[m].direction), &list);
        }
      }
    }
  }

  // Of what a run would have answered by then: it is chosen by what was
  // observed and judged by the scores, so the curve may fall.
  void TraceHypervolume(const std::vector<LoggedTrial>& trials,
                        const std::vector<double>& reference,
                        Progress* progress) {
    std::vector<Direction> directions;
    for (const auto& objective : source_.objectives) {
      directions.push_back(objective.direction);
    }
    auto& list = progress->improvements[0].emplace_back();
    for (size_t a = 0; a < problem_.axes.size(); ++a) {
      const std::vector<double> spent = Spent(trials, kAxes[a].on);
      if (a == 0) progress->lengths.push_back(spent.empty() ? 0 : spent.back());
      ObservedFront front(dictionary_, directions);
      std::vector<uint32_t> known;
      size_t next = 0;
      double volume = 0;
      const std::vector<double>& grid = problem_.axes[a].grid;
      WalkSpent(spent, grid, [&](size_t point, size_t index) {
        for (; next < index; ++next) {
          if (!trials[next].repeated) front.Add(trials[next].entry);
        }
        if (front.Entries() != known) {
          known = front.Entries();
          volume = VolumeOf(known, reference);
        }
        progress->values[a][0][point].push_back(volume);
        if (a == 0) Improve(grid[point], -volume, &list);
      });
    }
  }

  // Of an answer: what is not scored adds nothing.
  double VolumeOf(const std::vector<uint32_t>& entries,
                  const std::vector<double>& reference) const {
    std::vector<double> costs;
    std::vector<double> points;
    for (const uint32_t i : entries) AddScaled(dictionary_[i], &costs, &points);
    return points.empty() ? 0 : Hypervolume(points, reference);
  }

  static ReportCurve MakeCurve(std::vector<std::vector<double>>* points) {
    ReportCurve curve;
    for (std::vector<double>& values : *points) {
      curve.runs.push_back(values.size());
      const double mean = values.empty() ? 0 : Mean(values);
      std::sort(values.begin(), values.end());
      const auto quantile = [&values](double p) {
        return values.empty() ? 0 : SortedQuantile(values, p);
      };
      curve.mean.push_back(mean);
      curve.quartile1.push_back(quantile(0.25));
      curve.median.push_back(quantile(0.5));
      curve.quartile3.push_back(quantile(0.75));
    }
    return curve;
  }

  static void MakeCurves(Progress* progress, ReportStrategy* strategy) {
    if (!progress->overrides) {
      for (auto& axis : progress->values) {
        auto& curves = strategy->curves.emplace_back();
        for (auto& points : axis) curves.push_back(MakeCurve(&points));
      }
    }
    progress->values.clear();
  }

  // --- targets ---

  // The best of a measure, as a cost; none where no run has a value.
  std::optional<double> BestCost(size_t m) const {
    const ReportMeasure& measure = problem_.measures[m];
    std::optional<double> best;
    if (measure.optimum) best = Cost(*measure.optimum, measure.direction);
    if (Several() && front_volume_ > 0) best = -front_volume_;
    for (const Progress& progress : progress_) {
      for (const auto& run : progress.improvements[m]) {
        if (!run.empty() && (!best || run.back().value < *best)) {
          best = run.back().value;
        }
      }
    }
    return best;
  }

  void ScoreTargets() {
    const size_t measures = Several() ? 1 : problem_.measures.size();
    for (size_t m = 0; m < measures; ++m) {
      std::vector<double> first;
      for (const Progress& progress : progress_) {
        for (const auto& run : progress.improvements[m]) {
          if (!run.empty()) first.push_back(run.front().value);
        }
      }
      std::vector<double> targets;
      if (!first.empty()) targets = TargetLadder(Median(first), *BestCost(m));
      for (size_t s = 0; s < problem_.strategies.size(); ++s) {
        if (progress_[s].overrides) continue;
        problem_.strategies[s].hits.push_back(
            CountHits(progress_[s], m, targets));
      }
      const double sign =
          problem_.measures[m].direction == Direction::kMinimize ? 1 : -1;
      for (double& target : targets) target *= sign;
      problem_.targets.push_back(std::move(targets));
    }
    progress_.clear();
  }

  ReportHits CountHits(const Progress& progress, size_t m,
                       const std::vector<double>& targets) const {
    ReportHits hits;
    const auto& runs = progress.improvements[m];
    const std::vector<double>& grid = problem_.axes[0].grid;
    std::vector<std::vector<std::optional<double>>> by_target(
        targets.size(), std::vector<std::optional<double>>(runs.size()));
    std::vector<size_t> reached(grid.size() + 1);
    for (size_t r = 0; r < runs.size(); ++r) {
      const auto when = HittingTimes(runs[r], targets);
      for (size_t t = 0; t < targets.size(); ++t) {
        by_target[t][r] = when[t];
        if (!when[t]) continue;
        ++reached[static_cast<size_t>(
            std::lower_bound(grid.begin(), grid.end(), *when[t]) -
            grid.begin())];
      }
    }
    for (const auto& of : by_target) {
      hits.reached.push_back(static_cast<size_t>(
          std::count_if(of.begin(), of.end(),
                        [](const auto& at) { return at.has_value(); })));
      hits.expected.push_back(ExpectedRunningTime(of, progress.lengths));
    }
    size_t sum = 0;
    for (size_t i = 0; i < grid.size(); ++i) {
      sum += reached[i];
      const size_t all = runs.size() * targets.size();
      hits.ecdf.push_back(
          all == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(all));
    }
    return hits;
  }

  // --- one objective ---

  void ScoreIncumbents() {
    size_t s = 0;
    for (const auto& [label, answers] : answers_) {
      ReportStrategy& strategy = problem_.strategies[s++];
      strategy.scores.resize(problem_.measures.size());
      for (ReportScore& score : strategy.scores) {
        score.values.resize(problem_.repetitions.size());
      }
      const DictionaryEntry* best = nullptr;
      for (size_t r = 0; r < answers.runs.size(); ++r) {
        if (!Finished(*answers.runs[r])) continue;
        ScoreAnswer(answers.recommended[r], answers.runs[r]->repetition,
                    &strategy, &best);
      }
      if (best != nullptr) strategy.best_architecture = best->text;
      for (size_t m = 0; m < strategy.scores.size(); ++m) {
        SummariseScore(m, label, &strategy.scores[m]);
      }
    }
  }

  void ScoreAnswer(const std::vector<uint32_t>& recommended,
                   uint64_t repetition, ReportStrategy* strategy,
                   const DictionaryEntry** best) const {
    const DictionaryEntry* answer =
        recommended.empty() ? nullptr : &dictionary_[recommended.front()];
    if (answer != nullptr && Breaks(*answer)) {
      ++strategy->infeasible_answers;
      answer = nullptr;
    }
    for (size_t m = 0; m < problem_.measures.size(); ++m) {
      const std::optional<double> value = ScoreOf(answer, m);
      ReportScore& score = strategy->scores[m];
      if (!value) {
        ++score.unscored;
        continue;
      }
      score.values[RepetitionIndex(repetition)] = value;
      if (m == 0 && Improves(*value, *best)) *best = answer;
    }
  }

  std::optional<double> ScoreOf(const DictionaryEntry* entry,
                                size_t measure) const {
    const size_t score = *problem_.measures[measure].score;
    if (entry == nullptr || entry->marks.broken ||
        score >= entry->scores.size() || !entry->scores[score].Ok()) {
      return std::nullopt;
    }
    return entry->scores[score].value;
  }

  bool Improves(double value, const DictionaryEntry* best) const {
    if (best == nullptr) return true;
    const Direction direction = problem_.measures[0].direction;
    return Cost(value, direction) < Cost(*ScoreOf(best, 0), direction);
  }

  // --- several objectives ---

  // The scores of an answer as costs, if all are there and it is feasible.
  bool CostsOf(const DictionaryEntry& entry, std::vector<double>* costs) const {
    if (Breaks(entry) || entry.scores.size() != source_.scores.size()) {
      return false;
    }
    costs->clear();
    for (size_t i = 0; i < entry.scores.size(); ++i) {
      if (!entry.scores[i].Ok()) return false;
      costs->push_back(
          Cost(entry.scores[i].value, source_.scores[i].direction));
    }
    return true;
  }

  // All answers of all runs, then what no other dominates; copies of one
  // network under other numbers of the dictionary are one point.
  void FindFront() {
    struct Seen {
      const DictionaryEntry* entry = nullptr;
      std::set<size_t> strategies;
    };
    std::map<Architecture, Seen> seen;
    size_t s = 0;
    std::vector<double> costs;
    for (const auto& [label, answers] : answers_) {
      for (const auto& recommended : answers.recommended) {
        for (const uint32_t i : recommended) {
          const DictionaryEntry& entry = dictionary_[i];
          if (!CostsOf(entry, &costs)) continue;
          Seen& at = seen[entry.architecture];
          at.entry = &entry;
          at.strategies.insert(s);
        }
      }
      ++s;
    }
    std::vector<double> points;
    std::vector<const Seen*> order;
    for (const auto& [architecture, at] : seen) {
      CostsOf(*at.entry, &costs);
      points.insert(points.end(), costs.begin(), costs.end());
      order.push_back(&at);
    }
    const size_t dims = source_.scores.size();
    std::vector<std::vector<double>> combined;
    for (const uint32_t i : NonDominated(points, dims)) {
      const auto begin = points.begin() + static_cast<ptrdiff_t>(i * dims);
      combined.emplace_back(begin, begin + static_cast<ptrdiff_t>(dims));
      ReportFrontPoint point;
      point.architecture = order[i]->entry->text;
      for (const Value& value : order[i]->entry->scores) {
        point.scores.push_back(value.value);
      }
      point.strategies.assign(order[i]->strategies.begin(),
                              order[i]->strategies.end());
      problem_.front.push_back(std::move(point));
    }
    SortFront();
    if (problem_.true_front.empty()) {
      SetReference(std::move(combined));
    } else {
      SetReference(TrueCosts());
      problem_.measures[0].optimum = front_volume_;
    }
  }

  std::vector<std::vector<double>> TrueCosts() const {
    std::vector<std::vector<double>> front = problem_.true_front;
    for (std::vector<double>& point : front) {
      for (size_t d = 0; d < point.size(); ++d) {
        point[d] = Cost(point[d], source_.scores[d].direction);
      }
    }
    return front;
  }

  // What answers are scaled by and compared with: a front as costs.
  void SetReference(std::vector<std::vector<double>> front) {
    const size_t dims = source_.scores.size();
    low_.assign(dims, 0);
    span_.assign(dims, 1);
    if (front.empty()) return;
    std::sort(front.begin(), front.end());
    front.erase(std::unique(front.begin(), front.end()), front.end());
    for (size_t d = 0; d < dims; ++d) {
      double low = front[0][d];
      double high = low;
      for (const std::vector<double>& point : front) {
        low = std::min(low, point[d]);
        high = std::max(high, point[d]);
      }
      low_[d] = low;
      // A front that is one value in an objective has no span to divide by.
      if (high > low) span_[d] = high - low;
    }
    for (const std::vector<double>& point : front) {
      AddScaled(point, &scaled_front_);
    }
    front_volume_ =
        Hypervolume(scaled_front_, std::vector<double>(dims, kReference));
  }

  // Architectures of equal scores are one point.
  void SortFront() {
    std::sort(problem_.front.begin(), problem_.front.end(),
              [](const ReportFrontPoint& a, const ReportFrontPoint& b) {
                return std::tie(a.scores, a.architecture) <
                       std::tie(b.scores, b.architecture);
              });
    std::vector<ReportFrontPoint> points;
    for (ReportFrontPoint& next : problem_.front) {
      if (points.empty() || points.back().scores != next.scores) {
        points.push_back(std::move(next));
        continue;
      }
      ReportFrontPoint& point = points.back();
      ++point.architectures;
      std::vector<size_t> all;
      std::ranges::set_union(point.strategies, next.strategies,
                             std::back_inserter(all));
      point.strategies = std::move(all);
    }
    problem_.front = std::move(points);
  }

  // An entry's scores in units of the reference front; nothing if it has none.
  void AddScaled(const DictionaryEntry& entry, std::vector<double>* costs,
                 std::vector<double>* points) const {
    if (CostsOf(entry, costs)) AddScaled(*costs, points);
  }

  void AddScaled(const std::vector<double>& costs,
                 std::vector<double>* points) const {
    for (size_t d = 0; d < costs.size(); ++d) {
      points->push_back((costs[d] - low_[d]) / span_[d]);
    }
  }

  void ScoreFronts() {
    const std::vector<double> reference(source_.scores.size(), kReference);
    size_t s = 0;
    for (const auto& [label, answers] : answers_) {
      ReportStrategy& strategy = problem_.strategies[s];
      Progress& progress = progress_[s++];
      strategy.scores.resize(problem_.measures.size());
      for (ReportScore& score : strategy.scores) {
        score.values.resize(problem_.repetitions.size());
      }
      std::vector<std::vector<double>> fronts;
      for (size_t r = 0; r < answers.runs.size(); ++r) {
        if (!Finished(*answers.runs[r])) continue;
        fronts.push_back(ScaledAnswers(answers.recommended[r], &strategy));
        ScoreFront(fronts.back(), reference,
                   RepetitionIndex(answers.runs[r]->repetition), &strategy);
        TraceHypervolume(results_.Trials(*answers.runs[r]).trials, reference,
                         &progress);
      }
      MakeCurves(&progress, &strategy);
      for (size_t m = 0; m < strategy.scores.size(); ++m) {
        SummariseScore(m, label, &strategy.scores[m]);
      }
      FindAttainment(fronts, &strategy);
    }
  }

  std::vector<double> ScaledAnswers(const std::vector<uint32_t>& recommended,
                                    ReportStrategy* strategy) const {
    std::vector<double> costs;
    std::vector<double> points;
    bool broken = false;
    strategy->answers += recommended.size();
    for (const uint32_t i : recommended) {
      const bool breaks = Breaks(dictionary_[i]);
      broken |= breaks;
      if (CostsOf(dictionary_[i], &costs)) {
        AddScaled(costs, &points);
      } else if (!breaks) {
        ++strategy->unscored_answers;
      }
    }
    if (broken) ++strategy->infeasible_answers;
    return points;
  }

  // A run without an answer dominates nothing, and is at no distance.
  void ScoreFront(const std::vector<double>& points,
                  const std::vector<double>& reference, size_t repetition,
                  ReportStrategy* strategy) const {
    const size_t dims = reference.size();
    std::vector<ReportScore>& scores = strategy->scores;
    scores[0].values[repetition] =
        points.empty() ? 0 : Hypervolume(points, reference);
    if (points.empty()) {
      ++scores[1].unscored;
      ++scores[2].unscored;
      return;
    }
    scores[1].values[repetition] = IgdPlus(points, scaled_front_, dims);
    scores[2].values[repetition] = AdditiveEpsilon(points, scaled_front_, dims);
  }

  void FindAttainment(const std::vector<std::vector<double>>& fronts,
                      ReportStrategy* strategy) const {
    if (source_.scores.size() != 2 || fronts.empty()) return;
    const auto natural = [this](double scaled, size_t d) {
      return Cost(scaled * span_[d] + low_[d], source_.scores[d].direction);
    };
    for (const double share : {0.25, 0.5, 0.75}) {
      const auto level = static_cast<size_t>(
          std::ceil(share * static_cast<double>(fronts.size())));
      ReportAttainment attainment;
      attainment.share = share;
      const std::vector<double> corners = AttainmentSurface(fronts, level);
      for (size_t i = 0; i < corners.size(); i += 2) {
        attainment.first.push_back(natural(corners[i], 0));
        attainment.second.push_back(natural(corners[i + 1], 1));
      }
      strategy->attainment.push_back(std::move(attainment));
    }
  }

  // --- both ---

  // An architecture that violates a constraint, as observed or as judged.
  static bool Breaks(const DictionaryEntry& entry) {
    return entry.status == TrialStatus::kInfeasible || entry.marks.broken;
  }

  void CountPredicted() {
    std::vector<ReportPredicted> observed;
    std::vector<ReportPredicted> judged;
    for (const auto* list : {&source_.objectives, &source_.constraints}) {
      for (const auto& named : *list) observed.push_back({named.metric});
    }
    for (const auto& named : source_.scores) {
      judged.push_back({named.metric, true});
    }
    for (const DictionaryEntry& entry : dictionary_) {
      for (size_t i = 0; i < std::min(observed.size(), entry.values.size());
           ++i) {
        ++observed[i].values;
        observed[i].predicted += entry.marks.predicted_values >> i & 1;
      }
    }
    std::set<uint32_t> answers;
    for (const auto& [label, given] : answers_) {
      for (const auto& recommended : given.recommended) {
        answers.insert(recommended.begin(), recommended.end());
      }
    }
    for (const uint32_t answer : answers) {
      const DictionaryEntry& entry = dictionary_[answer];
      for (size_t i = 0; i < std::min(judged.size(), entry.scores.size());
           ++i) {
        if (!entry.scores[i].Ok()) continue;
        ++judged[i].values;
        judged[i].predicted += entry.marks.predicted_scores >> i & 1;
      }
    }
    for (auto* list : {&observed, &judged}) {
      for (ReportPredicted& p : *list) {
        if (p.predicted > 0) problem_.predicted.push_back(std::move(p));
      }
    }
  }

  void SummariseScore(size_t m, const std::string& label, ReportScore* score) {
    const ReportMeasure& measure = problem_.measures[m];
    std::vector<double> values;
    for (const std::optional<double>& value : score->values) {
      if (value) values.push_back(*value);
    }
    const std::string stream =
        StreamLabel(fmt::format("{}/{}", measure.name, label));
    score->value = Summarise(values, options_.bootstrap, stream);
    if (!measure.optimum || values.empty()) return;
    score->regret = Regret(score->value, *measure.optimum, measure.direction);
  }

  // The summary of distances to the optimum: that of the values, moved and,
  // where more is better, turned round.
  static SampleSummary Regret(SampleSummary value, double optimum,
                              Direction direction) {
    const double sign = direction == Direction::kMinimize ? 1 : -1;
    for (double* x : {&value.mean, &value.low, &value.high, &value.minimum,
                      &value.median, &value.maximum}) {
      *x = sign * (*x - optimum);
    }
    if (sign < 0) {
      std::swap(value.low, value.high);
      std::swap(value.minimum, value.maximum);
    }
    return value;
  }

  void Rank() {
    if (!problem_.measures.empty()) problem_.ranking = RankBy(problem_, 0);
  }

  void SetMargins() {
    for (size_t m = 0; m < problem_.measures.size(); ++m) {
      ReportMeasure& measure = problem_.measures[m];
      if (options_.margin) {
        measure.margin = *options_.margin;
      } else if (measure.unit == "%") {
        measure.margin = 0.1;
      } else if (!measure.score) {
        measure.margin = 0.01;
      } else if (measure.optimum) {
        measure.margin = 0.01 * std::abs(*measure.optimum);
      } else {
        measure.margin = 0.01 * std::abs(BestMean(m));
      }
    }
  }

  // 0 where no strategy has a value.
  double BestMean(size_t m) const {
    std::optional<double> best;
    const Direction direction = problem_.measures[m].direction;
    for (const ReportStrategy& strategy : problem_.strategies) {
      const SampleSummary& value = strategy.scores[m].value;
      if (value.count == 0) continue;
      if (!best || Cost(value.mean, direction) < Cost(*best, direction)) {
        best = value.mean;
      }
    }
    return best.value_or(0);
  }

  void Compare() {
    const size_t n = problem_.strategies.size();
    for (size_t m = 0; m < problem_.measures.size(); ++m) {
      const size_t first = problem_.differences.size();
      for (size_t a = 0; a < n; ++a) {
        for (size_t b = a + 1; b < n; ++b) ComparePair(m, a, b);
      }
      AdjustPValues(first);
    }
  }

  // Of one measure's differences, once all pairs are there.
  void AdjustPValues(size_t first) {
    std::vector<double> p_values;
    for (size_t i = first; i < problem_.differences.size(); ++i) {
      p_values.push_back(problem_.differences[i].holm_p);
    }
    p_values = HolmAdjust(p_values);
    for (size_t i = 0; i < p_values.size(); ++i) {
      ReportDifference& d = problem_.differences[first + i];
      d.holm_p = p_values[i];
      if (d.pairs < 2 || d.holm_p >= kClearP || (d.low <= 0 && d.high >= 0)) {
        continue;
      }
      const Direction direction = problem_.measures[d.measure].direction;
      d.better = Cost(d.mean, direction) < 0 ? d.a : d.b;
    }
  }

  void ComparePair(size_t m, size_t a, size_t b) {
    const ReportMeasure& measure = problem_.measures[m];
    const ReportStrategy& first = problem_.strategies[a];
    const ReportStrategy& second = problem_.strategies[b];
    ReportDifference difference;
    difference.measure = m;
    difference.a = a;
    difference.b = b;
    std::vector<double> differences;
    for (size_t r = 0; r < problem_.repetitions.size(); ++r) {
      const std::optional<double>& x = first.scores[m].values[r];
      const std::optional<double>& y = second.scores[m].values[r];
      if (!x || !y) continue;
      differences.push_back(*x - *y);
      const double cost = Cost(*x - *y, measure.direction);
      ++(cost < 0   ? difference.a_wins
         : cost > 0 ? difference.b_wins
                    : difference.ties);
    }
    difference.pairs = differences.size();
    if (differences.empty()) return;
    const SampleSummary summary =
        Summarise(differences, options_.bootstrap,
                  StreamLabel(fmt::format("{}/{}/{}", measure.name, first.label,
                                          second.label)));
    difference.mean = summary.mean;
    difference.low = summary.low;
    difference.high = summary.high;
    const WilcoxonResult test = WilcoxonSignedRank(differences);
    difference.holm_p = test.p;  // adjusted when all pairs are there
    difference.effect = test.effect;
    if (measure.margin > 0) {
      difference.equivalence_p = EquivalenceP(differences, measure.margin);
    }
    problem_.differences.push_back(difference);
  }

  const Results& results_;
  const ResultsProblem& source_;
  const ReportOptions& options_;
  const std::vector<DictionaryEntry>& dictionary_;
  std::map<std::string, Answers> answers_;  // by label
  ReportProblem problem_;
  std::vector<Progress> progress_;  // by strategy, until it is scored
  std::vector<double> low_;         // of the reference front, as costs
  std::vector<double> span_;
  std::vector<double> scaled_front_;
  double front_volume_ = 0;
};

// Ranks of strategies over problems, where all that counts is there.
std::optional<ReportAcross> CompareAcross(
    const std::vector<ReportProblem>& problems) {
  std::map<std::string, std::vector<double>> costs;
  for (const ReportProblem& problem : problems) {
    for (const size_t s : problem.ranking) {
      const ReportStrategy& strategy = problem.strategies[s];
      costs[strategy.label].push_back(
          Cost(strategy.scores[0].value.mean, problem.measures[0].direction));
    }
  }
  std::vector<std::string> labels;
  for (const auto& [label, of] : costs) {
    if (of.size() == problems.size()) labels.push_back(label);
  }
  if (labels.empty()) return std::nullopt;
  std::vector<double> values;
  for (size_t p = 0; p < problems.size(); ++p) {
    for (const std::string& label : labels) values.push_back(costs[label][p]);
  }
  const auto friedman = Friedman(values, labels.size());
  if (!friedman) return std::nullopt;
  ReportAcross across;
  across.problems = problems.size();
  across.statistic = friedman->statistic;
  across.p = friedman->p;
  across.critical_difference =
      NemenyiCriticalDifference(labels.size(), problems.size());
  std::vector<std::pair<double, std::string>> order;
  for (size_t i = 0; i < labels.size(); ++i) {
    order.emplace_back(friedman->mean_ranks[i], labels[i]);
  }
  std::sort(order.begin(), order.end());
  for (auto& [rank, label] : order) {
    across.labels.push_back(std::move(label));
    across.mean_ranks.push_back(rank);
  }
  return across;
}

std::optional<ReportWins> CountWins(
    const std::vector<ReportProblem>& problems) {
  if (problems.size() < 2) return std::nullopt;
  std::map<std::string, size_t> index;
  for (const ReportProblem& problem : problems) {
    for (const ReportStrategy& s : problem.strategies)
      index.emplace(s.label, 0);
  }
  ReportWins wins;
  for (auto& [label, at] : index) {
    at = wins.labels.size();
    wins.labels.push_back(label);
  }
  const size_t n = wins.labels.size();
  wins.wins.assign(n, std::vector<size_t>(n));
  wins.compared = wins.wins;
  for (const ReportProblem& problem : problems) {
    for (const ReportDifference& d : problem.differences) {
      if (d.measure != 0) continue;
      const size_t a = index[problem.strategies[d.a].label];
      const size_t b = index[problem.strategies[d.b].label];
      ++wins.compared[a][b];
      ++wins.compared[b][a];
      if (d.better) ++(*d.better == d.a ? wins.wins[a][b] : wins.wins[b][a]);
    }
  }
  return wins;
}

void CheckDigests(const std::vector<ResultsProblem>& problems) {
  std::map<std::string, const ResultsProblem*> first;
  for (const ResultsProblem& problem : problems) {
    const auto [at, inserted] = first.try_emplace(problem.experiment, &problem);
    if (inserted || at->second->table_digest == problem.table_digest) continue;
    throw Error(
        ErrorCode::kDisagree,
        fmt::format("experiment '{}': problems '{}' and '{}' were run on "
                    "different tables (digests {:.12} and {:.12}); run them "
                    "on one table, or as two experiments",
                    Quoted(problem.experiment), Quoted(at->second->spec.name),
                    Quoted(problem.spec.name), at->second->table_digest,
                    problem.table_digest));
  }
}

}  // namespace

std::vector<size_t> RankBy(const ReportProblem& problem, size_t measure) {
  std::vector<size_t> ranking;
  for (size_t s = 0; s < problem.strategies.size(); ++s) {
    if (problem.strategies[s].scores[measure].value.count > 0) {
      ranking.push_back(s);
    }
  }
  const auto cost = [&](size_t s) {
    return Cost(problem.strategies[s].scores[measure].value.mean,
                problem.measures[measure].direction);
  };
  std::stable_sort(ranking.begin(), ranking.end(),
                   [&](size_t a, size_t b) { return cost(a) < cost(b); });
  return ranking;
}

std::optional<double> LeastHolmP(const ReportProblem& problem) {
  std::optional<double> least;
  for (size_t m = 0; m < problem.measures.size(); ++m) {
    double compared = 0;
    size_t pairs = 0;
    for (const ReportDifference& d : problem.differences) {
      if (d.measure != m) continue;
      ++compared;
      pairs = std::max(pairs, d.pairs);
    }
    if (compared == 0) continue;
    const double p =
        std::min(1.0, compared * std::pow(2.0, 1 - static_cast<double>(pairs)));
    least = std::min(least.value_or(1), p);
  }
  return least;
}

Relevance RelevanceOf(const ReportDifference& difference, double margin) {
  if (margin <= 0 || difference.pairs < 2) return Relevance::kUnclear;
  if (difference.better &&
      (difference.low >= margin || difference.high <= -margin)) {
    return Relevance::kMatters;
  }
  if (difference.equivalence_p && *difference.equivalence_p < 0.05) {
    return Relevance::kEquivalent;
  }
  return Relevance::kUnclear;
}

SampleSummary Summarise(const std::vector<double>& values,
                        const BootstrapOptions& options,
                        const std::string& label) {
  SampleSummary summary;
  if (values.empty()) return summary;
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  summary.count = values.size();
  summary.mean = Mean(values);
  summary.sd = StandardDeviation(values);
  summary.minimum = sorted.front();
  summary.median = SortedQuantile(sorted, 0.5);
  summary.maximum = sorted.back();
  if (sorted.front() == sorted.back()) {
    summary.mean = summary.low = summary.high = sorted.front();
    if (summary.sd) summary.sd = 0;
    return summary;
  }
  Rng rng = Rng::FromLabel(0, label);
  const Interval interval = BootstrapMean(values, rng, options);
  summary.low = interval.low;
  summary.high = interval.high;
  return summary;
}

ReportModel MakeReport(const Results& results, const ReportOptions& options) {
  std::vector<ResultsProblem> problems = results.Problems();
  const std::vector<RunRecord> runs = results.Runs();
  if (runs.empty()) {
    throw Error(ErrorCode::kUsage,
                "these results hold no finished run; run the experiment first");
  }
  CheckDigests(problems);
  std::sort(problems.begin(), problems.end(),
            [](const ResultsProblem& a, const ResultsProblem& b) {
              return std::tie(a.experiment, a.spec.name, a.json) <
                     std::tie(b.experiment, b.spec.name, b.json);
            });
  ReportModel model;
  model.digest = results.Digest();
  for (const ResultsExperiment& experiment : results.Experiments()) {
    model.experiments.push_back({experiment.name, experiment.seed});
  }
  std::sort(model.experiments.begin(), model.experiments.end(),
            [](const ReportExperiment& a, const ReportExperiment& b) {
              return std::tie(a.name, a.seed) < std::tie(b.name, b.seed);
            });
  const std::vector<Results::StrategyRow> strategies = results.Strategies();
  for (const ResultsProblem& problem : problems) {
    model.synthetic |= problem.synthetic;
    model.problems.push_back(
        ProblemBuilder(results, problem, options).Build(runs, strategies));
    results.ReleaseDictionary(problem.id);
  }
  model.across = CompareAcross(model.problems);
  model.wins = CountWins(model.problems);
  model.warnings = ModelWarnings(model);
  return model;
}

}  // namespace hwnas
