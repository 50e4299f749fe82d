#include "bench/harness/tabular_benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "tabular/analysis/pareto.h"
#include "tabular/error.h"
#include "tabular/filled.h"
#include "tabular/number.h"
#include "tabular/rng.h"
#include "tabular/spaces/filtered.h"
#include "tabular/spaces/product.h"
#include "tabular/spaces/subset.h"

namespace hwnas {
namespace {

constexpr uint64_t kMostTrials = 1'000'000;
/// Combinations of factor choices a problem may have.
constexpr size_t kMostCombinations = 10'000;
/// Architectures that a filter or the true front reads, factors included.
constexpr size_t kMostRead = 2'000'000;
/// Points of a true front that is kept; of many scores, whose hypervolume takes
/// long, it is fewer.
constexpr size_t kMostFrontPoints = 10'000;
constexpr size_t kFewScores = 4;
constexpr size_t kMostFrontPointsOfMany = 2'000;

/// Noise around predictions is drawn from so many lucks an architecture.
constexpr uint32_t kNoises = 4096;

/// A metric for every combination of factor choices (one without factors).
class Slot {
 public:
  void Add(const FilledColumn& column) {
    columns_.push_back(column.column);
    const bool predicted = column.column->Info().origin == Origin::kPredicted;
    filled_.push_back(predicted ? std::vector<uint8_t>(column.column->Rows(), 1)
                                : column.filled);
  }
  /// Whether what stands in the row was not measured.
  bool Predicted(size_t combination, size_t row) const {
    if (surrogate_ != nullptr) return true;
    const std::vector<uint8_t>& filled = filled_[combination];
    return !filled.empty() && filled[row] != 0;
  }
  const Surrogate* Answers() const { return surrogate_.get(); }
  void AnswerBy(std::shared_ptr<const Surrogate> surrogate, bool noise) {
    surrogate_ = std::move(surrogate);
    noise_ = noise;
    info_ = columns_[0]->Info();
    info_.origin = Origin::kPredicted;
    info_.source = surrogate_->predictor;
    info_.predictor = surrogate_->predictor;
  }
  bool Noise() const { return noise_; }
  const Column& Info() const {
    return surrogate_ != nullptr ? info_ : columns_[0]->Info();
  }
  bool AnyPredicted() const {
    return std::any_of(filled_.begin(), filled_.end(), [](const auto& f) {
      return std::find(f.begin(), f.end(), 1) != f.end();
    });
  }
  const DenseColumn& At(size_t combination) const {
    return *columns_[combination];
  }
  bool HasReplicates() const {
    return std::any_of(columns_.begin(), columns_.end(),
                       [](const auto& c) { return c->Replicates() > 1; });
  }

 private:
  std::vector<std::shared_ptr<const DenseColumn>> columns_;
  std::vector<std::vector<uint8_t>> filled_;    // by combination; empty: none
  std::shared_ptr<const Surrogate> surrogate_;  // instead of the columns
  bool noise_ = false;
  Column info_;
};

struct BoundRung {
  std::vector<Slot> values;  // objectives, constraints
  double query_seconds = 0;  // of all that is measured and never filled
  std::vector<std::pair<size_t, double>> filled_queries;  // value, seconds
  bool noise = false;                                     // any value has it
  bool has_cost = false;
  Slot cost;
  double cost_scale = 1;
  bool replicates = false;  // any value has them
};

/// Leaves each point, of `dims` values, once.
void KeepDistinct(size_t dims, std::vector<double>* points) {
  std::vector<size_t> order(points->size() / dims);
  std::iota(order.begin(), order.end(), size_t{0});
  const auto at = [&](size_t i) {
    return std::span<const double>(*points).subspan(i * dims, dims);
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::ranges::lexicographical_compare(at(a), at(b));
  });
  const auto end = std::unique(
      order.begin(), order.end(),
      [&](size_t a, size_t b) { return std::ranges::equal(at(a), at(b)); });
  std::vector<double> kept;
  for (auto i = order.begin(); i != end; ++i) {
    const auto point = at(*i);
    kept.insert(kept.end(), point.begin(), point.end());
  }
  *points = std::move(kept);
}

bool DependsOnTraining(const Metric& metric) {
  static const std::set<std::string> kTrained = {"accuracy", "error", "loss",
                                                 "train-seconds"};
  return kTrained.contains(metric.quantity);
}

class Benchmark final : public TabularBenchmark,
                        public std::enable_shared_from_this<Benchmark> {
 public:
  Benchmark(std::shared_ptr<const Table> table, const ProblemSpec& spec)
      : table_(std::move(table)), spec_(spec) {
    CountCombinations();
    BindSurrogates();
    BindObjectives();
    BindLadder();
    CheckQueries();
    BindScores();
    BindSpace();
    BindFilter();
    BindFeatures();
    problem_.name = spec_.name;
    problem_.budget = {spec_.protocol.evaluations,
                       spec_.protocol.simulated_seconds, MaxTrials(),
                       spec_.protocol.workers};
    FindLinearCosts();
    if (!features_.empty()) problem_.feature_source = MakeFeatureSource();
    CheckProblem(problem_, spec_.protocol.allow_test_observed,
                 spec_.protocol.allow_scored_features);
    BindHotStart();
  }

  const Problem& GetProblem() const override { return problem_; }
  const ProblemSpec& Spec() const override { return spec_; }
  const Table& GetTable() const override { return *table_; }

  const Column& ObservedColumn(size_t i) const override {
    return rungs_.back().values[i].Info();
  }
  const Column& ScoredColumn(size_t i) const override {
    return scores_[i].At(0).Info();
  }

  std::vector<Value> Optimum() const override {
    const size_t n = scores_.size();
    std::vector<Value> best(n, Value{0, Missing::kNotMeasured});
    ForEachFeasible([&](size_t row, size_t c) {
      for (size_t i = 0; i < n; ++i) {
        const Value value = scores_[i].At(c).Mean(row);
        if (value.Ok() && (!best[i].Ok() || Better(value.value, best[i].value,
                                                   ScoreDirection(i)))) {
          best[i] = value;
        }
      }
    });
    return best;
  }

  std::vector<std::vector<double>> TrueFront() const override {
    const size_t n = scores_.size();
    if (problem_.objectives.size() < 2) return {};
    if (table_->Rows() * combinations_ > kMostRead) return {};
    std::vector<double> signs;
    for (size_t i = 0; i < n; ++i) {
      signs.push_back(ScoreDirection(i) == Direction::kMinimize ? 1 : -1);
    }
    std::vector<double> costs;
    ForEachFeasible([&](size_t row, size_t c) {
      const size_t begin = costs.size();
      for (size_t i = 0; i < n; ++i) {
        const Value value = scores_[i].At(c).Mean(row);
        if (!value.Ok()) return costs.resize(begin);
        costs.push_back(signs[i] * value.value);
      }
    });
    KeepDistinct(n, &costs);
    const size_t most =
        n > kFewScores ? kMostFrontPointsOfMany : kMostFrontPoints;
    const std::vector<uint32_t> indices = NonDominated(costs, n, most);
    if (indices.size() > most) return {};
    std::vector<std::vector<double>> front;
    for (const uint32_t at : indices) {
      std::vector<double>& point = front.emplace_back();
      for (size_t i = 0; i < n; ++i) {
        point.push_back(signs[i] * costs[at * n + i]);
      }
    }
    std::sort(front.begin(), front.end());
    return front;
  }

  void CheckFeasible() const override {
    if (problem_.constraints.empty() || AnyFeasible()) return;
    std::string why;
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& constraint = problem_.constraints[i];
      const auto nearest = NearestTo(i);
      const std::string metric = constraint.metric.Text();
      if (!nearest) {
        why += "; " + metric + " has no value";
      } else if (!constraint.Satisfied(*nearest)) {
        why += fmt::format("; the {} {} is {} {}, the limit {}",
                           constraint.upper ? "lowest" : "highest", metric,
                           FormatNumber(*nearest),
                           FindQuantity(constraint.metric.quantity).unit,
                           FormatNumber(constraint.bound));
      }
    }
    if (why.empty()) why = "; each alone is kept by some";
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("problem '{}': no architecture of the table{} keeps "
                    "the constraints{}",
                    spec_.name,
                    spec_.filter.empty() ? "" : " within the filter", why));
  }

  std::vector<MetricCoverage> Coverages() const override {
    std::vector<MetricCoverage> list;
    if (!spec_.factors.empty()) return list;
    const auto add = [&](const Slot& slot, bool scored, Filled used) {
      const Metric& metric = slot.Info().metric;
      if (slot.Answers() != nullptr) return;
      MetricCoverage coverage{metric.Text(), scored};
      for (const MetricCoverage& known : list) {
        if (known.metric == coverage.metric) return;
      }
      for (size_t row = 0; row < table_->Rows(); ++row) {
        coverage.values += slot.At(0).Mean(row).Ok() ? 1 : 0;
      }
      const bool uses = spec_.filled == Filled::kAll || spec_.filled == used;
      const bool own = slot.Info().source != kFilledSource;
      // Reading a metric that is computed would compute it again.
      if (!uses && own &&
          table_->FindColumn(metric, kFilledSource) != nullptr) {
        coverage.unused = LoadFilled(*table_, metric).Count();
      }
      list.push_back(std::move(coverage));
    };
    for (const Slot& slot : rungs_.back().values) {
      add(slot, false, Filled::kObserved);
    }
    for (const Slot& slot : scores_) add(slot, true, Filled::kAll);
    return list;
  }

  Coverage Searched() const override { return searched_; }

  std::vector<Architecture> HotStart(uint64_t key) const override {
    if (spec_.hot_start.metric.empty()) return hot_start_;
    Rng rng(key);
    std::vector<std::pair<double, Architecture>> rated;
    for (uint64_t i = 0; i < spec_.hot_start.samples; ++i) {
      Architecture sample = problem_.space->Sample(rng);
      size_t combination = 0;
      const auto row = FindRow(sample, &combination);
      const Value value = row ? hot_slot_.At(combination).Mean(*row)
                              : Value{0, Missing::kNotMeasured};
      if (!value.Ok()) continue;
      rated.emplace_back(
          hot_direction_ == Direction::kMinimize ? value.value : -value.value,
          std::move(sample));
    }
    std::sort(rated.begin(), rated.end());
    rated.erase(std::unique(rated.begin(), rated.end()), rated.end());
    std::vector<Architecture> best;
    for (auto& [value, architecture] : rated) {
      if (best.size() == spec_.hot_start.count) break;
      best.push_back(std::move(architecture));
    }
    return best;
  }

  double SetUpSeconds() const override {
    double seconds = spec_.filter_seconds * static_cast<double>(filter_reads_);
    if (!spec_.hot_start.metric.empty()) {
      seconds += spec_.hot_start.seconds *
                 static_cast<double>(spec_.hot_start.samples);
    }
    for (const auto& surrogate : surrogates_) {
      seconds += surrogate->query_seconds + surrogate->fit_seconds;
    }
    return seconds;
  }

  std::span<const std::shared_ptr<const Surrogate>> Surrogates()
      const override {
    return surrogates_;
  }

  std::unique_ptr<Evaluator> MakeEvaluator(
      uint64_t replicate_key) const override;

  void Score(const Architecture& architecture,
             std::span<Value> scores) const override {
    size_t combination = 0;
    const auto row = FindRow(architecture, &combination);
    for (size_t i = 0; i < scores.size(); ++i) {
      scores[i] = row ? scores_[i].At(combination).Mean(*row)
                      : Value{0, Missing::kNotMeasured};
    }
    // What cannot be checked against the constraints cannot be judged.
    if (!row || !judges_apart_) return;
    for (const Slot& slot : judged_) {
      const Value value = slot.At(combination).Mean(*row);
      if (value.Ok()) continue;
      for (Value& score : scores) score = {0, value.missing};
    }
  }

  EntryMarks Mark(const Architecture& architecture, int rung) const override {
    EntryMarks out;
    size_t combination = 0;
    const auto row = FindRow(architecture, &combination);
    if (!row) return out;
    if (rung >= 0) {
      const auto& values = rungs_[static_cast<size_t>(rung)].values;
      for (size_t i = 0; i < values.size(); ++i) {
        if (values[i].Predicted(combination, *row)) {
          out.predicted_values |= uint32_t{1} << i;
        }
      }
    }
    for (size_t i = 0; i < scores_.size() && i < kMaxValues; ++i) {
      if (scores_[i].At(combination).Mean(*row).Ok() &&
          scores_[i].Predicted(combination, *row)) {
        out.predicted_scores |= uint32_t{1} << i;
      }
    }
    for (size_t i = 0; judges_apart_ && i < judged_.size(); ++i) {
      const Value value = judged_[i].At(combination).Mean(*row);
      if (value.Ok() && !problem_.constraints[i].Satisfied(value.value)) {
        out.broken = true;
      }
    }
    return out;
  }

  Value ReadFeature(size_t i, const Architecture& architecture) const {
    size_t combination = 0;
    const auto row = FindRow(architecture, &combination);
    return row ? features_[i].At(combination).Mean(*row)
               : Value{0, Missing::kNotMeasured};
  }

  void EvaluateOne(const Proposal& proposal, uint64_t replicate_key,
                   Trial* trial) const {
    trial->id = proposal.id;
    trial->architecture = proposal.architecture;
    trial->rung = proposal.rung;
    trial->replicate = 0;
    trial->missing = Missing::kNone;
    trial->status = TrialStatus::kOk;
    const BoundRung& rung = rungs_[static_cast<size_t>(proposal.rung)];
    trial->cost_seconds = rung.has_cost ? 0 : rung.cost_scale;
    if (!problem_.space->IsValid(proposal.architecture)) {
      trial->status = TrialStatus::kInvalid;
      return;
    }
    size_t combination = 0;
    const auto row = FindRow(proposal.architecture, &combination);
    if (!row) return SetMissing(Missing::kNotMeasured, trial);
    if (rung.has_cost) {
      const Value cost = rung.cost.At(combination).Mean(*row);
      if (!cost.Ok()) return SetMissing(cost.missing, trial);
      trial->cost_seconds = rung.cost_scale * cost.value;
    }
    trial->cost_seconds += rung.query_seconds;
    for (const auto& [i, seconds] : rung.filled_queries) {
      if (!rung.values[i].Predicted(combination, *row)) {
        trial->cost_seconds += seconds;
      }
    }
    if (spec_.connected_only && !table_->Connected(*row)) {
      return SetMissing(Missing::kDisconnected, trial);
    }
    uint32_t replicate = 0;
    const uint64_t luck = Mix64(replicate_key ^ proposal.architecture.Hash());
    if (rung.replicates || rung.noise) {
      replicate = DrawReplicate(rung, *row, combination, luck);
    }
    // Which of a surrogate's draws answers is the run's luck, not the
    // architecture's; a trial's replicate names both.
    const auto draw = static_cast<uint32_t>(Mix64(replicate_key) % draws_);
    trial->replicate = static_cast<uint32_t>(replicate * draws_ + draw);
    for (size_t i = 0; i < rung.values.size(); ++i) {
      const Slot& slot = rung.values[i];
      const Value value = slot.Answers() != nullptr
                              ? Predicted(slot, i, *row, draw, trial->replicate,
                                          proposal.architecture)
                              : Observed(slot.At(combination), *row, replicate);
      if (!value.Ok()) return SetMissing(value.missing, trial);
      trial->values[i] = value.value;
    }
    const size_t objectives = problem_.objectives.size();
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      if (!problem_.constraints[i].Satisfied(trial->values[objectives + i])) {
        trial->status = TrialStatus::kInfeasible;
      }
    }
  }

 private:
  static void SetMissing(Missing reason, Trial* trial) {
    trial->status = TrialStatus::kMissing;
    trial->missing = reason;
  }
  static bool Better(double a, double b, Direction direction) {
    return direction == Direction::kMinimize ? a < b : a > b;
  }
  Direction ScoreDirection(size_t i) const {
    return problem_.score.empty() ? problem_.objectives[i].direction
                                  : problem_.score[i].direction;
  }

  /// What may be the answer: `visit(row, combination)`.
  template <typename Visit>
  void ForEachFeasible(const Visit& visit) const {
    AnySearched([&](size_t row, size_t c) {
      if (Feasible(row, c)) visit(row, c);
      return false;
    });
  }

  /// Whether `test(row, combination)` holds for one that is searched, before a
  /// filter; it is not called after that.
  template <typename Test>
  bool AnySearched(const Test& test) const {
    for (size_t row = 0; row < table_->Rows(); ++row) {
      if (spec_.connected_only && !table_->Connected(row)) continue;
      if (!IsSearched(row)) continue;
      for (size_t c = 0; c < combinations_; ++c) {
        if (test(row, c)) return true;
      }
    }
    return false;
  }

  /// Whether a filter leaves it.
  bool Inside(size_t row, size_t combination) const {
    return spec_.filter.empty() ||
           problem_.space->IsValid(ArchitectureOf(row, combination));
  }

  bool AnyFeasible() const {
    return AnySearched([this](size_t row, size_t c) {
      return Feasible(row, c) && Inside(row, c);
    });
  }

  /// The value of a constraint's metric that comes nearest to keeping it.
  std::optional<double> NearestTo(size_t constraint) const {
    const Direction direction = problem_.constraints[constraint].upper
                                    ? Direction::kMinimize
                                    : Direction::kMaximize;
    std::optional<double> nearest;
    AnySearched([&](size_t row, size_t c) {
      const Value value = judged_[constraint].At(c).Mean(row);
      if (value.Ok() && Inside(row, c) &&
          (!nearest || Better(value.value, *nearest, direction))) {
        nearest = value.value;
      }
      return false;
    });
    return nearest;
  }

  bool Feasible(size_t row, size_t combination) const {
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Value value = judged_[i].At(combination).Mean(row);
      if (!value.Ok() || !problem_.constraints[i].Satisfied(value.value)) {
        return false;
      }
    }
    return true;
  }

  std::optional<size_t> FindRow(const Architecture& architecture,
                                size_t* combination) const {
    if (product_ == nullptr) return table_->FindRow(architecture);
    const size_t factors = spec_.factors.size();
    const size_t first = architecture.size() - factors;
    size_t index = 0;
    for (size_t i = 0; i < factors; ++i) {
      index = index * spec_.factors[i].values.size() + architecture[first + i];
    }
    *combination = index;
    return table_->FindRow(product_->NetworkOf(architecture));
  }

  /// A number below the least common multiple of how many replicates the
  /// row has in each column, so that it names one in each.
  static uint32_t DrawReplicate(const BoundRung& rung, size_t row,
                                size_t combination, uint64_t luck) {
    uint64_t period = 1;
    for (const Slot& slot : rung.values) {
      const DenseColumn& column = slot.At(combination);
      if (column.Replicates() < 2) continue;
      const size_t count = column.Count(row);
      if (count > 1) period = std::lcm(period, count);
    }
    // A multiple of the period still names a replicate in each column.
    if (rung.noise) period *= kNoises;
    return static_cast<uint32_t>(luck % period);
  }

  /// A surrogate's answer; `replicate` is the trial's, which the noise depends
  /// on.
  static Value Predicted(const Slot& slot, size_t i, size_t row, uint32_t draw,
                         uint32_t replicate, const Architecture& architecture) {
    const Surrogate& surrogate = *slot.Answers();
    if (surrogate.known[row] == 0) return {0, Missing::kNotMeasured};
    const Predictions& p = surrogate.draws[draw % surrogate.draws.size()];
    double value = p.mean[row];
    if (slot.Noise()) {
      Rng rng(Mix64(Mix64(architecture.Hash() ^ i) ^ replicate));
      value += p.sd[row] * rng.Normal();
    }
    return {value, Missing::kNone};
  }

  Value Observed(const DenseColumn& column, size_t row,
                 uint32_t replicate) const {
    if (column.Replicates() < 2 || !spec_.protocol.replicates) {
      return column.Mean(row);
    }
    const size_t count = column.Count(row);
    if (count == 0) return column.Mean(row);
    return column.Present(row, replicate % count);
  }

  uint64_t MaxTrials() const {
    if (spec_.protocol.max_trials != 0) return spec_.protocol.max_trials;
    const auto size = problem_.space->Size();
    if (!size || *size > kMostTrials / 100) return kMostTrials;
    return std::max<uint64_t>(1, *size * 100);
  }

  void CountCombinations() {
    for (const FactorSpec& factor : spec_.factors) {
      if (factor.values.empty()) {
        throw Error(ErrorCode::kUsage,
                    "factor '" + factor.name + "' has no choices");
      }
      combinations_ *= factor.values.size();
      if (combinations_ > kMostCombinations) {
        throw Error(ErrorCode::kUsage,
                    "problem '" + spec_.name +
                        "': the factors have more than 10,000 combinations");
      }
    }
  }

  bool IsSearched(size_t row) const {
    return searched_.Whole() || !Unmeasured(row);
  }

  /// Whether something that the problem reads of a row was not measured; what
  /// diverged or did not compile was.
  bool Unmeasured(size_t row) const {
    const auto lacks = [&](const Slot& slot) {
      for (size_t c = 0; c < combinations_; ++c) {
        const Missing reason = slot.At(c).Mean(row).missing;
        if (reason == Missing::kNotMeasured ||
            reason == Missing::kAbsentInThisCopy) {
          return true;
        }
      }
      return false;
    };
    return std::ranges::any_of(rungs_,
                               [&](const BoundRung& rung) {
                                 return std::ranges::any_of(rung.values, lacks);
                               }) ||
           std::ranges::any_of(scores_, lacks);
  }

  /// The table's rows, or those of them that were measured.
  void BindRows() {
    problem_.space = table_->Space();
    searched_ = {table_->Rows(), table_->Rows(), table_->EffectiveNetworks(),
                 table_->EffectiveNetworks()};
    if (!spec_.measured_only) return;
    std::vector<Architecture> measured;
    std::set<size_t> networks;
    for (size_t row = 0; row < table_->Rows(); ++row) {
      if (Unmeasured(row)) continue;
      measured.push_back(table_->ArchitectureAt(row));
      networks.insert(table_->EffectiveNetwork(row));
    }
    if (measured.empty()) {
      throw Error(ErrorCode::kNotFound,
                  "problem '" + spec_.name +
                      "': the table has no architecture of which all that it "
                      "reads is measured");
    }
    if (measured.size() == table_->Rows()) return;
    searched_.architectures = measured.size();
    searched_.networks = networks.size();
    problem_.space = MakeSubsetSpace(table_->BaseSpace(), std::move(measured));
  }

  void BindSpace() {
    BindRows();
    if (spec_.factors.empty()) return;
    std::vector<ProductFactor> factors;
    std::string name = table_->BaseSpace()->Id();
    name = name.substr(0, name.find('@'));
    for (const FactorSpec& factor : spec_.factors) {
      const bool platform = factor.binding == "platform";
      factors.push_back(
          {factor.name,
           platform ? FactorBinding::kPlatform : FactorBinding::kQualifiers,
           factor.values});
      name += "+" + factor.name;
    }
    product_ = MakeProductSpace(name, problem_.space, factors);
    problem_.space = product_;
  }

  void BindSurrogates() {
    if (spec_.surrogates.empty()) return;
    if (!spec_.factors.empty()) {
      throw Error(ErrorCode::kUsage,
                  "problem '" + spec_.name +
                      "': surrogates and factors do not go together");
    }
    std::set<std::string> metrics;
    for (const SurrogateSpec& spec : spec_.surrogates) {
      const std::string metric =
          table_->Complete(Metric::Parse(spec.metric)).Text();
      if (!metrics.insert(metric).second) {
        throw Error(ErrorCode::kUsage, "problem '" + spec_.name +
                                           "': two surrogates of " + metric);
      }
      surrogates_.push_back(std::make_shared<const Surrogate>(
          FitSurrogate(*table_, spec, QuerySeconds(metric))));
      draws_ = std::lcm(draws_, spec.draws);
    }
    // Times noise and the replicates of other metrics it must fit 32 bits.
    constexpr uint64_t kMostDraws = 1000;
    if (draws_ > kMostDraws) {
      throw Error(ErrorCode::kUsage,
                  "problem '" + spec_.name +
                      "': the draws of its surrogates have a least common "
                      "multiple above 1,000; give them the same number");
    }
  }

  double QuerySeconds(const std::string& metric) const {
    for (const auto& [text, seconds] : spec_.query_seconds) {
      if (table_->Complete(Metric::Parse(text)).Text() == metric) {
        return seconds;
      }
    }
    return 0;
  }

  /// Error(kUsage) for a cost of measuring what nothing observes.
  void CheckQueries() const {
    for (const auto& [text, seconds] : spec_.query_seconds) {
      const std::string metric = table_->Complete(Metric::Parse(text)).Text();
      if (observed_.contains(metric)) continue;
      throw Error(ErrorCode::kUsage, "problem '" + spec_.name +
                                         "': query_seconds names " + metric +
                                         ", which is not observed");
    }
    for (const auto& surrogate : surrogates_) {
      if (observed_.contains(surrogate->metric.Text())) continue;
      throw Error(ErrorCode::kUsage,
                  "problem '" + spec_.name + "': a surrogate is of " +
                      surrogate->metric.Text() + ", which is not observed");
    }
  }

  /// What is predicted must not be read as measured by the way.
  void RefuseSurrogates(const Metric& metric, const char* reader) const {
    for (const auto& surrogate : surrogates_) {
      if (surrogate->metric.Text() != metric.Text()) continue;
      throw Error(ErrorCode::kUsage, "problem '" + spec_.name + "': " + reader +
                                         " reads " + metric.Text() +
                                         ", which a surrogate answers");
    }
  }

  void BindFilter() {
    if (spec_.filter.empty()) return;
    std::vector<std::pair<Constraint, Slot>> filters;
    for (const std::string& text : spec_.filter) {
      Constraint constraint = ParseConstraint(text);
      constraint.metric = table_->Complete(constraint.metric);
      RefuseTestSplit(constraint.metric, "a filter");
      RefuseSurrogates(constraint.metric, "a filter");
      Slot slot = Bind(constraint.metric, "");
      filters.emplace_back(std::move(constraint), std::move(slot));
    }
    const size_t all = table_->Rows() * combinations_;
    if (all > kMostRead) {
      throw Error(ErrorCode::kUsage,
                  "problem '" + spec_.name +
                      "': a filter reads 2,000,000 architectures at most");
    }
    std::vector<Architecture> inside;
    for (size_t row = 0; row < table_->Rows(); ++row) {
      if (!IsSearched(row)) continue;
      for (size_t c = 0; c < combinations_; ++c) {
        const bool passes = std::all_of(
            filters.begin(), filters.end(), [&](const auto& filter) {
              const Value value = filter.second.At(c).Mean(row);
              return value.Ok() && filter.first.Satisfied(value.value);
            });
        if (passes) inside.push_back(ArchitectureOf(row, c));
      }
    }
    if (inside.empty()) {
      throw Error(ErrorCode::kUsage, "problem '" + spec_.name +
                                         "': the filter leaves nothing of " +
                                         problem_.space->Id());
    }
    filter_reads_ = all * filters.size();
    problem_.space = MakeFilteredSpace(problem_.space, std::move(inside));
  }

  Architecture ArchitectureOf(size_t row, size_t combination) const {
    const Architecture network = table_->ArchitectureAt(row);
    if (product_ == nullptr) return network;
    std::vector<uint16_t> choices(spec_.factors.size());
    for (size_t i = choices.size(); i-- > 0;) {
      const size_t values = spec_.factors[i].values.size();
      choices[i] = static_cast<uint16_t>(combination % values);
      combination /= values;
    }
    return product_->Join(network, choices);
  }

  void RefuseTestSplit(const Metric& metric, const char* reader) const {
    if (metric.split != "test" || spec_.protocol.allow_test_observed) return;
    throw Error(ErrorCode::kUsage,
                "problem '" + spec_.name + "': " + reader + " reads " +
                    metric.Text() +
                    ", a test split; set allow_test_observed to allow it");
  }

  std::shared_ptr<const FeatureSource> MakeFeatureSource() const;

  void BindHotStart() {
    const HotStartSpec& spec = spec_.hot_start;
    for (const std::string& text : spec.architectures) {
      Architecture architecture = problem_.space->Parse(text);
      if (!problem_.space->IsValid(architecture)) {
        throw Error(ErrorCode::kUsage, "problem '" + spec_.name +
                                           "': the filter excludes '" +
                                           Quoted(text) + "' of the hot start");
      }
      hot_start_.push_back(std::move(architecture));
    }
    if (spec.metric.empty()) return;
    const Objective objective =
        MakeObjective({spec.metric, "", spec.direction});
    RefuseTestSplit(objective.metric, "the hot start");
    RefuseSurrogates(objective.metric, "the hot start");
    hot_direction_ = objective.direction;
    hot_slot_ = Bind(objective.metric, "");
    // It is read before the search, as features are.
    Problem reading = problem_;
    reading.features.push_back({spec.metric, objective.metric});
    reading.feature_source = MakeFeatureSource();
    CheckProblem(reading, spec_.protocol.allow_test_observed,
                 spec_.protocol.allow_scored_features);
  }

  /// The metric as it reads for a combination of factor choices.
  Metric ForCombination(Metric metric, size_t combination) const {
    for (size_t i = spec_.factors.size(); i-- > 0;) {
      const FactorSpec& factor = spec_.factors[i];
      const size_t choice = combination % factor.values.size();
      combination /= factor.values.size();
      const std::string& bound = factor.values[choice];
      if (factor.binding == "platform") {
        if (metric.platform == factor.name) metric.platform = bound;
        continue;
      }
      if (bound.empty()) continue;
      const Metric extra = Metric::Parse(metric.quantity + ";" + bound);
      for (const auto& [key, value] : extra.qualifiers) {
        // Counts that are the same at every width have no column for each.
        const bool counts_values =
            metric.quantity == "params" || metric.quantity == "macs";
        if (key == "bits" && counts_values) continue;
        metric.qualifiers[key] = value;
      }
    }
    return metric;
  }

  Slot Bind(const Metric& metric, const std::string& source,
            bool filled = false) {
    Slot slot;
    filled = filled && source.empty();
    for (size_t c = 0; c < combinations_; ++c) {
      const Metric bound = ForCombination(metric, c);
      FilledColumn& column =
          cache_[bound.Text() + '\n' + source + (filled ? "\nfilled" : "")];
      if (column.column == nullptr) {
        if (filled) {
          column = LoadFilled(*table_, bound);
        } else {
          column.column = table_->LoadOrCompute(bound, source);
        }
      }
      slot.Add(column);
    }
    return slot;
  }

  /// What strategies observe of a metric at a rung: by a surrogate where there
  /// is one, else from the table; and what measuring it costs.
  Slot BindObserved(const Metric& metric, const std::string& source,
                    BoundRung* rung) {
    Slot slot = Bind(metric, source, spec_.filled != Filled::kNo);
    const std::string text = metric.Text();
    observed_.insert(text);
    for (size_t i = 0; i < surrogates_.size(); ++i) {
      if (surrogates_[i]->metric.Text() != text) continue;
      slot.AnswerBy(surrogates_[i], spec_.surrogates[i].noise);
      rung->noise |= spec_.surrogates[i].noise;
    }
    const double seconds = QuerySeconds(text);
    if (slot.Answers() != nullptr || seconds == 0) return slot;
    if (slot.AnyPredicted()) {
      rung->filled_queries.emplace_back(rung->values.size(), seconds);
    } else {
      rung->query_seconds += seconds;
    }
    return slot;
  }

  Objective MakeObjective(const ObjectiveSpec& spec) const {
    Objective objective;
    objective.metric = table_->Complete(Metric::Parse(spec.metric));
    objective.direction = FindQuantity(objective.metric.quantity).direction;
    if (spec.direction == "min") objective.direction = Direction::kMinimize;
    if (spec.direction == "max") objective.direction = Direction::kMaximize;
    return objective;
  }

  void BindObjectives() {
    for (const ObjectiveSpec& spec : spec_.objectives) {
      problem_.objectives.push_back(MakeObjective(spec));
    }
    for (const std::string& text : spec_.constraints) {
      Constraint constraint = ParseConstraint(text);
      constraint.metric = table_->Complete(constraint.metric);
      problem_.constraints.push_back(constraint);
    }
  }

  void BindLadder() {
    std::vector<RungSpec> ladder = spec_.ladder;
    if (ladder.empty()) ladder.push_back({});
    for (const RungSpec& spec : ladder) {
      Rung rung;
      BoundRung bound;
      if (!spec.fidelity.empty()) {
        rung.fidelity = Fidelity::Parse(spec.fidelity);
      }
      rung.cost_scale = spec.cost_scale;
      if (!(spec.cost_scale >= 0) || !std::isfinite(spec.cost_scale)) {
        throw Error(ErrorCode::kUsage, "problem '" + spec_.name +
                                           "': cost_scale must be from 0 on");
      }
      bound.cost_scale = spec.cost_scale;
      if (!spec.cost.empty()) {
        rung.cost = table_->Complete(Metric::Parse(spec.cost));
        bound.has_cost = true;
        bound.cost = Bind(rung.cost, "");
      }
      for (size_t i = 0; i < problem_.objectives.size(); ++i) {
        bound.values.push_back(
            BindObserved(AtRung(problem_.objectives[i].metric, rung.fidelity),
                         spec_.objectives[i].source, &bound));
      }
      for (const Constraint& constraint : problem_.constraints) {
        bound.values.push_back(
            BindObserved(AtRung(constraint.metric, rung.fidelity), "", &bound));
      }
      if (spec_.protocol.replicates) {
        bound.replicates =
            std::any_of(bound.values.begin(), bound.values.end(),
                        [](const Slot& slot) { return slot.HasReplicates(); });
      }
      problem_.ladder.push_back(rung);
      rungs_.push_back(std::move(bound));
    }
    BindJudged();
  }

  /// Constraints as they are judged: measured, or filled where scores are.
  void BindJudged() {
    const size_t objectives = problem_.objectives.size();
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      judged_.push_back(Bind(AtRung(problem_.constraints[i].metric,
                                    problem_.ladder.back().fidelity),
                             "", spec_.filled == Filled::kAll));
      const Slot& observed = rungs_.back().values[objectives + i];
      judges_apart_ |=
          observed.Answers() != nullptr ||
          (spec_.filled == Filled::kObserved && observed.AnyPredicted());
    }
  }

  static Metric AtRung(Metric metric, const Fidelity& fidelity) {
    if (!fidelity.empty() && DependsOnTraining(metric)) {
      metric.fidelity = fidelity;
    }
    return metric;
  }

  void BindScores() {
    const bool own = !spec_.score.empty();
    const auto& specs = own ? spec_.score : spec_.objectives;
    for (const ObjectiveSpec& spec : specs) {
      const Objective objective = MakeObjective(spec);
      scores_.push_back(
          Bind(objective.metric, spec.source, spec_.filled == Filled::kAll));
      if (own) problem_.score.push_back(objective);
    }
  }

  void BindFeatures() {
    for (const std::string& text : spec_.features) {
      const Metric metric = table_->Complete(Metric::Parse(text));
      RefuseSurrogates(metric, "a feature");
      problem_.features.push_back({text, metric});
      features_.push_back(Bind(metric, ""));
    }
  }

  /// Finds objectives and constraints that are sums over decisions, by
  /// reading the terms off single changes and checking every row.
  void FindLinearCosts() {
    const auto size = problem_.space->Size();
    if (product_ != nullptr || !size || *size != table_->Rows()) return;
    for (size_t i = 0; i < problem_.Values(); ++i) {
      LinearCost cost;
      const Slot& slot = rungs_.back().values[i];
      if (slot.Answers() != nullptr ||
          (spec_.filled != Filled::kNo && slot.AnyPredicted())) {
        continue;
      }
      if (ReadLinear(slot.At(0), &cost)) {
        const size_t objectives = problem_.objectives.size();
        cost.metric = i < objectives
                          ? problem_.objectives[i].metric
                          : problem_.constraints[i - objectives].metric;
        problem_.linear_costs.push_back(std::move(cost));
      }
    }
  }

  bool ReadLinear(const DenseColumn& column, LinearCost* cost) const {
    constexpr double kTolerance = 1e-9;
    const Architecture base = table_->ArchitectureAt(0);
    const Value origin = column.Mean(0);
    if (!origin.Ok()) return false;
    cost->intercept = origin.value;
    double largest = std::abs(origin.value);
    const auto decisions = problem_.space->Decisions();
    for (size_t i = 0; i < decisions.size(); ++i) {
      cost->per_choice.emplace_back();
      for (size_t c = 0; c < decisions[i].choices.size(); ++c) {
        Architecture changed = base;
        changed[i] = static_cast<uint16_t>(c);
        const auto row = table_->FindRow(changed);
        if (!row || !column.Mean(*row).Ok()) return false;
        const double value = column.Mean(*row).value;
        largest = std::max(largest, std::abs(value));
        cost->per_choice[i].push_back(value - origin.value);
      }
    }
    for (size_t row = 0; row < table_->Rows(); ++row) {
      const Value value = column.Mean(row);
      if (!value.Ok()) return false;
      double sum = cost->intercept;
      const Architecture& architecture = table_->ArchitectureAt(row);
      for (size_t i = 0; i < architecture.size(); ++i) {
        sum += cost->per_choice[i][architecture[i]];
      }
      if (!(std::abs(sum - value.value) <= kTolerance * largest)) return false;
    }
    return true;
  }

  std::shared_ptr<const Table> table_;
  ProblemSpec spec_;
  Problem problem_;
  std::shared_ptr<const ProductSpace> product_;
  size_t combinations_ = 1;
  Coverage searched_;
  std::vector<std::shared_ptr<const Surrogate>> surrogates_;
  uint64_t draws_ = 1;              // of all surrogates together
  std::set<std::string> observed_;  // metrics, complete
  std::vector<BoundRung> rungs_;
  std::vector<Slot> judged_;   // by constraint
  bool judges_apart_ = false;  // other values than those observed
  std::vector<Slot> scores_;
  std::vector<Slot> features_;
  uint64_t filter_reads_ = 0;
  std::vector<Architecture> hot_start_;
  Slot hot_slot_;
  Direction hot_direction_ = Direction::kMinimize;
  std::map<std::string, FilledColumn> cache_;
};

class TabularEvaluator final : public Evaluator {
 public:
  TabularEvaluator(std::shared_ptr<const Benchmark> benchmark,
                   uint64_t replicate_key)
      : benchmark_(std::move(benchmark)), replicate_key_(replicate_key) {}

  void Evaluate(std::span<const Proposal> proposals,
                std::span<Trial> trials) override {
    for (size_t i = 0; i < proposals.size(); ++i) {
      benchmark_->EvaluateOne(proposals[i], replicate_key_, &trials[i]);
    }
  }

 private:
  std::shared_ptr<const Benchmark> benchmark_;
  uint64_t replicate_key_;
};

/// Reads features through a benchmark that owns it (hence the bare pointer).
class TableFeatures final : public FeatureSource {
 public:
  explicit TableFeatures(const Benchmark* benchmark) : benchmark_(benchmark) {}
  Value Read(size_t i, const Architecture& architecture) const override {
    return benchmark_->ReadFeature(i, architecture);
  }

 private:
  const Benchmark* benchmark_;
};

std::shared_ptr<const FeatureSource> Benchmark::MakeFeatureSource() const {
  return std::make_shared<TableFeatures>(this);
}

std::unique_ptr<Evaluator> Benchmark::MakeEvaluator(
    uint64_t replicate_key) const {
  return std::make_unique<TabularEvaluator>(shared_from_this(), replicate_key);
}

}  // namespace

std::shared_ptr<const TabularBenchmark> TabularBenchmark::Make(
    std::shared_ptr<const Table> table, const ProblemSpec& spec) {
  auto benchmark = std::make_shared<Benchmark>(std::move(table), spec);
  return benchmark;
}

}  // namespace hwnas
