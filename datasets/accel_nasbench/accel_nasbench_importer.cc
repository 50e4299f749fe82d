#include "datasets/accel_nasbench/accel_nasbench_importer.h"

#include <fmt/format.h>

#include <map>

#include "datasets/archive_reader.h"
#include "datasets/column_set.h"
#include "datasets/file_reader.h"
#include "datasets/json_reader.h"
#include "datasets/platforms.h"
#include "tabular/number.h"

namespace hwnas {

namespace {

constexpr size_t kMostBytes = size_t{256} << 20;
constexpr size_t kMostEntry = size_t{1} << 20;

/// The number N of `.../result_N.json`.
std::optional<int64_t> NumberOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  std::string_view name = path;
  if (slash != std::string::npos) name.remove_prefix(slash + 1);
  if (!name.starts_with("result_") || !name.ends_with(".json")) {
    return std::nullopt;
  }
  name.remove_prefix(7);
  name.remove_suffix(5);
  return TryParseInteger(name);
}

class AccelNasbenchImporter : public Importer {
 public:
  AccelNasbenchImporter() {
    info_.name = "accel-nasbench";
    info_.summary = "Accel-NASBench: 5,138 ImageNet networks, six accelerators";
    info_.obtain =
        "https://github.com/afzalxo/Accel-NASBench, anb_dataset_jsons.tar.gz";
    info_.size = "1.4 MB";
    info_.licence = "Apache-2.0";
    info_.citation = R"(@inproceedings{ahmad2024accelnasbench,
  title = {{Accel-NASBench}: Sustainable Benchmarking for Accelerator-Aware
{NAS}},
  author = {Ahmad, Afzal and Du, Linfeng and Xie, Zhiyao and Zhang, Wei},
  booktitle = {Design Automation Conference},
  year = {2024}
})";
    info_.spaces = {"mnasnet"};
    info_.metrics = {"accuracy:imagenet/val",     "top5-accuracy:imagenet/val",
                     "train-seconds:imagenet",    "macs:imagenet",
                     "params:imagenet",           "latency@vck190:imagenet",
                     "throughput@a100:imagenet",  "throughput@3090:imagenet",
                     "throughput@tpuv2:imagenet", "throughput@tpuv3:imagenet",
                     "latency@zcu102:imagenet",   "throughput@zcu102:imagenet"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions&,
                                              TableInfo* info) const override {
    info->title = "Accel-NASBench";
    info->defaults.dataset = "imagenet";
    info->defaults.split = "val";
    return MakeSpace("mnasnet");
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    CheckSpace(writer, "mnasnet", info_.name);
    ImportReport report;
    const Source source = SourceOf(
        info_, "afzalxo/Accel-NASBench@4260357, anb_dataset_jsons.tar.gz",
        "trained by a shortened scheme on ImageNet");
    ColumnSet columns(writer, source, &report);
    columns.Declare("macs:imagenet", {Origin::kAnalytic, ""});
    columns.Declare("params:imagenet", {Origin::kAnalytic, ""});
    for (const std::string& path : options.paths) {
      Archive(path, writer, columns, &report);
    }
    return report;
  }

  bool Recognizes(const std::string& path) const override {
    return path.ends_with(".tar.gz") && ReadFilePrefix(path, 2) == "\x1f\x8b";
  }

 private:
  static void Archive(const std::string& path, TableWriter& writer,
                      ColumnSet& columns, ImportReport* report) {
    // In the order of their numbers, whatever the archive's order is.
    std::map<int64_t, JsonValue> results;
    ArchiveLimits limits;
    limits.entry_bytes = kMostEntry;
    ReadArchive(
        ReadWholeFile(path, kMostBytes), path, limits,
        [](const std::string& entry) { return NumberOf(entry).has_value(); },
        [&](const std::string& entry, const std::string& bytes) {
          const JsonValue result =
              JsonValue::Parse(bytes, fmt::format("{}({})", path, entry));
          if (!results.emplace(*NumberOf(entry), result).second) {
            result.Fail("two files of one number");
          }
        });
    if (results.empty()) {
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("{}: holds no result_N.json", Quoted(path, 400)));
    }
    std::map<int64_t, int> seen;  // trainings of a row so far
    for (const auto& [number, result] : results) {
      const int64_t row = [&] {
        try {
          return writer.AddArchitecture(
              writer.Space().Parse(TextOf(result.Get("architecture"))));
        } catch (const Error& e) {
          if (e.Code() != ErrorCode::kUsage) throw;
          result.Fail(e.what());
        }
      }();
      Values(result, row, fmt::format("{}", seen[row]++), writer, columns,
             report);
    }
    report->architectures += static_cast<int64_t>(seen.size());
    const size_t twice = results.size() - seen.size();
    if (twice > 0) {
      report->notes.push_back(fmt::format(
          "{} architectures stand more than once: kept as replicates", twice));
    }
  }

  /// `e6_k3_l1,e4_k5_l2_se,...`
  static std::string TextOf(const JsonValue& genes) {
    if (genes.Size() != 28) genes.Fail("expected 28 genes");
    std::string text;
    for (int block = 0; block < 7; ++block) {
      const std::string prefix = fmt::format("block{}_", block);
      text += fmt::format("{}e{}_k{}_l{}{}", block == 0 ? "" : ",",
                          genes.Get(prefix + "e").Integer(),
                          genes.Get(prefix + "k").Integer(),
                          genes.Get(prefix + "l").Integer(),
                          genes.Get(prefix + "se").Bool() ? "_se" : "");
    }
    return text;
  }

  static void Values(const JsonValue& result, int64_t row,
                     const std::string& replicate, TableWriter& writer,
                     ColumnSet& columns, ImportReport* report) {
    const JsonValue metrics = result.Get("metrics");
    columns.Set("accuracy:imagenet/val", replicate, row,
                metrics.Get("val_top1").Number());
    columns.Set("top5-accuracy:imagenet/val", replicate, row,
                metrics.Get("val_top5").Number());
    columns.Set("train-seconds:imagenet", replicate, row,
                metrics.Get("train_time").Number());
    const JsonValue model = result.Get("model_info");
    columns.Set("macs:imagenet", "", row, model.Get("macs").Scaled(6));
    columns.Set("params:imagenet", "", row, model.Get("params").Scaled(6));
    const JsonValue platforms = result.Get("platform_perf");
    for (size_t i = 0; i < platforms.Size(); ++i) {
      const std::string& key = platforms.Key(i);  // `latency_zcu102`
      const size_t line = key.find('_');
      const std::string quantity = key.substr(0, line);
      if (line == std::string::npos ||
          (quantity != "latency" && quantity != "throughput")) {
        platforms.Entry(i).Fail("expected a latency or throughput");
      }
      const std::string platform = key.substr(line + 1);
      if (FindKnownPlatform(platform) == nullptr) {
        platforms.Entry(i).Fail("an accelerator that is not known");
      }
      AddPlatformById(platform, writer, report);
      const std::string metric =
          fmt::format("{}@{}:imagenet", quantity, platform);
      const JsonValue mean = platforms.Entry(i).Get(quantity + "_mean");
      const JsonValue deviation = platforms.Entry(i).Get(quantity + "_std");
      if (mean.IsNull()) {
        columns.SetGap(metric, replicate, row, Missing::kNotMeasured);
        continue;
      }
      std::optional<double> spread;
      if (!deviation.IsNull()) spread = deviation.Number();
      columns.Set(metric, replicate, row, mean.Number(), spread);
    }
  }

  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeAccelNasbenchImporter() {
  return std::make_unique<AccelNasbenchImporter>();
}

}  // namespace hwnas
