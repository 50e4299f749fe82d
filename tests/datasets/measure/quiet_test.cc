#include "datasets/measure/quiet.h"

#include "gtest/gtest.h"

namespace hwnas {
namespace {

// A machine whose neighbour comes and goes; time passes by canaries and waits.
class Machine : public testing::Test {
 protected:
  Quiet Make() {
    return Quiet(
        [this] {
          ++canaries_;
          return busy_ ? 180.0 : alone_us_;
        },
        [this] {
          ++waits_;
          if (waits_ == leaves_after_) busy_ = false;
        });
  }

  double alone_us_ = 100;
  bool busy_ = false;
  int leaves_after_ = -1;
  int waits_ = 0;
  int canaries_ = 0;
};

TEST_F(Machine, WhatIsMeasuredAloneIsMeasuredOnce) {
  Quiet quiet = Make();
  EXPECT_EQ(canaries_, Quiet::kCalibrations);
  int calls = 0;
  for (int i = 0; i < 5; ++i) quiet.Measure([&] { ++calls; });
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(waits_, 0);
  EXPECT_EQ(quiet.Repeated(), 0);
  EXPECT_EQ(quiet.Busy(), 0);
}

TEST_F(Machine, ANeighbourThatIsThereIsWaitedFor) {
  Quiet quiet = Make();
  busy_ = true;
  leaves_after_ = 7;
  bool was_busy = true;
  quiet.Measure([&] { was_busy = busy_; });
  EXPECT_FALSE(was_busy);
  EXPECT_EQ(waits_, 7);
  EXPECT_EQ(quiet.Repeated(), 0);
}

TEST_F(Machine, WhatANeighbourCameIntoIsMeasuredAgain) {
  Quiet quiet = Make();
  leaves_after_ = 3;
  int calls = 0;
  bool was_busy = true;
  quiet.Measure([&] {
    if (calls == 0) busy_ = true;
    ++calls;
    was_busy = busy_;
  });
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(was_busy);
  EXPECT_EQ(quiet.Repeated(), 1);
  EXPECT_EQ(quiet.Busy(), 0);
}

TEST_F(Machine, OneThatNeverLeavesIsPutUpWith) {
  Quiet quiet = Make();
  busy_ = true;
  int calls = 0;
  for (int i = 0; i < 10; ++i) quiet.Measure([&] { ++calls; });
  EXPECT_EQ(calls, 10);
  EXPECT_EQ(waits_, Quiet::kSpared + 10);
  EXPECT_EQ(quiet.Busy(), 10);
}

TEST_F(Machine, ACanaryThatIsTooShortTellsNothing) {
  alone_us_ = 1;
  Quiet quiet = Make();
  busy_ = true;
  int calls = 0;
  quiet.Measure([&] { ++calls; });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(waits_, 0);
  EXPECT_EQ(quiet.Busy(), 0);
}

}  // namespace
}  // namespace hwnas
