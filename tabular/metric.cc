#include "tabular/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace hwnas {
namespace {

constexpr size_t kLongestText = 400;
constexpr size_t kLongestName = 80;
constexpr int kLargestNumber = 1'000'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
           c == '.' || c == '+';
  });
}

bool IsSplit(std::string_view text) {
  return std::find(std::begin(kSplits), std::end(kSplits), text) !=
         std::end(kSplits);
}

/// Takes a positive decimal number without leading zeros off the front.
bool TakeNumber(std::string_view* text, int* number) {
  size_t digits = 0;
  while (digits < text->size() && IsDigit((*text)[digits])) ++digits;
  if (digits == 0 || digits > 10 || (*text)[0] == '0') return false;
  int64_t value = 0;
  std::from_chars(text->data(), text->data() + digits, value);
  if (value > kLargestNumber) return false;
  *number = static_cast<int>(value);
  text->remove_prefix(digits);
  return true;
}

bool TakePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

bool ReadFidelity(std::string_view text, Fidelity* fidelity) {
  *fidelity = {};
  if (TakePrefix(&text, "e")) {
    if (!TakeNumber(&text, &fidelity->epochs)) return false;
    if (TakePrefix(&text, "of")) {
      if (!TakeNumber(&text, &fidelity->of)) return false;
      if (fidelity->of <= fidelity->epochs) return false;
    }
  }
  if (TakePrefix(&text, "n") && !TakeNumber(&text, &fidelity->images)) {
    return false;
  }
  return text.empty() && !fidelity->empty();
}

[[noreturn]] void Refuse(std::string_view text, std::string_view why) {
  throw Error(ErrorCode::kUsage,
              fmt::format("metric '{}': {} (the form is quantity[@platform]"
                          "[:dataset/split/fidelity][;key=value...], as in "
                          "accuracy:cifar10/val/e12 or latency@pixel3)",
                          Quoted(text, 120), why));
}

enum class ValueKind { kCount, kPercent, kName, kChoice };

struct QualifierInfo {
  std::string key;
  ValueKind kind;
  std::vector<std::string> choices;
};

const std::vector<QualifierInfo>& QualifierInfos() {
  static const std::vector<QualifierInfo> infos = {
      {"batch", ValueKind::kCount, {}},
      {"bits", ValueKind::kCount, {}},
      {"cells", ValueKind::kCount, {}},
      {"channels", ValueKind::kCount, {}},
      {"classes", ValueKind::kName, {}},
      {"graph", ValueKind::kChoice, {"effective", "full"}},
      {"init", ValueKind::kName, {}},
      {"method", ValueKind::kName, {}},
      {"proxy", ValueKind::kName, {}},
      {"rule", ValueKind::kName, {}},
      {"sparsity", ValueKind::kPercent, {}},
      {"stat", ValueKind::kChoice, {"average", "peak"}},
      {"train", ValueKind::kName, {}},
      {"weights", ValueKind::kChoice, {"alone", "shared"}},
  };
  return infos;
}

/// A number from 0 to 100 in its shortest decimal form: `50`, `12.5`.
bool IsPercent(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > 3) return false;
  if (!std::all_of(whole.begin(), whole.end(), IsDigit)) return false;
  if (whole.size() > 1 && whole[0] == '0') return false;
  int value = 0;
  std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (point == std::string_view::npos) return value <= 100;
  const std::string_view fraction = text.substr(point + 1);
  return value < 100 && !fraction.empty() && fraction.size() <= 6 &&
         std::all_of(fraction.begin(), fraction.end(), IsDigit) &&
         fraction.back() != '0';
}

template <typename Infos>
std::vector<std::string> Names(const Infos& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos) names.push_back(info.name);
  return names;
}

/// The `dataset/split/fidelity` part.
void ParseScope(std::string_view whole, std::string_view scope, Metric* out) {
  int stage = 0;  // how far into data set, split, fidelity we are
  for (bool more = true; more;) {
    const size_t slash = scope.find('/');
    more = slash != std::string_view::npos;
    const std::string_view part = scope.substr(0, slash);
    if (more) scope.remove_prefix(slash + 1);
    if (part.empty()) {
      Refuse(whole,
             "an empty part between slashes: leave it out with its "
             "slash");
    }
    if (IsSplit(part)) {
      if (stage >= 2) Refuse(whole, "a split behind a split or a fidelity");
      out->split = part;
      stage = 2;
    } else if (Fidelity::Looks(part)) {
      if (stage >= 3) Refuse(whole, "two fidelities");
      out->fidelity = Fidelity::Parse(part);
      stage = 3;
    } else if (stage >= 1) {
      Refuse(whole, fmt::format("'{}' is neither a split (train, val, test, "
                                "valtest) nor a fidelity (e12, e12of200, "
                                "e6n2500)",
                                Quoted(part)));
    } else {
      if (!IsName(part)) Refuse(whole, "the data set's name");
      out->dataset = part;
      stage = 1;
    }
  }
}

void ParseQualifiers(std::string_view whole, std::string_view text,
                     Metric* out) {
  for (bool more = true; more;) {
    const size_t semicolon = text.find(';');
    more = semicolon != std::string_view::npos;
    const std::string_view part = text.substr(0, semicolon);
    if (more) text.remove_prefix(semicolon + 1);
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      Refuse(whole, "a qualifier without '='");
    }
    const std::string_view key = part.substr(0, equals);
    const std::string_view value = part.substr(equals + 1);
    CheckQualifier(key, value);
    if (!out->qualifiers.emplace(key, value).second) {
      Refuse(whole, fmt::format("qualifier '{}' stands twice", key));
    }
  }
}

}  // namespace

std::string Fidelity::Text() const {
  std::string text;
  if (epochs != 0) text += fmt::format("e{}", epochs);
  if (of != 0) text += fmt::format("of{}", of);
  if (images != 0) text += fmt::format("n{}", images);
  return text;
}

Fidelity Fidelity::Parse(std::string_view text) {
  Fidelity fidelity;
  if (!ReadFidelity(text, &fidelity)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("fidelity '{}' is none: write e12 (a training of "
                            "12 epochs), e12of200 (epoch 12 of one of 200), "
                            "and n2500 behind it for training images",
                            Quoted(text)));
  }
  return fidelity;
}

bool Fidelity::Looks(std::string_view text) {
  Fidelity fidelity;
  return ReadFidelity(text, &fidelity);
}

std::string Metric::Text() const {
  std::string text = quantity;
  if (!platform.empty()) text += "@" + platform;
  char separator = ':';
  for (const std::string& part : {dataset, split, fidelity.Text()}) {
    if (part.empty()) continue;
    text += separator + part;
    separator = '/';
  }
  for (const auto& [key, value] : qualifiers) {
    text += ";" + key + "=" + value;
  }
  return text;
}

Metric Metric::Parse(std::string_view text) {
  if (text.size() > kLongestText) Refuse(text, "too long");
  Metric metric;
  std::string_view rest = text;
  const size_t semicolon = rest.find(';');
  if (semicolon != std::string_view::npos) {
    ParseQualifiers(text, rest.substr(semicolon + 1), &metric);
    rest = rest.substr(0, semicolon);
  }
  const size_t colon = rest.find(':');
  if (colon != std::string_view::npos) {
    ParseScope(text, rest.substr(colon + 1), &metric);
    rest = rest.substr(0, colon);
  }
  const size_t at = rest.find('@');
  if (at != std::string_view::npos) {
    const std::string_view platform = rest.substr(at + 1);
    if (!IsName(platform)) Refuse(text, "the platform's name");
    metric.platform = platform;
    rest = rest.substr(0, at);
  }
  metric.quantity = FindQuantity(rest).name;
  return metric;
}

const std::vector<QuantityInfo>& Quantities() {
  constexpr Direction kMin = Direction::kMinimize;
  constexpr Direction kMax = Direction::kMaximize;
  static const std::vector<QuantityInfo> quantities = {
      {"accuracy", "%", kMax, Dependence::kSplit, "top-1 accuracy"},
      {"area", "mm2", kMin, Dependence::kNothing, "silicon area"},
      {"arithmetic-intensity", "MAC/byte", kMax, Dependence::kInput,
       "operations per byte moved"},
      {"bit-operations", "bit", kMin, Dependence::kInput,
       "sum of macs x weight bits x activation bits"},
      {"energy", "mJ", kMin, Dependence::kInput, "energy of one inference"},
      {"error", "%", kMin, Dependence::kSplit, "100 - top-1 accuracy"},
      {"eval-seconds", "s", kMin, Dependence::kSplit,
       "time of evaluating a split once"},
      {"flops", "FLOP", kMin, Dependence::kInput,
       "floating-point operations by a stated rule"},
      {"latency", "ms", kMin, Dependence::kInput,
       "time of one inference of the platform's batch"},
      {"loss", "", kMin, Dependence::kSplit, "cross-entropy"},
      {"macs", "MAC", kMin, Dependence::kInput,
       "multiply-accumulates of convolutions and linear layers"},
      {"params", "", kMin, Dependence::kInput, "trainable values"},
      {"peak-activation-bytes", "byte", kMin, Dependence::kInput,
       "largest sum of activations alive at once"},
      {"peak-memory", "byte", kMin, Dependence::kInput,
       "largest memory in use during inference"},
      {"power", "W", kMin, Dependence::kInput, "power during inference"},
      {"score", "", kMax, Dependence::kInput,
       "a zero-cost proxy, named by ;proxy="},
      {"throughput", "image/s", kMax, Dependence::kInput, "images per second"},
      {"top5-accuracy", "%", kMax, Dependence::kSplit, "top-5 accuracy"},
      {"train-seconds", "s", kMin, Dependence::kTraining,
       "time of the training"},
      {"weight-bytes", "byte", kMin, Dependence::kInput,
       "storage of the weights"},
  };
  return quantities;
}

const QuantityInfo& FindQuantity(std::string_view name) {
  for (const QuantityInfo& info : Quantities()) {
    if (info.name == name) return info;
  }
  FailUnknown("quantity", name, Names(Quantities()));
}

const std::vector<std::string>& QualifierKeys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> names;
    for (const QualifierInfo& info : QualifierInfos()) {
      names.push_back(info.key);
    }
    return names;
  }();
  return keys;
}

void CheckQualifier(std::string_view key, std::string_view value) {
  const auto& infos = QualifierInfos();
  const auto info =
      std::find_if(infos.begin(), infos.end(),
                   [key](const QualifierInfo& i) { return i.key == key; });
  if (info == infos.end()) FailUnknown("qualifier", key, QualifierKeys());
  bool good = false;
  std::string_view wanted;
  std::string choices;
  switch (info->kind) {
    case ValueKind::kCount: {
      std::string_view rest = value;
      int number = 0;
      good = TakeNumber(&rest, &number) && rest.empty();
      wanted = "a positive whole number";
      break;
    }
    case ValueKind::kPercent:
      good = IsPercent(value);
      wanted = "a number from 0 to 100";
      break;
    case ValueKind::kName:
      good = IsName(value);
      wanted = "a lower-case name";
      break;
    case ValueKind::kChoice:
      good = std::find(info->choices.begin(), info->choices.end(), value) !=
             info->choices.end();
      choices = fmt::format("{}", fmt::join(info->choices, " or "));
      wanted = choices;
      break;
  }
  if (!good) {
    throw Error(ErrorCode::kUsage,
                fmt::format("qualifier '{}={}': the value must be {}", key,
                            Quoted(value), wanted));
  }
}

Metric CompleteMetric(const Metric& metric, const MetricDefaults& defaults) {
  Metric complete = metric;
  const Dependence dependence = FindQuantity(metric.quantity).dependence;
  if (dependence == Dependence::kNothing) return complete;
  if (complete.dataset.empty()) complete.dataset = defaults.dataset;
  if (dependence == Dependence::kInput) return complete;
  if (complete.fidelity.empty()) complete.fidelity = defaults.fidelity;
  if (dependence == Dependence::kSplit && complete.split.empty()) {
    complete.split = defaults.split;
  }
  return complete;
}

std::string ShortText(const Metric& metric, const MetricDefaults& defaults) {
  const Metric complete = CompleteMetric(metric, defaults);
  Metric shorter = complete;
  const auto try_without = [&](auto drop) {
    Metric candidate = shorter;
    drop(candidate);
    if (CompleteMetric(candidate, defaults) == complete) shorter = candidate;
  };
  try_without([](Metric& m) { m.fidelity = {}; });
  try_without([](Metric& m) { m.split.clear(); });
  try_without([](Metric& m) { m.dataset.clear(); });
  return shorter.Text();
}

namespace {

constexpr std::array<const char*, 5> kOrigins = {
    "measured", "simulated", "lookup", "analytic", "predicted"};
constexpr std::array<const char*, 6> kReasons = {
    "none",         "not measured", "absent in this copy", "did not compile",
    "disconnected", "diverged"};

template <typename Enum, size_t N>
const char* NameOf(const std::array<const char*, N>& names, Enum value) {
  const auto i = static_cast<size_t>(value);
  HWNAS_CHECK(i < N);
  return names[i];
}

template <typename Enum, size_t N>
Enum ValueOf(const std::array<const char*, N>& names, const char* what,
             std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (name == names[i]) return static_cast<Enum>(i);
  }
  FailUnknown(what, name, {names.begin(), names.end()});
}

}  // namespace

const char* OriginName(Origin origin) { return NameOf(kOrigins, origin); }
Origin ParseOrigin(std::string_view name) {
  return ValueOf<Origin>(kOrigins, "origin", name);
}

const char* MissingName(Missing reason) { return NameOf(kReasons, reason); }
Missing ParseMissing(std::string_view name) {
  return ValueOf<Missing>(kReasons, "reason of a missing value", name);
}

}  // namespace hwnas
