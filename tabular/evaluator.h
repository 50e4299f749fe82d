#ifndef HWNAS_TABULAR_EVALUATOR_H_
#define HWNAS_TABULAR_EVALUATOR_H_

#include <array>
#include <cstdint>
#include <span>

#include "tabular/architecture.h"
#include "tabular/problem.h"

namespace hwnas {

constexpr uint64_t kNoProposal = ~uint64_t{0};

/// What a strategy wants evaluated.
struct Proposal {
  uint64_t id = 0;  // the strategy's own, unique within the run
  Architecture architecture;
  int rung = 0;  // of the problem's ladder
  /// Id of an earlier trial of the same architecture whose training goes on:
  /// then only the difference in cost is charged.
  uint64_t resumed_from = kNoProposal;
};

enum class TrialStatus : uint8_t {
  kOk,
  kInvalid,     // not an architecture of the space
  kMissing,     // some observed value does not exist; `missing` says why
  kInfeasible,  // all values exist, a constraint is violated
};
const char* TrialStatusName(TrialStatus status);

/// What became of a proposal. Values are in natural units, in the problem's
/// order (objectives, then constraints); there are none unless kOk or
/// kInfeasible.
struct Trial {
  uint64_t id = 0;
  Architecture architecture;
  int rung = 0;
  TrialStatus status = TrialStatus::kOk;
  Missing missing = Missing::kNone;
  /// Which luck answered: within a problem, equal architecture, rung and
  /// replicate mean equal values. 0 where there is but one.
  uint32_t replicate = 0;
  std::array<double, kMaxValues> values{};
  double cost_seconds = 0;  // charged

  bool HasValues() const {
    return status == TrialStatus::kOk || status == TrialStatus::kInfeasible;
  }
};

/// Answers proposals: from dense columns, a surrogate, or live training; the
/// strategy never knows which. Evaluate is thread-safe.
class Evaluator {
 public:
  virtual ~Evaluator() = default;

  /// Fills `trials[i]` for `proposals[i]`; both have the same length.
  /// `cost_seconds` is the full cost at that rung (the harness subtracts what
  /// a resumed trial has paid). Never throws for what an architecture is:
  /// that is a status.
  virtual void Evaluate(std::span<const Proposal> proposals,
                        std::span<Trial> trials) = 0;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_EVALUATOR_H_
