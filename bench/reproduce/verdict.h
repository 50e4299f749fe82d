#ifndef HWNAS_BENCH_REPRODUCE_VERDICT_H_
#define HWNAS_BENCH_REPRODUCE_VERDICT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// What became of a published figure.
enum class Verdict : uint8_t {
  kReproduced,
  kClose,  // within twice the tolerance
  kNotReproduced,
  kAgreesWithRecalled,
  kDiffersFromRecalled,
  kNotReproducible,
  kNotBuilt,
  kSupported,  // of claims
  kRefuted,
  kDepends,
  kNotTestable,
};
constexpr size_t kVerdicts = 11;
/// "reproduced", "agrees with recalled value", ...
const char* VerdictName(Verdict verdict);
/// nullopt for another word.
std::optional<Verdict> FindVerdict(std::string_view name);

/// How sure the published figures are.
enum class Certainty : uint8_t {
  kCopied,    // from a stored text
  kComputed,  // from the data by others
  kRecalled,  // from memory
};
const char* CertaintyName(Certainty certainty);
/// nullopt for another word.
std::optional<Certainty> FindCertainty(std::string_view name);

/// Which differences count.
enum class Side : uint8_t {
  kBoth,
  kBelow,  // ours may be greater by any amount
  kAbove,  // ours may be less by any amount
};

/// Within what a figure counts as reproduced. What is none is as follows:
/// `value`: the larger of `errors` combined standard errors, where standard
/// deviations and counts are known, and half the last printed digit. The
/// standard deviation is judged only where one of `sd_relative` (a share of
/// the published one) and `sd_absolute` is given; they add up.
struct Tolerance {
  std::optional<double> value = {};
  std::optional<double> sd_relative = {};
  std::optional<double> sd_absolute = {};
  double errors = 2;
  Side side = Side::kBoth;
};

struct Figure {
  double value = 0;
  std::optional<double> sd;
  size_t runs = 0;  // behind the standard deviation; 0: unknown
};

struct Judgement {
  Verdict verdict = Verdict::kNotTestable;
  std::string reason;  // the differences and tolerances, one line
};

/// Compares two figures; the worse of value and standard deviation decides.
/// `decimals`: of the published value as printed.
Judgement JudgeFigure(const Figure& published, const Figure& ours, int decimals,
                      const Tolerance& tolerance, Certainty certainty);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_VERDICT_H_
