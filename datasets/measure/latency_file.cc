#include "datasets/measure/latency_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "datasets/text_fields.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {
namespace {

constexpr std::string_view kMagic = "hwnas-latency 1";
constexpr size_t kMostSettings = 64;

class Parser {
 public:
  Parser(std::string_view text, const std::string& name)
      : rest_(text), name_(name) {}

  LatencyFile Parse() {
    if (!Next() || line_ != kMagic) {
      Fail(fmt::format("is not a latency file ('{}')", kMagic));
    }
    LatencyHeader& header = file_.header;
    header.space = Field("space");
    header.dataset = Field("dataset");
    header.machine = Field("machine");
    header.processor = Field("processor");
    header.library = Field("library");
    header.build = Field("build");
    const std::string pass = Field("pass");
    const auto numbers = SplitFields(pass, ',');
    if (numbers.size() != 4) Fail("a pass has four numbers");
    header.pass = Positive(numbers[0]);
    header.rounds = Positive(numbers[1]);
    header.repeats = Positive(numbers[2]);
    header.warm_up = static_cast<int>(Integer(numbers[3]));
    const std::string settings = Field("settings");
    for (const std::string_view setting : SplitFields(settings, ',')) {
      header.settings.push_back(Setting(setting));
    }
    if (header.settings.size() > kMostSettings) Fail("too many settings");
    ReadBusy();
    while (Next()) Row();
    return std::move(file_);
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}:{}: {}", name_, number_, what));
  }

  bool Next() {
    if (rest_.empty()) return false;
    ++number_;
    const size_t end = rest_.find('\n');
    if (end == std::string_view::npos) Fail("the last line has no end");
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string Field(std::string_view key) {
    if (!Next() || line_.size() <= key.size() ||
        line_.substr(0, key.size()) != key || line_[key.size()] != ',') {
      Fail(fmt::format("expected '{},...'", key));
    }
    return std::string(line_.substr(key.size() + 1));
  }

  int64_t Integer(std::string_view text) const {
    const std::optional<int64_t> value = TryParseInteger(text);
    if (!value.has_value() || *value < 0) {
      Fail(fmt::format("{} is no count", Quoted(text)));
    }
    return *value;
  }
  int Positive(std::string_view text) const {
    const int64_t value = Integer(text);
    if (value < 1 || value > 1'000'000) {
      Fail(fmt::format("{} is out of bounds", Quoted(text)));
    }
    return static_cast<int>(value);
  }
  double Time(std::string_view text) const {
    const std::optional<double> value = TryParseNumber(text);
    if (!value.has_value() || *value < 0) {
      Fail(fmt::format("{} is no time", Quoted(text)));
    }
    return *value;
  }

  LatencySetting Setting(std::string_view text) const {
    for (const RuntimeConfiguration configuration : kRuntimeConfigurations) {
      const std::string name = RuntimeConfigurationName(configuration);
      if (text.size() > name.size() + 1 &&
          text.substr(0, name.size()) == name && text[name.size()] == '_') {
        return {configuration, Positive(text.substr(name.size() + 1))};
      }
    }
    Fail(fmt::format("{} is no setting", Quoted(text)));
  }

  void ReadBusy() {
    const std::string busy = Field("busy");
    const auto fields = SplitFields(busy, ',');
    if (fields.size() != 2) Fail("busy has two numbers");
    file_.repeated = Integer(fields[0]);
    file_.busy = Integer(fields[1]);
  }

  void Row() {
    const auto fields = SplitFields(line_, ',');
    if (fields.size() != file_.header.settings.size() + 2) {
      Fail(fmt::format("{} fields instead of {}", fields.size(),
                       file_.header.settings.size() + 2));
    }
    if (fields[0] == "reference") {
      ReferenceVisit visit;
      visit.visit = static_cast<int>(Integer(fields[1]));
      for (size_t i = 2; i < fields.size(); ++i) {
        visit.median_ms.push_back(Time(fields[i]));
      }
      file_.reference.push_back(std::move(visit));
      return;
    }
    if (fields[0] != "network") Fail("is neither reference nor network");
    LatencyRow row;
    try {
      row.architecture = ParseDecisions(fields[1]);
    } catch (const Error& e) {
      Fail(e.what());
    }
    for (size_t i = 2; i < fields.size(); ++i) {
      const auto parts = SplitFields(fields[i], ':');
      if (parts.size() != 4) Fail(Quoted(fields[i]) + " is no latency");
      row.latencies.push_back({Time(parts[0]), Time(parts[1]),
                               static_cast<int>(Integer(parts[2])),
                               Integer(parts[3])});
    }
    file_.rows.push_back(std::move(row));
  }

  std::string_view rest_;
  const std::string& name_;
  std::string_view line_;
  int number_ = 0;
  LatencyFile file_;
};

}  // namespace

std::string LatencySetting::Name() const {
  return fmt::format("{}_{}", RuntimeConfigurationName(configuration), batch);
}

std::string FormatLatencyHeader(const LatencyHeader& header) {
  std::string text = fmt::format(
      "{}\nspace,{}\ndataset,{}\nmachine,{}\nprocessor,{}\nlibrary,{}\n"
      "build,{}\npass,{},{},{},{}\nsettings",
      kMagic, header.space, header.dataset, header.machine, header.processor,
      header.library, header.build, header.pass, header.rounds, header.repeats,
      header.warm_up);
  for (const LatencySetting& setting : header.settings) {
    text += ',' + setting.Name();
  }
  return text + '\n';
}

std::string FormatLatencyFile(const LatencyFile& file) {
  std::string text = FormatLatencyHeader(file.header) +
                     fmt::format("busy,{},{}\n", file.repeated, file.busy);
  for (const ReferenceVisit& visit : file.reference) {
    text += fmt::format("reference,{}", visit.visit);
    for (const double ms : visit.median_ms) text += fmt::format(",{:.4f}", ms);
    text += '\n';
  }
  for (const LatencyRow& row : file.rows) {
    text += "network," + FormatDecisions(row.architecture);
    for (const Latency& latency : row.latencies) {
      text += fmt::format(",{:.4f}:{:.4f}:{}:{}", latency.median_ms,
                          latency.quartile_range_ms, latency.outliers,
                          latency.peak_bytes);
    }
    text += '\n';
  }
  return text;
}

LatencyFile ParseLatencyFile(std::string_view text, const std::string& name) {
  return Parser(text, name).Parse();
}

}  // namespace hwnas
