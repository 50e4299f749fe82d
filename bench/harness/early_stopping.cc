#include "bench/harness/early_stopping.h"

#include <algorithm>

#include "tabular/analysis/summary.h"

namespace hwnas {

bool EarlyStopping::Stops(double value) {
  const bool stops = seen_.size() >= spec_.after &&
                     value > SortedQuantile(seen_, spec_.quantile);
  seen_.insert(std::upper_bound(seen_.begin(), seen_.end(), value), value);
  return stops;
}

void EarlyStopping::Evaluate(std::span<const Proposal> proposals,
                             std::span<Trial> trials) {
  const auto top = static_cast<int>(problem_->ladder.size()) - 1;
  const bool maximised =
      problem_->objectives[0].direction == Direction::kMaximize;
  for (size_t i = 0; i < proposals.size(); ++i) {
    if (proposals[i].rung == top && proposals[i].resumed_from == kNoProposal) {
      Proposal lower = proposals[i];
      lower.rung = spec_.rung;
      evaluator_->Evaluate({&lower, 1}, trials.subspan(i, 1));
      const double value = trials[i].values[0];
      if (trials[i].HasValues() && Stops(maximised ? -value : value)) continue;
    }
    evaluator_->Evaluate(proposals.subspan(i, 1), trials.subspan(i, 1));
  }
}

}  // namespace hwnas
