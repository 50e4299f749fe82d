#ifndef HWNAS_TABULAR_METRIC_H_
#define HWNAS_TABULAR_METRIC_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/error.h"

namespace hwnas {

enum class Direction : uint8_t { kMinimize, kMaximize };

/// How far a training went: `e12` (a training of 12 epochs), `e12of200`
/// (epoch 12 of one of 200), `n2500` behind either for the number of training
/// images (`e6n2500`). `e0`/empty means not stated.
struct Fidelity {
  int epochs = 0;  // 0: not stated
  int of = 0;      // 0: the training's own end
  int images = 0;  // 0: the data set's default
  auto operator<=>(const Fidelity&) const = default;
  bool empty() const { return epochs == 0 && of == 0 && images == 0; }
  std::string Text() const;
  static Fidelity Parse(std::string_view text);  // Error(kUsage)
  /// Whether `text` has the form of a fidelity.
  static bool Looks(std::string_view text);
};

/// What is measured. Text form:
/// `quantity[@platform][:dataset/split/fidelity][;key=value...]`, as in
/// `accuracy:cifar10/val/e12`, `latency@pixel3`, `params:cifar100`,
/// `flops;rule=paper`, `accuracy:fashion-mnist/val/e6;bits=8`. Data set, split
/// and fidelity stand in this order, and each may be left out with its slash
/// (`accuracy:val`, `train-seconds:cifar10/e200`): no data set is named like a
/// split or a fidelity. What is left out is the table's declared default.
/// Names are lower-case letters, digits, `-`, `_`, `.` and `+`. Ordered by text
/// form.
struct Metric {
  std::string quantity = {};  // from Quantities()
  std::string platform = {};  // id, or empty
  std::string dataset = {};   // or empty
  std::string split = {};     // train, val, test, valtest, or empty
  Fidelity fidelity = {};
  /// From the closed list QualifierKeys(), sorted by key.
  std::map<std::string, std::string> qualifiers = {};

  std::string Text() const;
  static Metric Parse(std::string_view text);  // Error(kUsage)

  bool operator==(const Metric&) const = default;
};

/// What a quantity depends on besides the network: which parts of a metric a
/// table's defaults fill in.
enum class Dependence : uint8_t {
  kNothing,
  kInput,     // the data set's images and classes: data set
  kTraining,  // a training: data set, fidelity
  kSplit,     // a training and where it is tested: data set, split, fidelity
};

/// A quantity of the vocabulary, with unit and the direction that is better.
struct QuantityInfo {
  std::string name;
  std::string unit;  // "%", "ms", "mJ", "W", "", "MAC", "byte", "s", ...
  Direction direction = Direction::kMinimize;
  Dependence dependence = Dependence::kInput;
  std::string about;
};
/// accuracy, top5-accuracy, error, loss, latency, energy, power, throughput,
/// area, arithmetic-intensity, macs, params, flops, bit-operations,
/// weight-bytes, peak-activation-bytes, peak-memory, train-seconds, score
/// (zero-cost proxies: `score;proxy=naswot`), ...
const std::vector<QuantityInfo>& Quantities();
/// Error(kUsage) naming the nearest when unknown.
const QuantityInfo& FindQuantity(std::string_view name);

/// The closed list of qualifier keys, sorted: batch, bits, cells, channels,
/// classes, graph, init, method, proxy, rule, sparsity, stat, train, weights.
const std::vector<std::string>& QualifierKeys();
/// Error(kUsage) unless `key` is one of them and `value` one of its values.
void CheckQualifier(std::string_view key, std::string_view value);

inline const char* const kSplits[] = {"train", "val", "test", "valtest"};

/// A table's defaults: what a metric's text may leave out. Dataset, split and
/// fidelity are filled in only where the quantity depends on a training or
/// (params, macs, latency: data set only) an input.
struct MetricDefaults {
  std::string dataset = {};
  std::string split = {};  // for accuracy, error, loss
  Fidelity fidelity = {};
  bool operator==(const MetricDefaults&) const = default;
};
/// `metric` with what its quantity depends on filled in from the defaults
/// (see Dependence). Columns are stored under their completed metric, so that
/// `latency@pixel3` and `latency@pixel3:cifar10` are one column where the
/// default data set is cifar10. Idempotent.
Metric CompleteMetric(const Metric& metric, const MetricDefaults& defaults);
/// The shortest text that completes to the same metric; for people.
std::string ShortText(const Metric& metric, const MetricDefaults& defaults);

/// Where a value comes from; never lost on the way.
enum class Origin : uint8_t {
  kMeasured,
  kSimulated,  // a simulator's or another tool's model
  kLookup,     // summed from per-layer measurements
  kAnalytic,   // a stated formula
  kPredicted,  // by one of our predictors, with a standard deviation
};
const char* OriginName(Origin origin);
Origin ParseOrigin(std::string_view name);  // Error(kUsage)

/// Why a value is missing.
enum class Missing : uint8_t {
  kNone = 0,  // it is there
  kNotMeasured,
  kAbsentInThisCopy,
  kDidNotCompile,
  kDisconnected,
  kDiverged,
};
/// "none", "not measured", "absent in this copy", "did not compile",
/// "disconnected", "diverged".
const char* MissingName(Missing reason);
Missing ParseMissing(std::string_view name);  // Error(kUsage)

/// A value or the reason of its absence.
struct Value {
  double value = 0;  // meaningless unless Ok()
  Missing missing = Missing::kNone;
  bool Ok() const { return missing == Missing::kNone; }
  bool operator==(const Value&) const = default;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_METRIC_H_
