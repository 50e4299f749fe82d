#include <gtest/gtest.h>

#include <algorithm>

#include "strategies/halving.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Hyperband, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("hyperband", {}, problem, 1).Text(*space),
            RunOnLandscape("hyperband", {}, problem, 1).Text(*space));
}

TEST(Hyperband, BracketsAreThoseOfThePaper) {
  // R = 81, eta = 3 (table 1): 81, 34, 15, 8, 5 architectures.
  const size_t expected[] = {81, 34, 15, 8, 5};
  for (int s = 4; s >= 0; --s) {
    EXPECT_EQ(BracketSize(4, s, 3), expected[4 - s]);
  }
}

TEST(Hyperband, OneBracketHalvesRungByRung) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1, 3);
  const Trace trace =
      RunOnLandscape("hyperband", {}, problem, 1, {.evaluations = 13});
  for (size_t i = 0; i < 13; ++i) {
    EXPECT_EQ(trace.proposals[i].rung, i < 9 ? 0 : i < 12 ? 1 : 2);
  }
  // The three that went on are the best of the nine.
  std::vector<double> values;
  for (size_t i = 0; i < 9; ++i) values.push_back(-trace.trials[i].values[0]);
  std::sort(values.begin(), values.end());
  for (size_t i = 9; i < 12; ++i) {
    const auto origin = std::find_if(
        trace.trials.begin(), trace.trials.begin() + 9,
        [&](const Trial& trial) {
          return trial.architecture == trace.proposals[i].architecture;
        });
    ASSERT_NE(origin, trace.trials.begin() + 9);
    EXPECT_LE(-origin->values[0], values[2]);
  }
}

TEST(Hyperband, WhereWorkersWouldWaitTheNextBracketBegins) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 1, 3);
  const auto strategy = MakeStrategy("hyperband", {}, MakeContext(problem, 1));
  // Nothing is told: 9 start at the lowest rung, 5 at the next, 3 at the top,
  // and round again.
  std::vector<Proposal> proposals;
  while (proposals.size() < 20) {
    ASSERT_EQ(strategy->Ask(20 - proposals.size(), &proposals),
              AskState::kReady);
  }
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(proposals[i].rung, i < 9 ? 0 : i < 14 ? 1 : i < 17 ? 2 : 0) << i;
  }
  // The first bracket is told and goes before the fourth.
  SyntheticEvaluator evaluator(problem);
  std::vector<Trial> trials(9);
  evaluator.Evaluate({proposals.data(), 9}, trials);
  strategy->Tell(trials);
  proposals.clear();
  while (proposals.size() < 4) {
    ASSERT_EQ(strategy->Ask(4 - proposals.size(), &proposals),
              AskState::kReady);
  }
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(proposals[i].rung, i < 3 ? 1 : 0) << i;
  }
}

TEST(Resumes, OnlyACheckpointOfTheSameTraining) {
  Problem problem = MakeProblem(std::make_shared<ToySpace>(2, 2), 1, 3);
  problem.ladder[0].fidelity = Fidelity::Parse("e12of200");
  problem.ladder[1].fidelity = Fidelity::Parse("e50");
  problem.ladder[2].fidelity = Fidelity::Parse("e200");
  EXPECT_TRUE(Resumes(problem, 0, 2, Resume::kAuto));
  EXPECT_FALSE(Resumes(problem, 1, 2, Resume::kAuto));
  EXPECT_FALSE(Resumes(problem, 0, 1, Resume::kAuto));
  EXPECT_TRUE(Resumes(problem, 1, 2, Resume::kAlways));
  EXPECT_FALSE(Resumes(problem, 0, 2, Resume::kNever));
}

TEST(Hyperband, ResumedTrialsNameTheirOrigin) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 1, 3);
  const auto resumed = [&](const char* resume) {
    size_t count = 0;
    for (const Proposal& p : RunOnLandscape("hyperband", {{"resume", resume}},
                                            problem, 1, {.evaluations = 13})
                                 .proposals) {
      count += p.resumed_from != kNoProposal;
    }
    return count;
  };
  EXPECT_EQ(resumed("always"), 4u);
  EXPECT_EQ(resumed("auto"), 0u);  // the ladder's trainings are separate
}

}  // namespace
}  // namespace hwnas
