#include "bench/reproduce/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hwnas {
namespace {

// Decimal figures meet their tolerance exactly on paper, not in binary.
constexpr double kSlack = 1 + 1e-9;

double SquaredError(const Figure& figure) {
  if (!figure.sd || figure.runs == 0) return 0;
  return *figure.sd * *figure.sd / static_cast<double>(figure.runs);
}

double DefaultTolerance(const Figure& published, const Figure& ours,
                        double errors, int decimals) {
  const double digit = 0.5 * std::pow(10.0, -decimals);
  return std::max(
      digit, errors * std::sqrt(SquaredError(published) + SquaredError(ours)));
}

// Of a difference in units of its tolerance.
double Ratio(double difference, double tolerance) {
  difference = std::abs(difference);
  if (difference <= tolerance * kSlack) return 0;
  if (difference <= 2 * tolerance * kSlack) return 1;
  return 2;
}

}  // namespace

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kReproduced:
      return "reproduced";
    case Verdict::kClose:
      return "close";
    case Verdict::kNotReproduced:
      return "not reproduced";
    case Verdict::kAgreesWithRecalled:
      return "agrees with recalled value";
    case Verdict::kDiffersFromRecalled:
      return "differs from recalled value";
    case Verdict::kNotReproducible:
      return "not reproducible";
    case Verdict::kNotBuilt:
      return "not built";
    case Verdict::kSupported:
      return "supported";
    case Verdict::kRefuted:
      return "refuted";
    case Verdict::kDepends:
      return "depends";
    case Verdict::kNotTestable:
      return "not testable";
  }
  return "?";
}

std::optional<Verdict> FindVerdict(std::string_view name) {
  for (size_t i = 0; i < kVerdicts; ++i) {
    if (name == VerdictName(Verdict(i))) return Verdict(i);
  }
  return std::nullopt;
}

const char* CertaintyName(Certainty certainty) {
  switch (certainty) {
    case Certainty::kCopied:
      return "copied";
    case Certainty::kComputed:
      return "computed";
    case Certainty::kRecalled:
      return "recalled";
  }
  return "?";
}

std::optional<Certainty> FindCertainty(std::string_view name) {
  for (const Certainty certainty :
       {Certainty::kCopied, Certainty::kComputed, Certainty::kRecalled}) {
    if (name == CertaintyName(certainty)) return certainty;
  }
  return std::nullopt;
}

Judgement JudgeFigure(const Figure& published, const Figure& ours, int decimals,
                      const Tolerance& tolerance, Certainty certainty) {
  const double allowed =
      tolerance.value
          ? *tolerance.value
          : DefaultTolerance(published, ours, tolerance.errors, decimals);
  const double difference = ours.value - published.value;
  const bool counts = tolerance.side == Side::kBoth ||
                      (tolerance.side == Side::kBelow) == (difference < 0);
  double worst = counts ? Ratio(difference, allowed) : 0;
  const int digits = decimals + 1;
  std::string reason = fmt::format(
      "value differs by {:+.{}f} (tolerance "
      "{:.{}f})",
      difference, digits, allowed, digits);
  const bool judge_sd = tolerance.sd_relative || tolerance.sd_absolute;
  if (judge_sd && published.sd && ours.sd) {
    const double sd_allowed =
        tolerance.sd_relative.value_or(0) * *published.sd +
        tolerance.sd_absolute.value_or(0);
    const double sd_difference = *ours.sd - *published.sd;
    worst = std::max(worst, Ratio(sd_difference, sd_allowed));
    reason += fmt::format(", sd by {:+.{}f} (tolerance {:.{}f})", sd_difference,
                          digits, sd_allowed, digits);
  }
  Judgement judgement;
  judgement.reason = std::move(reason);
  if (certainty == Certainty::kRecalled) {
    judgement.verdict = worst == 0 ? Verdict::kAgreesWithRecalled
                                   : Verdict::kDiffersFromRecalled;
  } else {
    judgement.verdict = worst == 0   ? Verdict::kReproduced
                        : worst == 1 ? Verdict::kClose
                                     : Verdict::kNotReproduced;
  }
  return judgement;
}

}  // namespace hwnas
