#ifndef HWNAS_STRATEGIES_STRATEGY_H_
#define HWNAS_STRATEGIES_STRATEGY_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "tabular/evaluator.h"
#include "tabular/problem.h"
#include "tabular/rng.h"

namespace hwnas {

/// What a strategy gets at construction. The problem outlives it.
struct RunContext {
  const Problem* problem = nullptr;
  Rng rng{0};  // the run's own stream
  /// Charges simulated seconds for work of the strategy's own (fitting a
  /// model, reading a measurement). May be empty: then nothing is charged.
  std::function<void(double seconds)> charge;
};

enum class AskState : uint8_t {
  kReady,  // proposals were given
  kWait,   // nothing to give until more trials are told
  kDone,   // the strategy has ended; it will never propose again
};

/// A search strategy: it is asked for proposals and told trials; it never
/// owns the loop. Every strategy accepts one objective and a ladder of one
/// rung. Single-threaded; deterministic for a seed: all randomness comes from
/// the context's Rng.
class Strategy {
 public:
  virtual ~Strategy() = default;

  /// Appends between 1 and `limit` proposals to `out` and returns kReady, or
  /// leaves it as it is and returns kWait or kDone. Ids are unique in the
  /// run. kWait when nothing is under way is a strategy's error and ends the
  /// run as failed.
  virtual AskState Ask(size_t limit, std::vector<Proposal>* out) = 0;

  /// Results, in any order, of proposals given before.
  virtual void Tell(std::span<const Trial> trials) = 0;

  /// The strategy's answer. nullopt (the default): the best trial observed at
  /// the highest rung reached, or the feasible non-dominated ones. A strategy
  /// that overrides it is asked at log-spaced checkpoints and at the end.
  virtual std::optional<std::vector<Architecture>> Recommend() {
    return std::nullopt;
  }
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_STRATEGY_H_
