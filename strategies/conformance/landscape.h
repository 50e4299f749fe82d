#ifndef HWNAS_STRATEGIES_CONFORMANCE_LANDSCAPE_H_
#define HWNAS_STRATEGIES_CONFORMANCE_LANDSCAPE_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "strategies/strategy.h"
#include "tabular/error.h"
#include "tabular/evaluator.h"
#include "tabular/problem.h"
#include "tabular/rng.h"

namespace hwnas {

/// Independent decisions with single-letter choices: `abcab`.
class ToySpace : public CategoricalSpace {
 public:
  ToySpace(size_t decisions, size_t choices)
      : CategoricalSpace(MakeDecisions(decisions, choices)) {}

  std::string Id() const override { return "toy@1"; }
  std::string Format(const Architecture& architecture) const override {
    std::string text;
    for (const uint16_t choice : architecture.Decisions()) {
      text += static_cast<char>('a' + choice);
    }
    return text;
  }
  Architecture Parse(std::string_view text) const override {
    Architecture architecture(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
      architecture[i] = static_cast<uint16_t>(text[i] - 'a');
    }
    if (!IsValid(architecture)) {
      throw Error(ErrorCode::kUsage, "not of the toy space");
    }
    return architecture;
  }

 private:
  static std::vector<Decision> MakeDecisions(size_t decisions, size_t choices) {
    std::vector<Decision> made(decisions);
    for (size_t i = 0; i < decisions; ++i) {
      made[i].name = "d" + std::to_string(i);
      for (size_t c = 0; c < choices; ++c) {
        made[i].choices.emplace_back(1, static_cast<char>('a' + c));
      }
    }
    return made;
  }
};

/// What is odd about a synthetic landscape, in percent of architectures.
struct Oddities {
  uint64_t invalid = 0;
  uint64_t missing = 0;
  uint64_t infeasible = 0;  // needs a constraint in the problem
  bool constant = false;
  double noise = 0;  // added per proposal id
};

/// A landscape of exact arithmetic on any space of independent decisions:
/// accuracy (maximised) is 100 minus distances to a hidden optimum and broken
/// pairs, latency (minimised) a sum over decisions that pulls elsewhere.
/// Values order: accuracy, latency if observed, constraint if there is one.
class SyntheticEvaluator : public Evaluator {
 public:
  SyntheticEvaluator(const Problem& problem, Oddities odd = {})
      : problem_(&problem), odd_(odd) {}

  static double Accuracy(const Architecture& a) {
    double loss = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      const int optimum = static_cast<int>((2 * i + 1) % 4);
      const int distance = std::abs(static_cast<int>(a[i]) - optimum);
      loss += 2.0 * distance;
      if (i > 0 && (a[i] + a[i - 1]) % 3 == 0) loss += 1.5;
    }
    loss += static_cast<double>(a.Hash() % 64) / 64;  // ruggedness
    return 100 - loss;
  }
  static double Latency(const Architecture& a) {
    double sum = 1;
    for (size_t i = 0; i < a.size(); ++i) {
      sum += static_cast<double>(a[i] * (1 + i % 3));
    }
    return sum;
  }

  void Evaluate(std::span<const Proposal> proposals,
                std::span<Trial> trials) override {
    for (size_t i = 0; i < proposals.size(); ++i) {
      trials[i] = One(proposals[i]);
    }
  }

  Trial One(const Proposal& proposal) const {
    Trial trial;
    trial.id = proposal.id;
    trial.architecture = proposal.architecture;
    trial.rung = proposal.rung;
    trial.cost_seconds = 1 + proposal.rung;
    const uint64_t draw = Mix64(proposal.architecture.Hash()) % 100;
    if (draw < odd_.invalid) {
      trial.status = TrialStatus::kInvalid;
      return trial;
    }
    if (draw < odd_.invalid + odd_.missing) {
      trial.status = TrialStatus::kMissing;
      trial.missing = Missing::kDidNotCompile;
      return trial;
    }
    size_t next = 0;
    const double noise =
        odd_.noise * (static_cast<double>(Mix64(proposal.id) % 1000) / 1000);
    // Lower rungs see a blurred accuracy.
    const int below =
        static_cast<int>(problem_->ladder.size()) - 1 - proposal.rung;
    const double blur = below * static_cast<double>(draw % 7) / 7;
    for (const Objective& objective : problem_->objectives) {
      double value = objective.metric.quantity == "accuracy"
                         ? Accuracy(proposal.architecture) - blur
                         : Latency(proposal.architecture);
      if (odd_.constant) value = 7;
      trial.values[next++] = value + noise;
    }
    for (const Constraint& constraint : problem_->constraints) {
      double value = Latency(proposal.architecture);
      if (draw >= 100 - odd_.infeasible) value = constraint.bound + 1;
      trial.values[next++] = value;
      if (!constraint.Satisfied(value)) trial.status = TrialStatus::kInfeasible;
    }
    return trial;
  }

 private:
  const Problem* problem_;
  Oddities odd_;
};

/// `objectives` 1: accuracy; 2: accuracy and latency. `rungs` of cost 1, 2, ..
inline Problem MakeProblem(std::shared_ptr<const SearchSpace> space,
                           size_t objectives = 1, int rungs = 1) {
  Problem problem;
  problem.name = "synthetic";
  problem.space = std::move(space);
  problem.objectives.push_back(
      {Metric::Parse("accuracy:cifar10/val/e12"), Direction::kMaximize});
  if (objectives > 1) {
    problem.objectives.push_back(
        {Metric::Parse("latency@pixel3"), Direction::kMinimize});
  }
  for (int rung = 0; rung < rungs; ++rung) {
    Rung step;
    step.fidelity.epochs = 1;
    for (int k = 0; k < rung; ++k) step.fidelity.epochs *= 3;
    step.cost_scale = step.fidelity.epochs;
    problem.ladder.push_back(step);
  }
  problem.budget.evaluations = 200;
  return problem;
}

enum class TellOrder { kInOrder, kReversed, kShuffled };

struct DriveOptions {
  uint64_t evaluations = 200;
  size_t workers = 1;
  TellOrder order = TellOrder::kInOrder;
};

struct Trace {
  std::vector<Proposal> proposals;
  std::vector<Trial> trials;  // as told
  AskState last = AskState::kReady;

  /// Text of all that a strategy did: ids, decisions, rungs, resumptions.
  std::string Text(const SearchSpace& space) const {
    std::string text;
    for (const Proposal& p : proposals) {
      text += std::to_string(p.id) + " " + space.Format(p.architecture) + " " +
              std::to_string(p.rung);
      if (p.resumed_from != kNoProposal) {
        text += " <" + std::to_string(p.resumed_from);
      }
      text += "\n";
    }
    return text;
  }
};

/// Error(kPlugin) that the strategy did `what` unless `kept`.
inline void Require(bool kept, const char* what) {
  if (!kept) {
    throw Error(ErrorCode::kPlugin, std::string("the strategy ") + what);
  }
}

/// Asks and tells, checking the contract of both on the way: with `workers`
/// under way at most, one trial is told when all are busy or the strategy
/// waits.
inline Trace Drive(Strategy& strategy, Evaluator& evaluator,
                   const DriveOptions& options) {
  Trace trace;
  Rng order(12345);
  std::vector<Proposal> under_way;
  std::set<uint64_t> ids;
  std::vector<Proposal> out;
  while (true) {
    const uint64_t left = options.evaluations - trace.proposals.size();
    const size_t limit = static_cast<size_t>(
        std::min<uint64_t>(left, options.workers - under_way.size()));
    AskState state = AskState::kWait;
    if (limit > 0) {
      out.clear();
      state = strategy.Ask(limit, &out);
      trace.last = state;
      Require(out.size() <= limit, "proposed more than the limit");
      Require((state == AskState::kReady) == !out.empty(),
              "said ready and proposed nothing, or proposed while it said "
              "wait or done");
      Require(state != AskState::kWait || !under_way.empty(),
              "waits while nothing is under way");
    }
    for (Proposal& proposal : out) {
      if (limit == 0) break;
      Require(ids.insert(proposal.id).second, "used a proposal's id twice");
      trace.proposals.push_back(proposal);
      under_way.push_back(std::move(proposal));
    }
    out.clear();
    if (under_way.empty()) break;
    if (state == AskState::kReady && under_way.size() < options.workers &&
        trace.proposals.size() < options.evaluations) {
      continue;
    }
    size_t pick = 0;
    if (options.order == TellOrder::kReversed) pick = under_way.size() - 1;
    if (options.order == TellOrder::kShuffled) {
      pick = order.Below(under_way.size());
    }
    Trial trial;
    evaluator.Evaluate({&under_way[pick], 1}, {&trial, 1});
    under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(pick));
    strategy.Tell({&trial, 1});
    trace.trials.push_back(trial);
  }
  return trace;
}

inline RunContext MakeContext(const Problem& problem, uint64_t seed) {
  RunContext context;
  context.problem = &problem;
  context.rng = Rng(seed);
  return context;
}

/// Best first objective (accuracy) among trials at the top rung.
inline double BestAccuracy(const Trace& trace, const Problem& problem) {
  double best = -1e300;
  for (const Trial& trial : trace.trials) {
    if (trial.status != TrialStatus::kOk) continue;
    if (trial.rung + 1 != static_cast<int>(problem.ladder.size())) continue;
    best = std::max(best, trial.values[0]);
  }
  return best;
}

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_CONFORMANCE_LANDSCAPE_H_
