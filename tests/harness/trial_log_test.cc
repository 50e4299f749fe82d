#include "bench/harness/trial_log.h"

#include <gtest/gtest.h>

#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

std::vector<LoggedTrial> SomeTrials() {
  return {{0, false, true, 2.5, 2.5},   {1, false, true, 4, 6.5},
          {0, true, true, 2.5, 9},       // repeated
          {1, true, false, 0, 9},        // free
          {200, false, true, 1, 25.25},  // ends later than its cost says
          {200, true, true, 0.5, 20}};   // resumed, on another worker
}

std::vector<double> FullCosts() {
  std::vector<double> costs(201, 1);
  costs[0] = 2.5;
  costs[1] = 4;
  return costs;
}

TEST(TrialLog, UnpacksToWhatWasPacked) {
  const auto trials = SomeTrials();
  const auto costs = FullCosts();
  EXPECT_EQ(UnpackTrials(PackTrials(trials, costs), costs), trials);
}

TEST(TrialLog, AnOrdinaryTrialTakesTwoToFourBytes) {
  const std::vector<double> costs(100, 1);
  std::vector<LoggedTrial> trials;
  for (uint32_t i = 0; i < 100; ++i) {
    trials.push_back({i, false, true, 1, static_cast<double>(i + 1)});
  }
  EXPECT_LE(PackTrials(trials, costs).size(), 100u * 4);
}

TEST(TrialLog, EveryTruncationIsRefused) {
  const auto costs = FullCosts();
  const std::string bytes = PackTrials(SomeTrials(), costs);
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_THROW(UnpackTrials(bytes.substr(0, n), costs), Error) << n;
  }
  EXPECT_THROW(UnpackTrials(bytes + "x", costs), Error);
}

TEST(TrialLog, FlippedBytesAreRefusedOrStayInRange) {
  const auto costs = FullCosts();
  const std::string good = PackTrials(SomeTrials(), costs);
  Rng rng(5);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = good;
    bytes[rng.Below(bytes.size())] ^= static_cast<char>(1 << rng.Below(8));
    try {
      for (const LoggedTrial& trial : UnpackTrials(bytes, costs)) {
        EXPECT_LT(trial.entry, costs.size());
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kCorrupt);
    }
  }
}

TEST(TrialLog, IndicesAreBounded) {
  const std::vector<uint32_t> indices = {3, 0, 127, 128, 4000};
  EXPECT_EQ(UnpackIndices(PackIndices(indices), 4001), indices);
  EXPECT_THROW(UnpackIndices(PackIndices(indices), 4000), Error);
}

TEST(TrialLog, EntryValuesKeepTheReasonOfAMissingScore) {
  DictionaryEntry entry;
  entry.full_cost_seconds = 17.25;
  entry.values = {1.5, -2};
  entry.scores = {{3, Missing::kNone}, {0, Missing::kDidNotCompile}};
  DictionaryEntry read;
  UnpackEntryValues(PackEntryValues(entry), &read);
  EXPECT_EQ(read.full_cost_seconds, 17.25);
  EXPECT_EQ(read.values, entry.values);
  EXPECT_EQ(read.scores, entry.scores);
}

}  // namespace
}  // namespace hwnas
