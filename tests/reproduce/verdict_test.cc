#include "bench/reproduce/verdict.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

Tolerance Within(double value) { return {value, {}, {}}; }

Verdict Of(double published, double ours, const Tolerance& tolerance,
           Certainty certainty = Certainty::kCopied) {
  return JudgeFigure({published, std::nullopt, 0}, {ours, std::nullopt, 0}, 2,
                     tolerance, certainty)
      .verdict;
}

TEST(Verdict, HalfTheLastPrintedDigitCountsAsReproduced) {
  EXPECT_EQ(Of(91.61, 91.607, {}), Verdict::kReproduced);
  EXPECT_EQ(Of(91.61, 91.605, {}), Verdict::kReproduced);
  EXPECT_EQ(Of(91.61, 91.604, {}), Verdict::kClose);
  EXPECT_EQ(Of(91.61, 91.600, {}), Verdict::kClose);
  EXPECT_EQ(Of(91.61, 91.599, {}), Verdict::kNotReproduced);
}

TEST(Verdict, TwoCombinedStandardErrorsCountWhereTheyAreLarger) {
  // Errors 0.3 and 0.4: combined 0.5, twice that is 1.
  const Figure published{10, 3, 100};
  const auto verdict = [&published](double ours) {
    return JudgeFigure(published, {ours, 4, 100}, 2, {}, Certainty::kCopied)
        .verdict;
  };
  EXPECT_EQ(verdict(11), Verdict::kReproduced);
  EXPECT_EQ(verdict(11.01), Verdict::kClose);
  EXPECT_EQ(verdict(12.01), Verdict::kNotReproduced);
  // Without counts there is no standard error.
  EXPECT_EQ(
      JudgeFigure({10, 3, 0}, {10.1, 4, 0}, 2, {}, Certainty::kCopied).verdict,
      Verdict::kNotReproduced);
}

TEST(Verdict, AStatedToleranceReplacesTheDefault) {
  EXPECT_EQ(Of(10, 10.5, Within(0.5)), Verdict::kReproduced);
  EXPECT_EQ(Of(10, 9.4, Within(0.5)), Verdict::kClose);
}

TEST(Verdict, OnlyTheStatedSideCounts) {
  const auto verdict = [](Side side, double ours) {
    return Of(10, ours, {.value = 0.5, .side = side});
  };
  EXPECT_EQ(verdict(Side::kBelow, 20), Verdict::kReproduced);
  EXPECT_EQ(verdict(Side::kBelow, 9.4), Verdict::kClose);
  EXPECT_EQ(verdict(Side::kBelow, 0), Verdict::kNotReproduced);
  EXPECT_EQ(verdict(Side::kAbove, 0), Verdict::kReproduced);
  EXPECT_EQ(verdict(Side::kAbove, 20), Verdict::kNotReproduced);
}

TEST(Verdict, AsManyStandardErrorsCountAsAreStated) {
  const auto verdict = [](double errors) {
    return JudgeFigure({10, 3, 100}, {11.2, 4, 100}, 2, {.errors = errors},
                       Certainty::kCopied)
        .verdict;
  };
  EXPECT_EQ(verdict(2), Verdict::kClose);
  EXPECT_EQ(verdict(2.5), Verdict::kReproduced);
}

TEST(Verdict, TheWorseOfValueAndStandardDeviationDecides) {
  const Tolerance tolerance{
      .value = 1, .sd_relative = 0.2, .sd_absolute = 0.02};
  const auto verdict = [&tolerance](double sd) {
    return JudgeFigure({10, 1, 0}, {10, sd, 0}, 2, tolerance,
                       Certainty::kCopied)
        .verdict;
  };
  EXPECT_EQ(verdict(1.22), Verdict::kReproduced);
  EXPECT_EQ(verdict(1.3), Verdict::kClose);
  EXPECT_EQ(verdict(0.5), Verdict::kNotReproduced);
}

TEST(Verdict, RecalledFiguresAgreeOrDiffer) {
  EXPECT_EQ(Of(10, 10.1, Within(0.1), Certainty::kRecalled),
            Verdict::kAgreesWithRecalled);
  EXPECT_EQ(Of(10, 10.11, Within(0.1), Certainty::kRecalled),
            Verdict::kDiffersFromRecalled);
}

TEST(Verdict, TheReasonNamesDifferenceAndTolerance) {
  const Judgement judgement =
      JudgeFigure({91.07, 0.26, 500}, {91.08, 0.25, 500}, 2,
                  {.value = 0.05, .sd_relative = 0.2, .sd_absolute = 0.02},
                  Certainty::kRecalled);
  EXPECT_EQ(judgement.reason,
            "value differs by +0.010 (tolerance 0.050), sd by -0.010 "
            "(tolerance 0.072)");
}

TEST(Verdict, NamesAreTheDocumentedOnes) {
  EXPECT_STREQ(VerdictName(Verdict::kNotReproduced), "not reproduced");
  EXPECT_STREQ(VerdictName(Verdict::kAgreesWithRecalled),
               "agrees with recalled value");
  EXPECT_STREQ(VerdictName(Verdict::kNotTestable), "not testable");
  EXPECT_EQ(FindCertainty("recalled"), Certainty::kRecalled);
  EXPECT_EQ(FindCertainty("sure"), std::nullopt);
}

}  // namespace
}  // namespace hwnas
