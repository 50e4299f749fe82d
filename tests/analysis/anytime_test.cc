#include "bench/analysis/anytime.h"

#include <span>

#include "bench/harness/run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DictionaryEntry Entry(double value, int rung = 0,
                      TrialStatus status = TrialStatus::kOk) {
  DictionaryEntry entry;
  entry.rung = rung;
  entry.status = status;
  entry.values = {value};
  return entry;
}

LoggedTrial Trial(uint32_t entry, bool charged = true) {
  LoggedTrial trial;
  trial.entry = entry;
  trial.charged = charged;
  return trial;
}

std::vector<size_t> Walk(const std::vector<LoggedTrial>& trials,
                         const std::vector<double>& grid,
                         Spending on = Spending::kEvaluations) {
  std::vector<size_t> indices;
  WalkSpent(Spent(trials, on), grid, [&](size_t point, size_t index) {
    EXPECT_EQ(point, indices.size());
    indices.push_back(index);
  });
  return indices;
}

TEST(EvaluationGrid, IsLogSpacedAndEndsWithTheMost) {
  EXPECT_THAT(EvaluationGrid(0), IsEmpty());
  EXPECT_THAT(EvaluationGrid(1), ElementsAre(1));
  EXPECT_THAT(EvaluationGrid(10), ElementsAre(1, 2, 3, 5, 7, 10));
  EXPECT_THAT(EvaluationGrid(25), ElementsAre(1, 2, 3, 5, 7, 10, 20, 25));
}

TEST(WalkSpent, FreeTrialsBelongToTheEvaluationBeforeThem) {
  const std::vector<LoggedTrial> trials = {Trial(0), Trial(1, false), Trial(2),
                                           Trial(3)};
  EXPECT_THAT(Walk(trials, {1, 2, 3}), ElementsAre(2, 3, 4));
}

TEST(WalkSpent, ARunThatEndedEarlyStaysWhereItEnded) {
  EXPECT_THAT(Walk({Trial(0), Trial(1)}, {1, 2, 5, 10}),
              ElementsAre(1, 2, 2, 2));
  EXPECT_THAT(Walk({}, {1, 2}), ElementsAre(0, 0));
}

TEST(WalkSpent, ClockAndCostDifferWithSeveralWorkers) {
  // Two workers: both begin at 0 and take 10 and 15 seconds; the first goes on.
  std::vector<LoggedTrial> trials = {Trial(0), Trial(1), Trial(2)};
  trials[0].cost_seconds = 10;
  trials[0].finish_seconds = 10;
  trials[1].cost_seconds = 15;
  trials[1].finish_seconds = 15;
  trials[2].cost_seconds = 10;
  trials[2].finish_seconds = 20;
  EXPECT_THAT(Spent(trials, Spending::kClock), ElementsAre(10, 15, 20));
  EXPECT_THAT(Spent(trials, Spending::kCost), ElementsAre(10, 25, 35));
  EXPECT_THAT(Walk(trials, {9, 15, 25}, Spending::kClock),
              ElementsAre(0, 2, 3));
  EXPECT_THAT(Walk(trials, {9, 15, 25}, Spending::kCost), ElementsAre(0, 1, 2));
}

TEST(SecondsGrid, HasEightPointsADecadeAndEndsWithTheMost) {
  EXPECT_THAT(SecondsGrid(0), IsEmpty());
  const std::vector<double> grid = SecondsGrid(1000);
  ASSERT_EQ(grid.size(), 25u);
  EXPECT_DOUBLE_EQ(grid[0], 1);
  EXPECT_DOUBLE_EQ(grid[8], 10);
  EXPECT_EQ(grid[24], 1000);
}

TEST(Incumbents, AreTheBestSoFarAtTheHighestRung) {
  const std::vector<DictionaryEntry> dictionary = {
      Entry(5),    Entry(9, 0, TrialStatus::kInfeasible),
      Entry(7),    Entry(7),
      Entry(3, 1), Entry(8)};
  const std::vector<LoggedTrial> trials = {Trial(1), Trial(0), Trial(2),
                                           Trial(3), Trial(4), Trial(5)};
  // The infeasible one never; of equals the first; a higher rung at once.
  EXPECT_THAT(Incumbents(trials, dictionary, Direction::kMaximize),
              ElementsAre(kNoIncumbent, 0, 2, 2, 4, 4));
  EXPECT_THAT(
      Incumbents(std::span(trials).first(4), dictionary, Direction::kMinimize),
      ElementsAre(kNoIncumbent, 0, 0, 0));
}

DictionaryEntry Pair(double first, double second, int rung = 0) {
  DictionaryEntry entry = Entry(first, rung);
  entry.values.push_back(second);
  return entry;
}

TEST(ObservedFront, IsWhatNothingObservedDominatesAtTheHighestRung) {
  const std::vector<DictionaryEntry> dictionary = {
      Pair(5, 1), Pair(9, 4),    Pair(9, 4), Pair(4, 2),
      Pair(9, 3), Pair(1, 9, 1), Pair(9, 0)};
  ObservedFront front(dictionary, {Direction::kMaximize, Direction::kMinimize});
  EXPECT_THAT(front.Entries(), IsEmpty());
  for (const uint32_t i : {3u, 1u, 0u, 2u}) front.Add(i);
  EXPECT_THAT(front.Entries(), ElementsAre(1, 0, 2));
  front.Add(4);
  EXPECT_THAT(front.Entries(), ElementsAre(0, 4));
  front.Add(5);
  EXPECT_THAT(front.Entries(), ElementsAre(5));
  // A lower rung comes too late.
  front.Add(6);
  EXPECT_THAT(front.Entries(), ElementsAre(5));
}

TEST(ObservedFront, IsTheAnswerThatRunsGiveByDefault) {
  Rng rng = Rng::FromLabel(0, "ObservedFront");
  for (const size_t objectives : {2u, 3u, 4u}) {
    Problem problem;
    problem.objectives.resize(objectives);
    std::vector<Direction> directions;
    for (Objective& objective : problem.objectives) {
      directions.push_back(rng.Below(2) == 0 ? Direction::kMinimize
                                             : Direction::kMaximize);
      objective.direction = directions.back();
    }
    std::vector<DictionaryEntry> dictionary;
    for (uint32_t i = 0; i < 300; ++i) {
      DictionaryEntry entry;
      entry.rung = i < 50 ? 0 : static_cast<int>(rng.Below(2));
      entry.status = static_cast<TrialStatus>(rng.Below(4));
      for (size_t k = 0; k < objectives; ++k) {
        entry.values.push_back(static_cast<double>(rng.Below(8)));
      }
      dictionary.push_back(std::move(entry));
    }
    ObservedFront front(dictionary, directions);
    for (uint32_t i = 0; i < dictionary.size(); ++i) {
      front.Add(i);
      // Looked at now and then, as curves do.
      if (i % 7 != 0) continue;
      EXPECT_EQ(
          front.Entries(),
          DefaultRecommendation(problem, std::span(dictionary).first(i + 1)))
          << objectives << " objectives, " << i;
    }
  }
}

}  // namespace
}  // namespace hwnas
