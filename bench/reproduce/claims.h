#ifndef HWNAS_BENCH_REPRODUCE_CLAIMS_H_
#define HWNAS_BENCH_REPRODUCE_CLAIMS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/results.h"
#include "bench/report/report_model.h"
#include "bench/reproduce/verdict.h"
#include "tabular/table.h"

namespace hwnas {

/// How a claim in words is put to data. Each check looks at cases (devices,
/// pairs of them, data sets) and says in which of them the claim holds:
/// supported where it does in at least 95 % of them, refuted in at most 5 %,
/// else it depends, and on what is said. bench/reproduce/README.md states what
/// each check counts.
enum class ClaimCheck : uint8_t {
  kCostOrder,      // a cost without a platform orders a platform's badly
  kCostsTogether,  // several such, fitted, order a platform's well
  kSumOrder,       // one metric orders a sum of others well
  kOrder,          // one metric orders another well, elite included
  kTwoStage,       // the most accurate network breaks a platform's limit
  kWeightedSums,   // no weights reach some of a front
  kRandomNeeds,    // random search needs more for the same
  kFewShot,        // without measuring all again, much is lost
  kOperators,      // two operators' costs differ between devices
  kNeverGains,     // no value of one metric exceeds another's
  kJoint,          // constrained search beats choosing afterwards
};
/// "cost-order", ...; Error(kUsage) naming the nearest when unknown.
ClaimCheck ParseClaimCheck(std::string_view name);

struct ClaimSpec {
  ClaimCheck check = ClaimCheck::kOrder;
  std::string claim;                 // in words
  std::vector<std::string> metrics;  // `METRIC from SOURCE`
  std::vector<std::string> against;
  ObjectiveSpec accuracy;              // of fronts and choices
  std::vector<std::string> platforms;  // empty: all with a latency
  std::vector<double> limits = {0.1, 0.25, 0.5, 0.75};
  /// Three choices of decisions: two to compare, and one that is free.
  std::vector<std::string> operators;
  double holds_at = 0;  // what a case is compared with
  double elite = 0.1;
  std::string strategy;  // label, of checks on the experiment's runs
  std::string problem;   // kJoint: the one without a constraint
};

struct ClaimAnswer {
  Verdict verdict = Verdict::kNotTestable;
  std::optional<double> figure;
  std::optional<double> low;  // 95 % interval
  std::optional<double> high;
  std::string reason;  // what was counted and found, one line
};

/// What claims are put to. `results` and `model` hold the runs of the
/// experiment beside the claims, where there is one.
struct ClaimData {
  const Table& table;
  const Results& results;
  const ReportModel& model;
  std::string experiment;  // its name, or empty
  std::function<bool()> stop;
};

/// Deterministic. Errors: kNotFound for what the table lacks, kUsage for a
/// spec that lacks what its check needs.
ClaimAnswer AnswerClaim(const ClaimSpec& spec, const ClaimData& data);

/// Supported, refuted or depends, and the cases where it does not hold (or, if
/// fewer, those where it does), named: "holds for 14 of 17 devices (not: a, b,
/// c)".
struct ClaimCases {
  std::string what;  // plural: "devices"
  std::vector<std::string> holds;
  std::vector<std::string> fails;
  void Add(bool held, const std::string& name) {
    (held ? holds : fails).push_back(name);
  }
  Verdict GetVerdict() const;
  std::string Text() const;
};

/// The checks that look at runs: random-needs and joint.
ClaimAnswer AnswerFromRuns(const ClaimSpec& spec, const ClaimData& data);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_CLAIMS_H_
