#include "datasets/nas_bench_macro/nas_bench_macro_importer.h"

#include <fmt/format.h>

#include <cmath>

#include "datasets/column_set.h"
#include "datasets/file_reader.h"
#include "datasets/json_reader.h"

namespace hwnas {

namespace {

constexpr size_t kMostBytes = size_t{64} << 20;

class NasBenchMacroImporter : public Importer {
 public:
  NasBenchMacroImporter() {
    info_.name = "nas-bench-macro";
    info_.summary = "NAS-Bench-Macro: 6,561 networks, three CIFAR-10 trainings";
    info_.obtain = "https://github.com/xiusu/NAS-Bench-Macro, data/";
    info_.size = "1.3 MB";
    info_.licence = "Apache-2.0";
    info_.citation = R"(@inproceedings{su2021prioritized,
  title = {Prioritized Architecture Sampling with {Monto-Carlo} Tree Search},
  author = {Su, Xiu and Huang, Tao and Li, Yanxi and You, Shan and Wang, Fei
and Qian, Chen and Zhang, Changshui and Xu, Chang},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year = {2021}
})";
    info_.spaces = {"nb-macro"};
    info_.metrics = {"accuracy:cifar10/test", "params:cifar10", "macs:cifar10"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions&,
                                              TableInfo* info) const override {
    info->title = "NAS-Bench-Macro";
    info->defaults.dataset = "cifar10";
    info->defaults.split = "test";
    return MakeSpace("nb-macro");
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    CheckSpace(writer, "nb-macro", info_.name);
    ImportReport report;
    const Source source = SourceOf(
        info_,
        "xiusu/NAS-Bench-Macro@61a2bfc, data/nas-bench-macro_cifar10.json",
        "three trainings from scratch on CIFAR-10; test accuracy");
    ColumnSet columns(writer, source, &report);
    columns.Declare("params:cifar10", {Origin::kAnalytic, "as published"});
    columns.Declare("macs:cifar10", {Origin::kAnalytic, "published as FLOPs"});
    for (const std::string& path : options.paths) {
      const JsonValue root =
          JsonValue::Parse(ReadWholeFile(path, kMostBytes), path);
      if (!root.IsObject() || root.Size() == 0) {
        root.Fail("expected an object of architectures");
      }
      for (size_t i = 0; i < root.Size(); ++i) {
        Network(root.Key(i), root.Entry(i), writer, columns);
      }
      report.architectures += static_cast<int64_t>(root.Size());
    }
    return report;
  }

  bool Recognizes(const std::string& path) const override {
    const std::string start = ReadFilePrefix(path, 200);
    return start.find("\"test_acc\"") != std::string::npos;
  }

 private:
  static void Network(const std::string& text, const JsonValue& entry,
                      TableWriter& writer, ColumnSet& columns) {
    const int64_t row = [&] {
      try {
        return writer.AddArchitecture(writer.Space().Parse(text));
      } catch (const Error& e) {
        if (e.Code() != ErrorCode::kUsage) throw;
        entry.Fail(e.what());
      }
    }();
    const JsonValue accuracies = entry.Get("test_acc");
    double sum = 0;
    for (size_t i = 0; i < accuracies.Size(); ++i) {
      columns.Set("accuracy:cifar10/test", fmt::format("{}", i), row,
                  accuracies[i].Number());
      sum += accuracies[i].Number();
    }
    // The published mean says nothing new; it guards against a damaged file.
    const double mean = entry.Get("mean_acc").Number();
    if (accuracies.Size() == 0 ||
        std::abs(sum / static_cast<double>(accuracies.Size()) - mean) > 1e-6) {
      entry.Fail("mean_acc is not the mean of test_acc");
    }
    columns.Set("params:cifar10", "", row,
                static_cast<double>(entry.Get("params").Integer()));
    columns.Set("macs:cifar10", "", row,
                static_cast<double>(entry.Get("flops").Integer()));
  }

  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeNasBenchMacroImporter() {
  return std::make_unique<NasBenchMacroImporter>();
}

}  // namespace hwnas
