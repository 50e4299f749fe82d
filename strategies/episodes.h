#ifndef HWNAS_STRATEGIES_EPISODES_H_
#define HWNAS_STRATEGIES_EPISODES_H_

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "strategies/inner.h"

namespace hwnas {

/// Runs one inner strategy after another inside of a strategy, each on a
/// problem of its own. Inner ids are renumbered to be unique in the run;
/// trials of an episode that has ended are not passed on.
class Episodes {
 public:
  /// Starts an episode. The problem is copied and held.
  void Begin(const InnerSpec& inner, Problem problem, RunContext* context) {
    strategy_.reset();
    problem_ = std::make_unique<Problem>(std::move(problem));
    strategy_ = MakeInner(inner, *problem_, context);
    first_ = next_;
    proposed_ = 0;
    told_ = 0;
    inner_ids_.clear();
    outer_ids_.clear();
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) {
    inner_.clear();
    const AskState state = strategy_->Ask(limit, &inner_);
    for (Proposal& proposal : inner_) {
      outer_ids_[proposal.id] = next_;
      if (proposal.resumed_from != kNoProposal) {
        proposal.resumed_from = outer_ids_.at(proposal.resumed_from);
      }
      inner_ids_.push_back(proposal.id);
      proposal.id = next_++;
      out->push_back(std::move(proposal));
      ++proposed_;
    }
    return state;
  }

  /// Whether the trial belongs to the present episode.
  bool Owns(const Trial& trial) const { return trial.id >= first_; }

  /// `trial` as the inner strategy is to see it, with the outer id.
  void Tell(Trial trial) {
    trial.id = inner_ids_[trial.id - first_];
    ++told_;
    strategy_->Tell({&trial, 1});
  }

  size_t Proposed() const { return proposed_; }
  size_t Told() const { return told_; }
  const Problem& InnerProblem() const { return *problem_; }

 private:
  std::unique_ptr<Problem> problem_;
  std::unique_ptr<Strategy> strategy_;
  uint64_t next_ = 0;
  uint64_t first_ = 0;
  size_t proposed_ = 0;
  size_t told_ = 0;
  std::vector<uint64_t> inner_ids_;  // by outer id - first_
  std::unordered_map<uint64_t, uint64_t> outer_ids_;
  std::vector<Proposal> inner_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_EPISODES_H_
