#include "bench/analysis/anytime.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

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
                         const std::vector<uint64_t>& grid) {
  std::vector<size_t> indices;
  WalkEvaluations(trials, grid, [&](size_t point, size_t index) {
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

TEST(WalkEvaluations, FreeTrialsBelongToTheEvaluationBeforeThem) {
  const std::vector<LoggedTrial> trials = {Trial(0), Trial(1, false), Trial(2),
                                           Trial(3)};
  EXPECT_THAT(Walk(trials, {1, 2, 3}), ElementsAre(2, 3, 4));
}

TEST(WalkEvaluations, ARunThatEndedEarlyStaysWhereItEnded) {
  EXPECT_THAT(Walk({Trial(0), Trial(1)}, {1, 2, 5, 10}),
              ElementsAre(1, 2, 2, 2));
  EXPECT_THAT(Walk({}, {1, 2}), ElementsAre(0, 0));
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

}  // namespace
}  // namespace hwnas
