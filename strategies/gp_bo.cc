#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/models/gaussian_process.h"
#include "strategies/models/history.h"
#include "strategies/options.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"initial", "10", "random architectures first"},
      {"candidates", "200",
       "ranked by the acquisition function, 1,000 at most"},
      {"parents", "5", "best architectures whose moves are candidates"},
      {"max_mutations", "2", "moves from a parent"},
      {"move_share", "0.5", "of candidates by moves, the others are samples"},
      {"most_points", "500",
       "trials that a process is fitted to; later ones join no more"},
      {"lie", "min",
       "constant liar: what the process believes of proposals under way, the "
       "min, mean or max of what was told; none: it ignores them"},
      EncodingOption(),
  };
}

enum class Lie { kMin, kMean, kMax, kNone };

struct GpOptions {
  size_t initial;
  CandidateOptions candidates;
  size_t parents;
  size_t most_points;
  Lie lie;
  Encoding encoding;
};

/// Least, mean and largest of the values told.
class Told {
 public:
  void Add(double value) {
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
    sum_ += value;
    ++count_;
  }
  double Value(Lie lie) const {
    return lie == Lie::kMin   ? low_
           : lie == Lie::kMax ? high_
                              : sum_ / static_cast<double>(count_);
  }

 private:
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -low_;
  double sum_ = 0;
  size_t count_ = 0;
};

class GpBo : public Strategy {
 public:
  GpBo(const GpOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        proposer_(*context_.problem),
        history_(*context_.problem, options.encoding),
        constraints_(context_.problem->constraints.size()) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    for (size_t i = 0; i < limit; ++i) {
      const bool model =
          proposer_.Next() >= options_.initial && history_.size() >= 2;
      Architecture next =
          model ? Best() : context_.problem->space->Sample(context_.rng);
      seen_.Insert(next);
      under_way_.emplace(proposer_.Next(), next);
      proposer_.Propose(std::move(next), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      under_way_.erase(trial.id);
      const Fitness fitness = history_.judge().Rate(trial);
      const bool top = trial.rung == proposer_.TopRung();
      if (top && fitness.Feasible() && (!best_ || fitness.value < *best_)) {
        best_ = fitness.value;
      }
      if (fitness.Rated()) told_.Add(fitness.value);
      if (history_.size() < options_.most_points) {
        history_.Add(trial);
        stale_ = true;
      }
    }
  }

 private:
  void Fit() {
    history_.Fit(0, &objective_, context_.rng);
    for (size_t i = 0; i < constraints_.size(); ++i) {
      history_.Fit(history_.judge().Objectives() + i, &constraints_[i],
                   context_.rng);
    }
    stale_ = false;
  }

  Architecture Best() {
    if (stale_) Fit();
    std::vector<Architecture> parents;
    for (const size_t i : history_.Best(options_.parents)) {
      parents.push_back(history_[i].architecture);
    }
    const SearchSpace& space = *context_.problem->space;
    const std::vector<Architecture> candidates =
        Candidates(space, parents, seen_, options_.candidates, context_.rng);
    if (candidates.empty()) return space.Sample(context_.rng);
    Acquire(candidates);
    const auto best = std::max_element(acquired_.begin(), acquired_.end());
    return candidates[static_cast<size_t>(best - acquired_.begin())];
  }

  /// The process of the objective with what is under way believed to be told.
  GaussianProcess* Believed() {
    if (options_.lie == Lie::kNone || under_way_.empty()) return &objective_;
    std::vector<Architecture> pending;
    for (const auto& [id, architecture] : under_way_) {
      pending.push_back(architecture);
    }
    lied_ = objective_;
    history_.Condition(pending, told_.Value(options_.lie), &lied_);
    return &lied_;
  }

  /// Expected improvement times the probability of being feasible; the latter
  /// alone until something feasible is known.
  void Acquire(const std::vector<Architecture>& candidates) {
    acquired_.assign(candidates.size(), 1.0);
    if (best_) {
      history_.Predict(candidates, Believed(), &beliefs_);
      for (size_t i = 0; i < candidates.size(); ++i) {
        acquired_[i] = ExpectedImprovement(beliefs_[i], *best_);
      }
    }
    for (size_t k = 0; k < constraints_.size(); ++k) {
      const Constraint& constraint = context_.problem->constraints[k];
      history_.Predict(candidates, &constraints_[k], &beliefs_);
      for (size_t i = 0; i < candidates.size(); ++i) {
        const double below = ProbabilityBelow(beliefs_[i], constraint.bound);
        acquired_[i] *= constraint.upper ? below : 1 - below;
      }
    }
  }

  GpOptions options_;
  RunContext context_;
  Proposer proposer_;
  History history_;
  GaussianProcess objective_;
  GaussianProcess lied_;
  std::vector<GaussianProcess> constraints_;
  std::map<uint64_t, Architecture> under_way_;  // by id
  Told told_;
  std::optional<double> best_;
  bool stale_ = true;
  SeenSet seen_;
  std::vector<Belief> beliefs_;   // of candidates
  std::vector<double> acquired_;  // likewise
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("gp-bo", known, given);
  GpOptions options;
  options.initial = reader.Count("initial", 2, 1000000);
  options.candidates.count = reader.Count("candidates", 1, 1000);
  options.candidates.move_share = reader.Real("move_share", 0, 1);
  options.candidates.max_moves = reader.Count("max_mutations", 1, 1000);
  options.parents = reader.Count("parents", 1, 1000);
  options.most_points = reader.Count("most_points", 2, 5000);
  options.lie =
      static_cast<Lie>(reader.Choice("lie", {"min", "mean", "max", "none"}));
  options.encoding = ReadEncoding(reader, *context.problem);
  return std::make_unique<GpBo>(options, std::move(context));
}

}  // namespace

StrategyInfo GpBoInfo() {
  StrategyInfo info;
  info.name = "gp-bo";
  info.version = 2;
  info.summary = "Gaussian process with (constrained) expected improvement";
  info.source =
      "Snoek, Larochelle, Adams, NeurIPS 2012; constraints as in Gardner et "
      "al., ICML 2014. Squared exponential kernel on one-hot decisions, "
      "hyper-parameters by marginal likelihood on a grid. Optimises the first "
      "objective. With several proposals under way their values are a constant "
      "lie (Ginsbourger, Le Riche, Carraro, 2010), where Snoek et al. average "
      "over draws; of constraints nothing is believed before it is told";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
