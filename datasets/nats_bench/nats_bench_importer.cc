#include "datasets/nats_bench/nats_bench_importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "datasets/archive_reader.h"
#include "datasets/column_set.h"
#include "datasets/decimal.h"
#include "datasets/file_reader.h"
#include "datasets/platforms.h"
#include "datasets/safe_pickle.h"
#include "tabular/number.h"

namespace hwnas {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr char kSuffix[] = ".pickle.pbz2";
constexpr char kPlatform[] = "nats-bench-gpu";

/// A data set as NATS-Bench names it.
struct NatsDataset {
  const char* name;
  const char* ours;
  bool half;         // trained on half of the training set
  const char* test;  // the splits that x-test and ori-test are
  const char* ori;
};

constexpr NatsDataset kDatasets[] = {
    {"cifar10-valid", "cifar10", true, "", "test"},
    {"cifar10", "cifar10", false, "", "test"},
    {"cifar100", "cifar100", false, "test", "valtest"},
    {"ImageNet16-120", "imagenet16-120", false, "test", "valtest"},
};

const NatsDataset& FindDataset(const PickleValue& name) {
  for (const NatsDataset& dataset : kDatasets) {
    if (name.String() == dataset.name) return dataset;
  }
  name.Fail(
      fmt::format("the data set '{}' is not known", Quoted(name.String(), 40)));
}

/// The archives of a folder, in the order of their names; meta left out.
std::vector<std::string> Archives(const std::string& path) {
  std::vector<std::string> files;
  if (!fs::is_directory(path)) return {path};
  std::error_code failure;
  for (fs::directory_iterator entry(path, failure), end;
       !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(kSuffix) && !name.starts_with("meta")) {
      files.push_back(entry->path().string());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{}: holds no NNNNNN.pickle.pbz2", Quoted(path, 400)));
  }
  return files;
}

Pickle ReadArchiveFile(const std::string& path) {
  ArchiveLimits limits;
  limits.entry_bytes = kMostBytes;
  return Pickle::Read(Decompress(ReadWholeFile(path, kMostBytes), path, limits),
                      path);
}

/// `200` of a size or topology archive: the results of one schedule.
PickleValue FirstSchedule(const PickleValue& root) {
  if (root.Kind() != PickleKind::kDict || root.Size() == 0) {
    root.Fail("expected a dict of training schedules");
  }
  return root.Entry(0);
}

const char* SpaceOf(const PickleValue& root) {
  const std::string_view text = FirstSchedule(root).Get("arch_str").String();
  return text.find('|') != std::string_view::npos ? "nb201" : "nats-sss";
}

/// One training: of an architecture, on a data set, with a seed.
class Training {
 public:
  Training(const NatsDataset& dataset, std::string seed, int epochs,
           int64_t row, ColumnSet& columns)
      : dataset_(dataset),
        seed_(std::move(seed)),
        epochs_(epochs),
        row_(row),
        columns_(columns) {}

  void Values(const PickleValue& result) {
    Curve(result.Get("train_acc1es"), "accuracy", "train");
    Curve(result.Get("train_acc5es"), "top5-accuracy", "train");
    Curve(result.Get("train_losses"), "loss", "train");
    Evaluations(result.Get("eval_acc1es"), "accuracy");
    Evaluations(result.Get("eval_losses"), "loss");
    Seconds(result.Get("train_times"));
    EvaluationSeconds(result.Get("eval_times"));
  }

 private:
  /// By epoch, counted from 0.
  void Curve(const PickleValue& curve, const char* quantity,
             const char* split) {
    if (curve.IsNone()) return;  // the shorter archives leave some out
    for (size_t i = 0; i < curve.Size(); ++i) {
      columns_.Set(Name(quantity, split, Epoch(curve.Key(i))), seed_, row_,
                   curve.Entry(i).Number());
    }
  }

  /// By `x-valid@11`.
  void Evaluations(const PickleValue& values, const char* quantity) {
    if (values.IsNone()) return;
    for (size_t i = 0; i < values.Size(); ++i) {
      const auto [split, epoch] = Point(values.Key(i));
      columns_.Set(Name(quantity, split, epoch), seed_, row_,
                   values.Entry(i).Number());
    }
  }

  /// Seconds of each epoch; kept summed up to the epoch's end.
  void Seconds(const PickleValue& times) {
    if (times.IsNone()) return;
    double sum = 0;
    int last = 0;
    for (size_t i = 0; i < times.Size(); ++i) {
      const int epoch = Epoch(times.Key(i));
      if (epoch != last + 1) times.Key(i).Fail("the epochs are not in order");
      last = epoch;
      sum += times.Entry(i).Number();
      // Published tables mean the training on half of CIFAR-10.
      const char* share =
          std::string_view(dataset_.name) == "cifar10" ? ";train=whole" : "";
      columns_.Set(fmt::format("train-seconds:{}/{}{}", dataset_.ours,
                               Fidelity(epoch), share),
                   seed_, row_, sum);
    }
  }

  /// Seconds that evaluating a split took, at each epoch.
  void EvaluationSeconds(const PickleValue& times) {
    if (times.IsNone()) return;
    for (size_t i = 0; i < times.Size(); ++i) {
      const auto [split, epoch] = Point(times.Key(i));
      columns_.Set(Name("eval-seconds", split, epoch), seed_, row_,
                   times.Entry(i).Number());
    }
  }

  std::pair<const char*, int> Point(const PickleValue& key) const {
    const std::string_view text = key.String();
    const size_t at = text.find('@');
    const std::string_view name = text.substr(0, at);
    const int64_t epoch =
        at == std::string_view::npos
            ? -1
            : TryParseInteger(text.substr(at + 1)).value_or(-1);
    const char* split = name == "x-valid"    ? "val"
                        : name == "x-test"   ? dataset_.test
                        : name == "ori-test" ? dataset_.ori
                                             : "";
    if (epoch < 0 || epoch >= epochs_ || *split == '\0') {
      key.Fail(fmt::format("'{}' is no split and epoch of {}", Quoted(text, 40),
                           dataset_.name));
    }
    return {split, static_cast<int>(epoch) + 1};
  }

  int Epoch(const PickleValue& key) const {
    const int64_t epoch = key.Integer();
    if (epoch < 0 || epoch >= epochs_) key.Fail("an epoch beyond the training");
    return static_cast<int>(epoch) + 1;
  }

  std::string Fidelity(int epoch) const {
    return epoch == epochs_ ? fmt::format("e{}", epoch)
                            : fmt::format("e{}of{}", epoch, epochs_);
  }

  std::string Name(const char* quantity, const char* split, int epoch) const {
    // Only the training on half of the set has a validation set.
    const bool both = std::string_view(split) != "val";
    return fmt::format("{}:{}/{}/{}{}", quantity, dataset_.ours, split,
                       Fidelity(epoch),
                       dataset_.half && both ? ";train=half" : "");
  }

  const NatsDataset& dataset_;
  std::string seed_;
  int epochs_;
  int64_t row_;
  ColumnSet& columns_;
};

class NatsBenchImporter : public Importer {
 public:
  NatsBenchImporter() {
    info_.name = "nats-bench";
    info_.summary =
        "NATS-Bench's archives: every curve, time and seed, both spaces";
    info_.obtain =
        "https://github.com/D-X-Y/NATS-Bench: the unpacked NATS-tss-v1_0 or "
        "NATS-sss-v1_0 archives";
    info_.size = "2.2 GB (topology) and 0.6 GB (size), 15,625 and 32,768 files";
    info_.licence = "MIT";
    info_.citation = R"(@article{dong2021nats,
  title = {{NATS-Bench}: Benchmarking {NAS} Algorithms for Architecture
Topology and Size},
  author = {Dong, Xuanyi and Liu, Lu and Musial, Katarzyna and Gabrys, Bogdan},
  journal = {IEEE Transactions on Pattern Analysis and Machine Intelligence},
  year = {2021}
})";
    info_.spaces = {"nb201", "nats-sss"};
    info_.metrics = {"accuracy:cifar10/val/e200",
                     "accuracy:cifar10/test/e200",
                     "accuracy:cifar10/test/e200;train=half",
                     "accuracy:cifar10/val/e12",
                     "accuracy:cifar10/val/e12of200",
                     "loss:cifar100/valtest/e200",
                     "train-seconds:cifar10/e200",
                     "eval-seconds:cifar10/val/e200",
                     "params:cifar10",
                     "macs:cifar10",
                     "latency@nats-bench-gpu:cifar10"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions& options,
                                              TableInfo* info) const override {
    if (options.paths.empty()) {
      throw Error(ErrorCode::kUsage, "nats-bench: no path is given");
    }
    const Pickle first = ReadArchiveFile(Archives(options.paths[0]).front());
    const std::string space = SpaceOf(first.Root());
    info->title = space == "nb201" ? "NATS-Bench topology (NAS-Bench-201)"
                                   : "NATS-Bench size";
    info->defaults.dataset = "cifar10";
    info->defaults.split = "val";
    info->defaults.fidelity.epochs = space == "nb201" ? 200 : 90;
    return MakeSpace(space);
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    ImportReport report;
    const Source source = SourceOf(
        info_, "D-X-Y/NATS-Bench, NATS-{tss,sss}-v1_0 archives",
        "SGD with Nesterov momentum 0.9, weight decay 5e-4, batch 256, "
        "learning rate 0.1 by cosine to 0 over the epochs; random flip and "
        "crop");
    ColumnSet columns(writer, source, &report);
    for (const NatsDataset& dataset : kDatasets) {
      columns.Declare(fmt::format("params:{}", dataset.ours),
                      {Origin::kAnalytic, "as published"});
      columns.Declare(fmt::format("macs:{}", dataset.ours),
                      {Origin::kAnalytic, "published as FLOPs"});
    }
    Platform gpu;
    gpu.id = kPlatform;
    gpu.device = kPlatform;
    gpu.processor = "GPU";
    gpu.method = "published with the archives; the device is not stated there";
    writer.AddPlatform(gpu);
    for (const std::string& path : options.paths) {
      for (const std::string& file : Archives(path)) {
        Archive(file, writer, columns);
        ++report.architectures;
      }
    }
    return report;
  }

  bool Recognizes(const std::string& path) const override {
    std::error_code failure;
    if (!fs::is_directory(path, failure)) {
      return path.ends_with(kSuffix) && ReadFilePrefix(path, 3) == "BZh";
    }
    for (fs::directory_iterator entry(path, failure), end;
         !failure && entry != end; entry.increment(failure)) {
      if (entry->path().string().ends_with(kSuffix)) return true;
    }
    return false;
  }

 private:
  static void Archive(const std::string& path, TableWriter& writer,
                      ColumnSet& columns) {
    const Pickle pickle = ReadArchiveFile(path);
    const PickleValue root = pickle.Root();
    const std::string space = SpaceOf(root);
    CheckSpace(writer, space, path);
    for (size_t i = 0; i < root.Size(); ++i) {
      const PickleValue schedule = root.Entry(i);
      const PickleValue text = schedule.Get("arch_str");
      const int64_t row = [&] {
        try {
          return writer.AddArchitecture(writer.Space().Parse(text.String()));
        } catch (const Error& e) {
          if (e.Code() != ErrorCode::kUsage) throw;
          text.Fail(e.what());
        }
      }();
      const int64_t index = schedule.Get("arch_index").Integer();
      if (index < 0) schedule.Fail("a negative index");
      writer.AddAlias(space == "nb201" ? "nas-bench-201" : "nats-sss",
                      fmt::format("{}", index), row);
      const PickleValue results = schedule.Get("all_results");
      for (size_t k = 0; k < results.Size(); ++k) {
        Result(results.Key(k), results.Entry(k), row, columns);
      }
    }
  }

  static void Result(const PickleValue& key, const PickleValue& result,
                     int64_t row, ColumnSet& columns) {
    if (key.Kind() != PickleKind::kTuple || key.Size() != 2) {
      key.Fail("expected a data set and a seed");
    }
    const NatsDataset& dataset = FindDataset(key[0]);
    const std::string seed = fmt::format("{}", key[1].Integer());
    const int64_t epochs = result.Get("epochs").Integer();
    if (epochs < 1 || epochs > 100'000) result.Fail("a number of epochs");
    Training(dataset, seed, static_cast<int>(epochs), row, columns)
        .Values(result);
    // Of the network, and so the same for every seed and schedule.
    columns.Set(fmt::format("params:{}", dataset.ours), "", row,
                ScaleDecimal(result.Get("params").Number(), 6));
    columns.Set(fmt::format("macs:{}", dataset.ours), "", row,
                ScaleDecimal(result.Get("flop").Number(), 6));
    const PickleValue latency = result.Get("latency");
    if (latency.Kind() == PickleKind::kList && latency.Size() > 0) {
      double sum = 0;
      for (size_t i = 0; i < latency.Size(); ++i) sum += latency[i].Number();
      const double mean = sum / static_cast<double>(latency.Size());
      // The training on half of CIFAR-10 repeats the whole's network.
      const std::string label =
          fmt::format("{}{}-e{}", dataset.half ? "half-" : "", seed, epochs);
      columns.Set(fmt::format("latency@{}:{}", kPlatform, dataset.ours), label,
                  row, ScaleDecimal(mean, 3));
    }
  }

  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeNatsBenchImporter() {
  return std::make_unique<NatsBenchImporter>();
}

}  // namespace hwnas
