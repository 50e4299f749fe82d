#include "bench/transfer/study_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "bench/harness/defaults.h"
#include "bench/harness/objective_text.h"
#include "datasets/toml_reader.h"
#include "tabular/embedded_text.h"
#include "tabular/error.h"
#include "tabular/metric.h"

namespace hwnas {

// The files of bench/transfer, compiled in.
std::span<const EmbeddedText> TransferFileTexts();

namespace {

class Reader {
 public:
  explicit Reader(const TomlTable& toml) : toml_(toml) {}

  TransferFile Read() {
    file_.name = toml_.String("name");
    file_.title = toml_.String("title");
    file_.note = toml_.String("note", "");
    ReadData();
    file_.of_platforms = toml_.HasTable("platforms");
    if (file_.of_platforms) {
      ReadPlatforms(toml_.Table("platforms"));
    } else {
      ReadSignals();
    }
    toml_.CheckAllRead();
    return std::move(file_);
  }

 private:
  void ReadData() {
    file_.data.base = toml_.String("data", "");
    if (file_.data.base == kEmbeddedTable ||
        file_.data.base == kEmbeddedTransferTable) {
      file_.embedded_table = std::exchange(file_.data.base, "");
    }
    for (const TomlTable& toml : toml_.Tables("import")) {
      file_.data.imports.push_back({toml.String("source"),
                                    toml.Strings("paths"),
                                    toml.String("schema", "")});
    }
    if (!file_.embedded_table.empty() && !file_.data.imports.empty()) {
      toml_.Fail("import", "the embedded table takes no imports");
    }
    if (file_.data.empty()) return;
    try {
      CheckPublishedData(file_.data);
    } catch (const Error& error) {
      toml_.Fail(file_.data.imports.empty() ? "data" : "import", error.what());
    }
  }

  static ObjectiveSpec ReadMetric(const std::string& text) {
    ObjectiveSpec spec = ParseObjective(text);
    Metric::Parse(spec.metric);
    return spec;
  }

  static uint64_t Count(const TomlTable& toml, const std::string& key,
                        uint64_t fallback, int64_t least) {
    constexpr int64_t kMost = 1'000'000;
    const int64_t value = toml.Integer(key, static_cast<int64_t>(fallback));
    if (value < least || value > kMost) {
      toml.Fail(
          key, fmt::format("expected {} to {}, found {}", least, kMost, value));
    }
    return static_cast<uint64_t>(value);
  }

  void ReadPlatforms(const TomlTable& toml) {
    PlatformStudySpec& spec = file_.platforms;
    spec.accuracy = ReadMetric(toml.String("accuracy"));
    spec.quantity = toml.String("quantity", spec.quantity);
    FindQuantity(spec.quantity);
    spec.platforms = toml.Strings("ids");
    spec.proxy = toml.String("proxy", "");
    if (!spec.proxy.empty()) Metric::Parse(spec.proxy);
    if (toml.Has("limits")) spec.limits = toml.Numbers("limits");
    for (const double limit : spec.limits) {
      if (!(limit > 0 && limit <= 1)) {
        toml.Fail("limits", "a quantile is above 0 and at most 1");
      }
    }
    if (spec.limits.empty()) toml.Fail("limits", "there must be a limit");
    spec.cluster_at = toml.Number("cluster_at", spec.cluster_at);
    spec.samples = Count(toml, "samples", spec.samples, 0);
    if (spec.samples > 0 && spec.samples < 3) {
      toml.Fail("samples", "few-shot transfer needs at least 3");
    }
    spec.source_architectures =
        Count(toml, "source_architectures", spec.source_architectures, 10);
    spec.seed = Count(toml, "seed", spec.seed, 0);
  }

  static SignalSpec ReadSignal(const TomlTable& toml) {
    SignalSpec signal;
    signal.name = toml.String("name");
    for (const std::string& text : toml.Strings("metric")) {
      signal.metrics.push_back(ReadMetric(text));
    }
    if (signal.metrics.empty()) toml.Fail("metric", "there must be a metric");
    signal.cost = toml.String("cost", "");
    if (!signal.cost.empty()) Metric::Parse(signal.cost);
    signal.cost_scale = toml.Number("cost_scale", 1);
    signal.optional = toml.Bool("optional", false);
    return signal;
  }

  void ReadSignals() {
    SignalStudySpec& spec = file_.signals;
    for (const TomlTable& toml : toml_.Tables("signal")) {
      spec.signals.push_back(ReadSignal(toml));
    }
    for (const TomlTable& toml : toml_.Tables("target")) {
      spec.targets.push_back(ReadSignal(toml));
      if (spec.targets.back().optional) {
        toml.Fail("optional", "a target must be there");
      }
      if (spec.targets.back().metrics.size() != 1) {
        toml.Fail("metric", "a target is one metric");
      }
    }
    for (const TomlTable& toml : toml_.Tables("gain")) {
      spec.gains.push_back({toml.String("name"),
                            ReadMetric(toml.String("metric")),
                            ReadMetric(toml.String("over"))});
    }
    if (spec.signals.empty()) {
      toml_.Fail("signal", "a study has a [platforms] table or [[signal]]s");
    }
    if (spec.targets.empty()) toml_.Fail("target", "there must be a target");
    if (toml_.Has("top")) {
      spec.top.clear();
      for (const int64_t k : toml_.Integers("top")) {
        if (k < 1) toml_.Fail("top", "expected numbers from 1 on");
        spec.top.push_back(static_cast<uint64_t>(k));
      }
      if (spec.top.empty()) toml_.Fail("top", "there must be a number");
    }
    spec.elite = toml_.Number("elite", spec.elite);
    if (!(spec.elite > 0 && spec.elite <= 1)) {
      toml_.Fail("elite", "a share is above 0 and at most 1");
    }
    spec.one_per_network = toml_.Bool("one_per_network", false);
  }

  const TomlTable& toml_;
  TransferFile file_;
};

}  // namespace

TransferFile TransferFile::ReadFile(const std::string& path) {
  return Reader(TomlTable::ReadFile(path)).Read();
}

TransferFile TransferFile::ReadText(std::string_view text,
                                    const std::string& name) {
  return Reader(TomlTable::ReadText(text, name)).Read();
}

std::vector<TransferFile> BuiltInTransferFiles() {
  std::vector<TransferFile> files;
  for (const EmbeddedText& file : TransferFileTexts()) {
    files.push_back(TransferFile::ReadText(file.text, std::string(file.name)));
  }
  std::sort(files.begin(), files.end(),
            [](const TransferFile& a, const TransferFile& b) {
              return a.name < b.name;
            });
  return files;
}

TransferFile FindTransferFile(const std::string& name) {
  if (name.ends_with(".toml")) return TransferFile::ReadFile(name);
  std::vector<std::string> known;
  for (TransferFile& file : BuiltInTransferFiles()) {
    if (file.name == name) return std::move(file);
    known.push_back(file.name);
  }
  FailUnknown("transfer study", name, known);
}

}  // namespace hwnas
