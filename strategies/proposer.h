#ifndef HWNAS_STRATEGIES_PROPOSER_H_
#define HWNAS_STRATEGIES_PROPOSER_H_

#include <utility>
#include <vector>

#include "strategies/strategy.h"

namespace hwnas {

/// Numbers a run's proposals 0, 1, 2, ... and puts them on the problem's
/// highest rung unless told otherwise.
class Proposer {
 public:
  explicit Proposer(const Problem& problem)
      : top_rung_(static_cast<int>(problem.ladder.size()) - 1) {}

  /// Id of the next proposal; also the number of proposals so far.
  uint64_t Next() const { return next_; }
  int TopRung() const { return top_rung_; }

  uint64_t Propose(Architecture architecture, std::vector<Proposal>* out) {
    return Propose(std::move(architecture), top_rung_, kNoProposal, out);
  }
  uint64_t Propose(Architecture architecture, int rung, uint64_t resumed_from,
                   std::vector<Proposal>* out) {
    Proposal& proposal = out->emplace_back();
    proposal.id = next_;
    proposal.architecture = std::move(architecture);
    proposal.rung = rung;
    proposal.resumed_from = resumed_from;
    return next_++;
  }

 private:
  uint64_t next_ = 0;
  int top_rung_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_PROPOSER_H_
