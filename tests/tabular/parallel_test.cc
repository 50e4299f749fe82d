#include "tabular/parallel.h"

#include <atomic>
#include <stdexcept>
#include <vector>

#include "gtest/gtest.h"

namespace hwnas {
namespace {

TEST(ForEachInParallel, EachIsDoneOnceByANumberedWorker) {
  for (const int threads : {1, 3, 20}) {
    std::vector<std::atomic<int>> done(10);
    std::atomic<bool> numbered = true;
    ForEachInParallel(done.size(), threads, {}, [&](size_t i, int worker) {
      ++done[i];
      if (worker < 0 || worker >= threads) numbered = false;
    });
    for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
    EXPECT_TRUE(numbered);
  }
}

TEST(ForEachInParallel, BeginsNothingMoreOnceStopped) {
  std::atomic<int> done = 0;
  ForEachInParallel(
      100, 1, [&] { return done == 7; }, [&](size_t, int) { ++done; });
  EXPECT_EQ(done, 7);
}

TEST(ForEachInParallel, WhatWasThrownComesBackWhenAllHaveEnded) {
  std::atomic<int> under_way = 0;
  EXPECT_THROW(ForEachInParallel(50, 4, {},
                                 [&](size_t i, int) {
                                   ++under_way;
                                   if (i == 3) {
                                     --under_way;
                                     throw std::runtime_error("three");
                                   }
                                   --under_way;
                                 }),
               std::runtime_error);
  EXPECT_EQ(under_way, 0);
}

}  // namespace
}  // namespace hwnas
