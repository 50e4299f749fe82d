#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/decision_table.h"
#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/population.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"startup", "10",
       "random architectures first (Optuna's n_startup_trials)"},
      {"gamma", "0.1", "share of trials that counts as good"},
      {"gamma_most", "25", "at most this many are good"},
      {"candidates", "24", "drawn from the good, ranked (n_ei_candidates)"},
      {"prior_weight", "1", "pseudo-count spread over a decision's choices"},
  };
}

struct TpeOptions {
  size_t startup;
  double gamma;
  size_t gamma_most;
  size_t candidates;
  double prior_weight;
};

class Tpe : public Strategy {
 public:
  Tpe(const TpeOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        good_(*context_.problem->space),
        bad_(*context_.problem->space) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const SearchSpace& space = *context_.problem->space;
    for (size_t i = 0; i < limit; ++i) {
      if (proposer_.Next() < options_.startup || trials_.empty()) {
        Architecture sample = space.Sample(context_.rng);
        seen_.Insert(sample);
        proposer_.Propose(std::move(sample), out);
      } else {
        proposer_.Propose(Best(), out);
      }
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      const Member member = {trial.architecture, judge_.Rate(trial)};
      // Sorted; a newcomer goes behind its equals.
      trials_.insert(std::upper_bound(trials_.begin(), trials_.end(), member,
                                      [](const Member& a, const Member& b) {
                                        return a.fitness < b.fitness;
                                      }),
                     member);
    }
    stale_ = true;
  }

 private:
  /// The candidate, drawn from the good density, with the largest ratio of
  /// good to bad density: expected improvement is monotonous in it.
  Architecture Best() {
    if (stale_) Fit();
    Architecture best;
    double best_ratio = -1;
    for (size_t i = 0; i < options_.candidates; ++i) {
      Architecture candidate =
          DrawArchitecture(*context_.problem->space, good_, context_.rng);
      // One proposed before only where all are.
      const double ratio = seen_.Contains(candidate) ? -0.5 : Ratio(candidate);
      if (ratio > best_ratio) {
        best_ratio = ratio;
        best = std::move(candidate);
      }
    }
    seen_.Insert(best);
    return best;
  }

  double Ratio(const Architecture& architecture) const {
    double ratio = 1;
    for (size_t i = 0; i < good_.size(); ++i) {
      if (!context_.problem->space->IsActive(architecture, i)) continue;
      ratio *= good_[i][architecture[i]] / bad_[i][architecture[i]];
    }
    return ratio;
  }

  void Fit() {
    const auto share = static_cast<size_t>(options_.gamma *
                                           static_cast<double>(trials_.size()));
    const size_t good = std::clamp<size_t>(share, 1, options_.gamma_most);
    const std::span<const Member> all(trials_);
    Density(all.first(good), &good_);
    Density(all.subspan(good), &bad_);
    stale_ = false;
  }

  /// Smoothed frequencies; only trials where the decision is active count.
  void Density(std::span<const Member> members, DecisionTable* table) const {
    for (size_t i = 0; i < table->size(); ++i) {
      const std::span<double> row = (*table)[i];
      std::fill(row.begin(), row.end(),
                options_.prior_weight / static_cast<double>(row.size()));
      double sum = options_.prior_weight;
      for (const Member& member : members) {
        if (!context_.problem->space->IsActive(member.architecture, i)) {
          continue;
        }
        row[member.architecture[i]] += 1;
        sum += 1;
      }
      for (double& value : row) value /= sum;
    }
  }

  TpeOptions options_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  std::vector<Member> trials_;
  bool stale_ = false;
  SeenSet seen_;
  DecisionTable good_;
  DecisionTable bad_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("tpe", known, given);
  TpeOptions options;
  options.startup = reader.Count("startup", 1, 1000000);
  options.gamma = reader.Real("gamma", 0, 0.9);
  options.gamma_most = reader.Count("gamma_most", 1, 1000000);
  options.candidates = reader.Count("candidates", 1, 1000);
  options.prior_weight = reader.Real("prior_weight", 1e-6, 1e6);
  return std::make_unique<Tpe>(options, std::move(context));
}

}  // namespace

StrategyInfo TpeInfo() {
  StrategyInfo info;
  info.name = "tpe";
  info.summary = "tree-structured Parzen estimator over categorical decisions";
  info.source =
      "Bergstra et al., NeurIPS 2011; the defaults are Optuna's (gamma = "
      "min(0.1 n, 25), 24 candidates, 10 startup trials). Decisions are "
      "independent given good or bad; all trials weigh the same; candidates "
      "proposed before come last. Infeasible trials rank behind feasible ones";
  info.options = Options();
  info.make = Make;
  return info;
}

}  // namespace hwnas
