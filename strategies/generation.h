#ifndef HWNAS_STRATEGIES_GENERATION_H_
#define HWNAS_STRATEGIES_GENERATION_H_

#include <span>
#include <utility>
#include <vector>

#include "strategies/fitness.h"
#include "strategies/proposer.h"
#include "strategies/ranking.h"

namespace hwnas {

/// The bookkeeping of strategies that work in generations: architectures are
/// planned, proposed as the harness asks, and rated at their place in the
/// plan, so that the order of telling does not matter.
class Generation {
 public:
  explicit Generation(const Problem& problem)
      : judge_(problem), proposer_(problem) {}

  bool Complete() const { return told_ == individuals_.size(); }
  std::vector<Individual>& Individuals() { return individuals_; }

  /// Forgets the plan; the next proposals belong to a new one.
  void Begin() {
    HWNAS_CHECK(Complete());
    individuals_.clear();
    begin_ = proposer_.Next();
    proposed_ = 0;
    told_ = 0;
  }
  void Plan(Architecture architecture) {
    individuals_.emplace_back().architecture = std::move(architecture);
  }

  /// Proposes up to `limit` of the plan; kWait when all are under way.
  AskState Ask(size_t limit, std::vector<Proposal>* out) {
    const size_t left = individuals_.size() - proposed_;
    if (left == 0) return AskState::kWait;
    const size_t count = limit < left ? limit : left;
    for (size_t i = 0; i < count; ++i) {
      proposer_.Propose(individuals_[proposed_++].architecture, out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) {
    for (const Trial& trial : trials) {
      HWNAS_CHECK(trial.id >= begin_ && trial.id - begin_ < proposed_);
      individuals_[trial.id - begin_].rating = judge_.RateAll(trial);
      ++told_;
    }
  }

 private:
  Judge judge_;
  Proposer proposer_;
  std::vector<Individual> individuals_;
  uint64_t begin_ = 0;
  size_t proposed_ = 0;
  size_t told_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_GENERATION_H_
