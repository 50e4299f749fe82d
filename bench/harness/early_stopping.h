#ifndef HWNAS_BENCH_HARNESS_EARLY_STOPPING_H_
#define HWNAS_BENCH_HARNESS_EARLY_STOPPING_H_

#include <memory>
#include <vector>

#include "bench/harness/experiment.h"
#include "tabular/evaluator.h"
#include "tabular/problem.h"

namespace hwnas {

/// The quantile rule for stopping trainings (the median rule of Vizier, Golovin
/// et al., KDD 2017, section 3.1.2, at one fidelity and with any quantile): of
/// a proposal for the highest rung the value at a lower rung is looked at
/// first; where its first objective is worse than the quantile of those looked
/// at before, the trial is what it was at that rung, costs what that costs, and
/// says so by its rung. Trainings that go on cost what the highest rung costs.
/// Compared with are those that were started before, finished or not.
/// Resumed trials, proposals for other rungs, and trials without values at the
/// lower rung are passed on. Of one run and thread.
class EarlyStopping : public Evaluator {
 public:
  /// The problem outlives it.
  EarlyStopping(const EarlyStoppingSpec& spec, const Problem& problem,
                std::unique_ptr<Evaluator> evaluator)
      : spec_(spec), problem_(&problem), evaluator_(std::move(evaluator)) {}

  void Evaluate(std::span<const Proposal> proposals,
                std::span<Trial> trials) override;

 private:
  /// Whether a training with this value, minimised, is to stop; remembers it.
  bool Stops(double value);

  EarlyStoppingSpec spec_;
  const Problem* problem_;
  std::unique_ptr<Evaluator> evaluator_;
  std::vector<double> seen_;  // ascending
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_EARLY_STOPPING_H_
