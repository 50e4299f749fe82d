#include "bench/harness/run.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "bench/harness/entry_index.h"
#include "tabular/analysis/pareto.h"
#include "tabular/error.h"
#include "tabular/sha256.h"

namespace hwnas {
namespace {

constexpr size_t kLongestReason = 1500;

/// A trial on a simulated worker.
struct Flight {
  double finish = 0;
  uint64_t order = 0;  // of asking: breaks ties
  Trial trial;
  LoggedTrial log;
};
struct Later {
  bool operator()(const Flight& a, const Flight& b) const {
    if (a.finish != b.finish) return a.finish > b.finish;
    return a.order > b.order;
  }
};

/// What a finished trial leaves for one that resumes it.
struct Paid {
  Architecture architecture;
  int rung = 0;
  double full_cost = 0;
};

class Loop {
 public:
  Loop(const Problem& problem, const Protocol& protocol, Evaluator& evaluator,
       const Scorer& scorer, Strategy& strategy, double* strategy_charge)
      : problem_(problem),
        protocol_(protocol),
        evaluator_(evaluator),
        scorer_(scorer),
        strategy_(strategy),
        strategy_charge_(strategy_charge),
        resumes_(problem.ladder.size() > 1) {
    // Above this the log grows by itself.
    constexpr uint64_t kReserve = 1 << 16;
    const uint64_t expected = std::min(problem.budget.max_trials, kReserve);
    if (protocol.evaluations != 0) {
      outcome_.trials.reserve(std::min(expected, protocol.evaluations));
    }
  }

  RunOutcome Run(const std::function<bool()>& interrupted) {
    try {
      outcome_.end = Drive(interrupted);
      if (outcome_.end != RunEnd::kInterrupted) Finish();
      Renumber();
    } catch (const std::exception& error) {
      outcome_.end = RunEnd::kFailed;
      outcome_.reason = Quoted(error.what(), kLongestReason);
      Renumber();
    }
    outcome_.simulated_seconds = clock_;
    outcome_.strategy_seconds = charged_;
    return std::move(outcome_);
  }

 private:
  RunEnd Drive(const std::function<bool()>& interrupted) {
    bool done = false;
    for (;;) {
      if (interrupted && interrupted()) {
        return RunEnd::kInterrupted;
      }
      const size_t told = outcome_.trials.size();
      while (!done && Workers() > 0 && Affordable()) {
        const AskState state = AskSome();
        if (state == AskState::kDone) done = true;
        if (state == AskState::kWait || protocol_.workers == 1) break;
      }
      if (outcome_.trials.size() > told) continue;  // one worker: it is told
      if (flights_.empty()) {
        if (done) return RunEnd::kDone;
        if (outcome_.trials.size() >= problem_.budget.max_trials) {
          return RunEnd::kMaxTrials;
        }
        if (!WithinBudget() || lost_workers_ > 0) return RunEnd::kBudget;
        throw Error(ErrorCode::kPlugin,
                    "the strategy waits while nothing is under way");
      }
      LandNext();
    }
  }

  int Workers() const {
    return protocol_.workers - lost_workers_ -
           static_cast<int>(flights_.size());
  }
  bool WithinBudget() const {
    return (protocol_.evaluations == 0 ||
            outcome_.evaluations < protocol_.evaluations) &&
           (protocol_.simulated_seconds == 0 ||
            start_ < protocol_.simulated_seconds);
  }
  bool Affordable() const {
    return WithinBudget() && outcome_.trials.size() + flights_.size() <
                                 problem_.budget.max_trials;
  }

  AskState AskSome() {
    proposals_.clear();
    uint64_t limit = static_cast<uint64_t>(Workers());
    limit =
        std::min<uint64_t>(limit, problem_.budget.max_trials -
                                      outcome_.trials.size() - flights_.size());
    if (protocol_.evaluations != 0) {
      limit = std::min(limit, protocol_.evaluations - outcome_.evaluations);
    }
    const AskState state = strategy_.Ask(limit, &proposals_);
    TakeCharge();
    if (state != AskState::kReady) {
      if (!proposals_.empty()) Broken("proposed while it said wait or done");
      return state;
    }
    if (proposals_.empty()) Broken("said ready and proposed nothing");
    if (proposals_.size() > limit) Broken("proposed more than the limit");
    trials_.resize(proposals_.size());
    for (const Proposal& proposal : proposals_) CheckProposal(proposal);
    evaluator_.Evaluate(proposals_, trials_);
    for (size_t i = 0; i < proposals_.size(); ++i) Start(proposals_[i], i);
    return state;
  }

  void CheckProposal(const Proposal& proposal) {
    if (proposal.rung < 0 ||
        proposal.rung >= static_cast<int>(problem_.ladder.size())) {
      Broken("proposed a rung that the ladder does not have");
    }
    if (proposal.id == kNoProposal || !ids_.insert(proposal.id)) {
      Broken("used a proposal id twice");
    }
  }

  void Start(const Proposal& proposal, size_t i) {
    Trial& trial = trials_[i];
    trial.id = proposal.id;
    LoggedTrial log;
    log.entry = index_.Find(outcome_.entries, trial.architecture, trial.rung);
    log.repeated = log.entry != EntryIndex::kNone;
    const double full_cost = trial.cost_seconds;
    double cost = full_cost;
    if (proposal.resumed_from != kNoProposal) {
      cost = std::max(0.0, cost - PaidBefore(proposal));
    }
    const bool free = (log.repeated && protocol_.repeated == Charge::kFree) ||
                      (trial.status == TrialStatus::kInvalid &&
                       protocol_.invalid == Charge::kFree) ||
                      (trial.status == TrialStatus::kMissing &&
                       protocol_.missing == Charge::kFree);
    if (free) cost = 0;
    log.charged = !free;
    log.cost_seconds = cost;
    log.finish_seconds = start_ + cost;
    if (!protocol_.crossing_counts && protocol_.simulated_seconds != 0 &&
        log.finish_seconds > protocol_.simulated_seconds) {
      // It would end too late: its worker is busy beyond the budget.
      ++lost_workers_;
      return;
    }
    if (!log.repeated) log.entry = Enter(trial);
    trial.cost_seconds = cost;
    if (log.charged) ++outcome_.evaluations;
    if (resumes_) {
      paid_[proposal.id] = {trial.architecture, proposal.rung, full_cost};
    }
    if (protocol_.workers == 1) {
      Land(trial, log);
    } else {
      flights_.push({log.finish_seconds, order_++, std::move(trial), log});
    }
  }

  double PaidBefore(const Proposal& proposal) const {
    const auto found = paid_.find(proposal.resumed_from);
    if (found == paid_.end() ||
        found->second.architecture != proposal.architecture ||
        found->second.rung >= proposal.rung) {
      Broken("resumed what is no earlier trial of that architecture");
    }
    return found->second.full_cost;
  }

  void LandNext() {
    const Flight flight = flights_.top();
    flights_.pop();
    Land(flight.trial, flight.log);
  }

  void Land(const Trial& trial, const LoggedTrial& log) {
    clock_ = log.finish_seconds;
    start_ = std::max(start_, clock_);
    outcome_.trials.push_back(log);
    strategy_.Tell({&trial, 1});
    TakeCharge();
    if (overrides_ && IsCheckpoint(outcome_.trials.size())) {
      Checkpoint checkpoint{outcome_.trials.size(), {}};
      auto answer = strategy_.Recommend();
      TakeCharge();
      overrides_ = answer.has_value();
      if (!answer) return;
      checkpoint.recommended = EnterAnswer(*answer);
      outcome_.checkpoints.push_back(std::move(checkpoint));
    }
  }

  void Finish() {
    if (const auto answer = strategy_.Recommend()) {
      outcome_.recommended = EnterAnswer(*answer);
    } else {
      outcome_.recommended = DefaultRecommendation(problem_, outcome_.entries);
    }
    TakeCharge();
  }

  /// Entries in the order in which trials, the answer and checkpoints name
  /// them, so that a run read back from its trials is the same.
  void Renumber() {
    constexpr uint32_t kUnseen = UINT32_MAX;
    std::vector<uint32_t> fresh(outcome_.entries.size(), kUnseen);
    std::vector<uint32_t> order;
    const auto see = [&](uint32_t* entry) {
      uint32_t& number = fresh[*entry];
      if (number == kUnseen) {
        number = static_cast<uint32_t>(order.size());
        order.push_back(*entry);
      }
      *entry = number;
    };
    for (LoggedTrial& trial : outcome_.trials) see(&trial.entry);
    for (uint32_t& entry : outcome_.recommended) see(&entry);
    for (Checkpoint& checkpoint : outcome_.checkpoints) {
      for (uint32_t& entry : checkpoint.recommended) see(&entry);
    }
    std::vector<DictionaryEntry> entries;
    entries.reserve(order.size());
    for (const uint32_t i : order) {
      entries.push_back(std::move(outcome_.entries[i]));
    }
    outcome_.entries = std::move(entries);
  }

  void TakeCharge() {
    if (strategy_charge_ == nullptr || *strategy_charge_ == 0) return;
    charged_ += *strategy_charge_;
    start_ = std::max(start_, clock_) + *strategy_charge_;
    *strategy_charge_ = 0;
  }

  uint32_t Enter(const Trial& trial) {
    DictionaryEntry entry;
    entry.architecture = trial.architecture;
    entry.rung = trial.rung;
    entry.replicate = trial.replicate;
    entry.status = trial.status;
    entry.missing = trial.missing;
    entry.full_cost_seconds = trial.cost_seconds;
    if (trial.HasValues()) {
      entry.values.assign(trial.values.begin(),
                          trial.values.begin() + problem_.Values());
    }
    if (trial.status != TrialStatus::kInvalid) Score(&entry);
    return Append(std::move(entry));
  }

  uint32_t Append(DictionaryEntry entry) {
    const auto position = static_cast<uint32_t>(outcome_.entries.size());
    outcome_.entries.push_back(std::move(entry));
    index_.Insert(outcome_.entries, position);
    return position;
  }

  std::vector<uint32_t> EnterAnswer(const std::vector<Architecture>& answer) {
    std::vector<uint32_t> indices;
    for (const Architecture& architecture : answer) {
      indices.push_back(EnterRecommended(architecture));
    }
    return indices;
  }

  /// The entry of a recommended architecture: the one met at the highest
  /// rung, else one of its own that was never evaluated.
  uint32_t EnterRecommended(const Architecture& architecture) {
    for (int rung = static_cast<int>(problem_.ladder.size()); rung-- > -1;) {
      const uint32_t found = index_.Find(outcome_.entries, architecture, rung);
      if (found != EntryIndex::kNone) return found;
    }
    DictionaryEntry entry;
    entry.architecture = architecture;
    entry.rung = -1;
    if (problem_.space->IsValid(architecture)) {
      Score(&entry);
    } else {
      entry.status = TrialStatus::kInvalid;
    }
    return Append(std::move(entry));
  }

  void Score(DictionaryEntry* entry) {
    entry->scores.resize(problem_.score.empty() ? problem_.objectives.size()
                                                : problem_.score.size());
    scorer_.Score(entry->architecture, entry->scores);
    entry->marks = scorer_.Mark(entry->architecture,
                                entry->values.empty() ? -1 : entry->rung);
  }

  [[noreturn]] static void Broken(const char* what) {
    throw Error(ErrorCode::kPlugin, std::string("the strategy ") + what);
  }

  /// Ids met: a dense prefix costs nothing, others go to a set.
  class IdSet {
   public:
    bool insert(uint64_t id) {
      if (id == next_) {
        ++next_;
        return sparse_.empty() || !sparse_.contains(id);
      }
      if (id < next_) return false;
      return sparse_.emplace(id, true).second;
    }

   private:
    uint64_t next_ = 0;
    std::unordered_map<uint64_t, bool> sparse_;
  };

  const Problem& problem_;
  const Protocol& protocol_;
  Evaluator& evaluator_;
  const Scorer& scorer_;
  Strategy& strategy_;
  double* strategy_charge_;
  const bool resumes_;

  RunOutcome outcome_;
  EntryIndex index_{false};
  std::unordered_map<uint64_t, Paid> paid_;
  IdSet ids_;
  std::vector<Proposal> proposals_;
  std::vector<Trial> trials_;
  std::priority_queue<Flight, std::vector<Flight>, Later> flights_;
  int lost_workers_ = 0;
  uint64_t order_ = 0;
  double clock_ = 0;    // of the last trial that ended
  double start_ = 0;    // when what is proposed now begins
  double charged_ = 0;  // by the strategy
  bool overrides_ = true;
};

/// `a` at least as good as `b` in a direction, as a cost to minimise.
double AsCost(double value, Direction direction) {
  return direction == Direction::kMinimize ? value : -value;
}

}  // namespace

const char* RunEndName(RunEnd end) {
  switch (end) {
    case RunEnd::kBudget:
      return "budget";
    case RunEnd::kDone:
      return "done";
    case RunEnd::kMaxTrials:
      return "max-trials";
    case RunEnd::kFailed:
      return "failed";
    case RunEnd::kInterrupted:
      return "interrupted";
  }
  return "?";
}

bool IsCheckpoint(uint64_t trials) {
  if (trials == 0) return false;
  while (trials % 10 == 0) trials /= 10;
  return trials == 1 || trials == 2 || trials == 5;
}

std::vector<uint32_t> DefaultRecommendation(
    const Problem& problem, std::span<const DictionaryEntry> entries) {
  int rung = -1;
  for (const DictionaryEntry& entry : entries) {
    if (entry.status == TrialStatus::kOk) rung = std::max(rung, entry.rung);
  }
  std::vector<uint32_t> candidates;
  if (rung < 0) return candidates;
  for (uint32_t i = 0; i < entries.size(); ++i) {
    if (entries[i].status == TrialStatus::kOk && entries[i].rung == rung) {
      candidates.push_back(i);
    }
  }
  const size_t objectives = problem.objectives.size();
  if (objectives == 1) {
    const Direction direction = problem.objectives[0].direction;
    uint32_t best = candidates[0];
    for (const uint32_t i : candidates) {
      if (AsCost(entries[i].values[0], direction) <
          AsCost(entries[best].values[0], direction)) {
        best = i;
      }
    }
    return {best};
  }
  std::vector<double> costs;
  for (const uint32_t i : candidates) {
    for (size_t k = 0; k < objectives; ++k) {
      costs.push_back(
          AsCost(entries[i].values[k], problem.objectives[k].direction));
    }
  }
  std::vector<uint32_t> front;
  for (const size_t i : NonDominated(costs, objectives)) {
    front.push_back(candidates[i]);
  }
  return front;
}

std::string RunOutcome::Digest() const {
  Sha256 hash;
  hash.Add(std::string_view("hwnas outcome 1"));
  hash.Add(std::string_view(RunEndName(end)));
  hash.Add(reason);
  std::vector<double> full_costs;
  full_costs.reserve(entries.size());
  hash.Add(static_cast<uint64_t>(entries.size()));
  for (const DictionaryEntry& entry : entries) {
    full_costs.push_back(entry.full_cost_seconds);
    hash.Add(ContentHash(entry));
  }
  hash.Add(PackTrials(trials, full_costs));
  hash.Add(PackIndices(recommended));
  hash.Add(static_cast<uint64_t>(checkpoints.size()));
  for (const Checkpoint& checkpoint : checkpoints) {
    hash.Add(checkpoint.trials);
    hash.Add(PackIndices(checkpoint.recommended));
  }
  hash.Add(evaluations);
  hash.Add(simulated_seconds);
  hash.Add(strategy_seconds);
  return hash.HexDigest();
}

RunOutcome FailedOutcome(const std::string& reason) {
  RunOutcome outcome;
  outcome.end = RunEnd::kFailed;
  outcome.reason = Quoted(reason, kLongestReason);
  return outcome;
}

RunOutcome RunStrategy(const Problem& problem, const Protocol& protocol,
                       Evaluator& evaluator, const Scorer& scorer,
                       Strategy& strategy, double* strategy_charge,
                       const std::function<bool()>& interrupted) {
  Loop loop(problem, protocol, evaluator, scorer, strategy, strategy_charge);
  return loop.Run(interrupted);
}

}  // namespace hwnas
