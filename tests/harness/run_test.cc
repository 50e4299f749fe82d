#include "bench/harness/run.h"

#include <gtest/gtest.h>

#include <map>

#include "strategies/registry.h"
#include "tabular/error.h"
#include "tabular/spaces/nb201.h"

namespace hwnas {
namespace {

/// Answers with the architecture's rank; costs rank + 1 seconds a rung.
class RankEvaluator : public Evaluator, public Scorer {
 public:
  explicit RankEvaluator(const SearchSpace* space) : space_(space) {}

  void Evaluate(std::span<const Proposal> proposals,
                std::span<Trial> trials) override {
    for (size_t i = 0; i < proposals.size(); ++i) {
      Trial& trial = trials[i];
      trial = Trial();
      trial.architecture = proposals[i].architecture;
      trial.rung = proposals[i].rung;
      const auto rank = space_->Rank(trial.architecture);
      if (missing.contains(*rank)) {
        trial.status = TrialStatus::kMissing;
        trial.missing = Missing::kDidNotCompile;
      }
      trial.values[0] = static_cast<double>(*rank);
      trial.cost_seconds = cost(*rank) * (trial.rung + 1);
    }
  }
  void Score(const Architecture& architecture,
             std::span<Value> scores) const override {
    scores[0] = {static_cast<double>(*space_->Rank(architecture)) * 10, {}};
  }

  std::map<uint64_t, bool> missing;
  std::function<double(uint64_t)> cost = [](uint64_t rank) {
    return static_cast<double>(rank + 1);
  };

 private:
  const SearchSpace* space_;
};

/// Proposes what a script says.
class Scripted : public Strategy {
 public:
  struct Step {
    uint64_t rank;
    int rung = 0;
    uint64_t resumed_from = kNoProposal;
  };
  Scripted(const SearchSpace* space, std::vector<Step> steps)
      : space_(space), steps_(std::move(steps)) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (next_ == steps_.size()) return AskState::kDone;
    while (next_ < steps_.size() && out->size() < limit) {
      const Step& step = steps_[next_];
      out->push_back(
          {next_, space_->Unrank(step.rank), step.rung, step.resumed_from});
      ++next_;
    }
    return AskState::kReady;
  }
  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      told.push_back(trial.id);
      costs.push_back(trial.cost_seconds);
    }
  }

  std::vector<uint64_t> told;
  std::vector<double> costs;

 private:
  const SearchSpace* space_;
  std::vector<Step> steps_;
  size_t next_ = 0;
};

class RunTest : public testing::Test {
 protected:
  RunTest() : space_(std::make_shared<Nb201Space>()), evaluator_(space_.get()) {
    problem_.space = space_;
    problem_.objectives = {{Metric::Parse("latency"), Direction::kMinimize}};
    problem_.ladder.resize(2);
    problem_.budget.max_trials = 1000;
  }
  RunOutcome Run(Strategy& strategy) {
    problem_.budget.workers = protocol_.workers;
    return RunStrategy(problem_, protocol_, evaluator_, evaluator_, strategy,
                       nullptr);
  }
  RunOutcome Run(std::vector<Scripted::Step> steps) {
    Scripted strategy(space_.get(), std::move(steps));
    RunOutcome outcome = Run(strategy);
    told_ = strategy.told;
    costs_ = strategy.costs;
    return outcome;
  }

  std::shared_ptr<Nb201Space> space_;
  RankEvaluator evaluator_;
  Problem problem_;
  Protocol protocol_;
  std::vector<uint64_t> told_;
  std::vector<double> costs_;
};

TEST_F(RunTest, EndsWhenTheEvaluationsAreSpent) {
  protocol_.evaluations = 3;
  const RunOutcome outcome = Run({{5}, {3}, {8}, {1}});
  EXPECT_EQ(outcome.end, RunEnd::kBudget);
  EXPECT_EQ(outcome.trials.size(), 3u);
  EXPECT_EQ(outcome.evaluations, 3u);
  EXPECT_EQ(outcome.entries[outcome.recommended.at(0)].values[0], 3);
  EXPECT_EQ(outcome.entries[outcome.recommended.at(0)].scores[0].value, 30);
}

TEST_F(RunTest, TheEvaluationThatCrossesTheTimeCountsUnlessToldOtherwise) {
  protocol_.simulated_seconds = 10;
  // Costs 6 + 4 + 9: the second ends at 10, just when the budget does.
  EXPECT_EQ(Run({{5}, {3}, {8}}).trials.size(), 2u);
  protocol_.simulated_seconds = 10.5;
  RunOutcome outcome = Run({{5}, {3}, {8}, {0}});
  EXPECT_EQ(outcome.trials.size(), 3u);
  EXPECT_EQ(outcome.simulated_seconds, 19);
  protocol_.crossing_counts = false;
  outcome = Run({{5}, {3}, {0}, {8}});
  EXPECT_EQ(outcome.trials.size(), 2u);
  EXPECT_EQ(outcome.evaluations, 2u);
  EXPECT_EQ(outcome.end, RunEnd::kBudget);
  // What did not count is not the answer either.
  EXPECT_EQ(outcome.entries[outcome.recommended.at(0)].values[0], 3);
}

TEST_F(RunTest, WorkersFinishInOrderOfTimeWithTiesByAsking) {
  protocol_.evaluations = 4;
  protocol_.workers = 2;
  // Costs 6 and 2 start together; 2 ends first and is followed by cost 4,
  // which ends at 6 as the first does.
  const RunOutcome outcome = Run({{5}, {1}, {3}, {0}});
  EXPECT_EQ(told_, (std::vector<uint64_t>{1, 0, 2, 3}));
  EXPECT_EQ(outcome.simulated_seconds, 7);
}

TEST_F(RunTest, AResumedTrialIsChargedTheDifference) {
  protocol_.evaluations = 10;
  const RunOutcome outcome = Run({{4, 0}, {4, 1, 0}});
  EXPECT_EQ(costs_, (std::vector<double>{5, 5}));
  EXPECT_EQ(outcome.simulated_seconds, 10);
  EXPECT_EQ(outcome.end, RunEnd::kDone);
}

TEST_F(RunTest, ResumingAnotherArchitectureIsTheStrategysFailure) {
  protocol_.evaluations = 10;
  const RunOutcome outcome = Run({{4, 0}, {5, 1, 0}});
  EXPECT_EQ(outcome.end, RunEnd::kFailed);
  EXPECT_NE(outcome.reason.find("resumed"), std::string::npos);
  EXPECT_EQ(outcome.trials.size(), 1u);
}

TEST_F(RunTest, RepeatedProposalsAreChargedAsTheProtocolSays) {
  protocol_.evaluations = 3;
  EXPECT_EQ(Run({{4}, {4}, {4}, {4}, {5}}).trials.size(), 3u);
  protocol_.repeated = Charge::kFree;
  const RunOutcome outcome = Run({{4}, {4}, {4}, {5}, {6}, {7}});
  EXPECT_EQ(outcome.evaluations, 3u);
  EXPECT_EQ(outcome.trials.size(), 5u);
  EXPECT_TRUE(outcome.trials[1].repeated);
  EXPECT_FALSE(outcome.trials[1].charged);
  EXPECT_EQ(outcome.simulated_seconds, 5 + 6 + 7);
}

TEST_F(RunTest, EndlessFreeRepetitionMeetsTheCapOnTrials) {
  protocol_.evaluations = 3;
  protocol_.repeated = Charge::kFree;
  problem_.budget.max_trials = 50;
  const RunOutcome outcome = Run(std::vector<Scripted::Step>(100, {4}));
  EXPECT_EQ(outcome.end, RunEnd::kMaxTrials);
  EXPECT_EQ(outcome.trials.size(), 50u);
}

TEST_F(RunTest, MissingTrialsAreNeverTheAnswer) {
  protocol_.evaluations = 10;
  evaluator_.missing[1] = true;
  const RunOutcome outcome = Run({{1}, {9}});
  EXPECT_EQ(outcome.entries[outcome.recommended.at(0)].values[0], 9);
  EXPECT_EQ(outcome.entries[0].status, TrialStatus::kMissing);
  EXPECT_TRUE(outcome.entries[0].values.empty());
}

class Misbehaving : public Strategy {
 public:
  explicit Misbehaving(int how) : how_(how) {}
  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const Architecture some(6);
    switch (how_) {
      case 0:
        throw std::runtime_error("out of\nideas");
      case 1:
        return AskState::kWait;
      case 2:
        return AskState::kReady;
      case 3:
        for (size_t i = 0; i <= limit; ++i) out->push_back({i, some});
        return AskState::kReady;
      case 4:
        out->push_back({0, some});
        return AskState::kReady;  // the same id for ever
      default:
        out->push_back({0, some, 7});
        return AskState::kReady;
    }
  }
  void Tell(std::span<const Trial>) override {}

 private:
  int how_;
};

TEST_F(RunTest, ABrokenStrategyIsAnOutcomeWithItsReason) {
  protocol_.evaluations = 5;
  const char* reasons[] = {"out of\\x0aideas", "waits",
                           "proposed nothing", "limit",
                           "id twice",         "rung"};
  for (int how = 0; how < 6; ++how) {
    Misbehaving strategy(how);
    const RunOutcome outcome = Run(strategy);
    EXPECT_EQ(outcome.end, RunEnd::kFailed) << how;
    EXPECT_NE(outcome.reason.find(reasons[how]), std::string::npos)
        << outcome.reason;
  }
}

TEST_F(RunTest, ChargedSecondsDelayWhatIsProposedNext) {
  protocol_.simulated_seconds = 100;
  double charge = 0;
  class Charging : public Scripted {
   public:
    Charging(const SearchSpace* space, double* charge)
        : Scripted(space, {{0}, {0}}), charge_(charge) {}
    void Tell(std::span<const Trial>) override { *charge_ += 30; }

   private:
    double* charge_;
  } strategy(space_.get(), &charge);
  const RunOutcome outcome = RunStrategy(problem_, protocol_, evaluator_,
                                         evaluator_, strategy, &charge);
  EXPECT_EQ(outcome.trials[1].finish_seconds, 32);
  EXPECT_EQ(outcome.strategy_seconds, 60);
}

TEST_F(RunTest, CheckpointsAreLogSpaced) {
  std::vector<uint64_t> at;
  for (uint64_t n = 0; n <= 1000; ++n) {
    if (IsCheckpoint(n)) at.push_back(n);
  }
  EXPECT_EQ(at,
            (std::vector<uint64_t>{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}));
}

/// Answers with an architecture that it never proposed.
class Opinionated : public Scripted {
 public:
  explicit Opinionated(const SearchSpace* space)
      : Scripted(space, {{3}, {4}, {5}}), space_(space) {}
  std::optional<std::vector<Architecture>> Recommend() override {
    return std::vector<Architecture>{space_->Unrank(77)};
  }

 private:
  const SearchSpace* space_;
};

TEST_F(RunTest, AnAnswerNeverEvaluatedIsScoredAllTheSame) {
  protocol_.evaluations = 10;
  Opinionated strategy(space_.get());
  const RunOutcome outcome = Run(strategy);
  const DictionaryEntry& answer = outcome.entries[outcome.recommended.at(0)];
  EXPECT_EQ(answer.rung, -1);
  EXPECT_EQ(answer.scores[0].value, 770);
  ASSERT_EQ(outcome.checkpoints.size(), 2u);
  EXPECT_EQ(outcome.checkpoints[1].trials, 2u);
}

TEST_F(RunTest, InterruptionEndsTheRunBetweenTrials) {
  protocol_.evaluations = 100;
  Scripted strategy(space_.get(), std::vector<Scripted::Step>(100, {4}));
  int asked = 0;
  const RunOutcome outcome =
      RunStrategy(problem_, protocol_, evaluator_, evaluator_, strategy,
                  nullptr, [&asked] { return ++asked > 10; });
  EXPECT_EQ(outcome.end, RunEnd::kInterrupted);
  EXPECT_LT(outcome.trials.size(), 100u);
}

TEST_F(RunTest, TheDigestSeesEveryRecordedNumber) {
  protocol_.evaluations = 3;
  const RunOutcome outcome = Run({{5}, {3}, {8}});
  RunOutcome other = outcome;
  EXPECT_EQ(other.Digest(), outcome.Digest());
  other.trials[1].finish_seconds += 1e-9;
  EXPECT_NE(other.Digest(), outcome.Digest());
  other = outcome;
  other.entries[2].values[0] = 7;
  EXPECT_NE(other.Digest(), outcome.Digest());
  other = outcome;
  other.recommended = {0};
  EXPECT_NE(other.Digest(), outcome.Digest());
}

}  // namespace
}  // namespace hwnas
