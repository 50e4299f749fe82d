#include "datasets/help/help_importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "datasets/column_set.h"
#include "datasets/file_reader.h"
#include "datasets/platforms.h"
#include "datasets/safe_pickle.h"

namespace hwnas {

namespace {

constexpr char kNb201IndexFile[] = "str_arch2idx.pt";
constexpr char kFbnetIndexFile[] = "arch.pt";
constexpr char kSource[] = "help";

/// What differs between the two spaces of the source.
struct HelpSpace {
  const char* space;
  const char* scheme;   // of the published index
  const char* dataset;  // whose images the latencies are of
};
constexpr HelpSpace kNb201 = {"nb201", "nas-bench-201", "cifar10"};
constexpr HelpSpace kFbnet = {"fbnet", "help-fbnet", "cifar100"};

/// What the paths of an import come to.
struct HelpInput {
  std::string index;                   // str_arch2idx.pt, arch.pt, or none
  std::vector<std::string> latencies;  // in the order of their names
};

std::vector<std::string> PtFiles(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder, failure), end;
       !failure && entry != end; entry.increment(failure)) {
    if (entry->path().extension() == ".pt") {
      files.push_back(entry->path().string());
    }
  }
  if (failure) {
    throw Error(
        ErrorCode::kIo,
        fmt::format("{}: {}", Quoted(folder.string(), 400), failure.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

HelpInput Resolve(const std::vector<std::string>& paths) {
  HelpInput input;
  for (const std::string& path : paths) {
    const std::filesystem::path given(path);
    if (!std::filesystem::is_directory(given)) {
      if (given.filename() == kNb201IndexFile ||
          given.filename() == kFbnetIndexFile) {
        input.index = path;
      } else {
        input.latencies.push_back(path);
      }
      continue;
    }
    if (!std::filesystem::is_directory(given / "latency")) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("{}: holds no folder 'latency'; give HELP's "
                              "data/nasbench201 or data/fbnet",
                              Quoted(path, 400)));
    }
    for (const char* file : {kNb201IndexFile, kFbnetIndexFile}) {
      if (std::filesystem::exists(given / file)) {
        input.index = (given / file).string();
      }
    }
    for (std::string& file : PtFiles(given / "latency")) {
      input.latencies.push_back(std::move(file));
    }
  }
  if (input.latencies.empty() && input.index.empty()) {
    throw Error(ErrorCode::kNotFound, "no .pt files to import are given");
  }
  return input;
}

bool IsFbnetIndex(const HelpInput& input) {
  return std::filesystem::path(input.index).filename() == kFbnetIndexFile;
}

const char kCitation[] = R"(@inproceedings{lee2021help,
  title = {{HELP}: Hardware-Adaptive Efficient Latency Prediction for {NAS} via
Meta-Learning},
  author = {Lee, Hayeon and Lee, Sewoong and Chong, Song and Hwang, Sung Ju},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2021}
})";

class HelpImport {
 public:
  HelpImport(TableWriter& writer, const HelpSpace& space)
      : writer_(writer), space_(space) {}

  void AddSource() {
    Source source;
    source.name = kSource;
    source.origin = "HayeonLee/HELP@45f70eb, data";
    source.licence = "MIT";
    source.citation = kCitation;
    source.importer = "help@1";
    writer_.AddSource(source);
  }

  /// A list of networks, each a list of 22 operations.
  void FbnetIndex(const std::string& path) {
    const Pickle pickle = ReadPtFile(path);
    const PickleValue root = pickle.Root();
    if (root.Kind() != PickleKind::kList) {
      root.Fail("expected a list of networks");
    }
    const auto decisions = writer_.Space().Decisions();
    for (size_t i = 0; i < root.Size(); ++i) {
      const PickleValue ops = root[i];
      if (ops.Kind() != PickleKind::kList || ops.Size() != decisions.size()) {
        ops.Fail(
            fmt::format("expected a list of {} operations", decisions.size()));
      }
      Architecture architecture(decisions.size());
      for (size_t k = 0; k < ops.Size(); ++k) {
        const int64_t op = ops[k].Integer();
        if (op < 0 || op >= static_cast<int64_t>(decisions[k].choices.size())) {
          ops[k].Fail("an operation that the space does not have");
        }
        architecture[k] = static_cast<uint16_t>(op);
      }
      writer_.AddAlias(space_.scheme, fmt::format("{}", i),
                       writer_.AddArchitecture(architecture));
    }
    report_.architectures = static_cast<int64_t>(root.Size());
  }

  /// `{architecture: index}`.
  void Nb201Index(const std::string& path) {
    const Pickle pickle = ReadPtFile(path);
    const PickleValue root = pickle.Root();
    if (root.Kind() != PickleKind::kDict) {
      root.Fail("expected a dict of architectures to indices");
    }
    for (size_t i = 0; i < root.Size(); ++i) {
      const PickleValue key = root.Key(i);
      const int64_t index = root.Entry(i).Integer();
      if (index < 0) root.Entry(i).Fail("a negative index");
      const int64_t row = [&] {
        const std::string text(key.String());
        try {
          return writer_.AddArchitecture(writer_.Space().Parse(text));
        } catch (const Error& e) {
          if (e.Code() != ErrorCode::kUsage) throw;
          key.Fail(e.what());
        }
      }();
      writer_.AddAlias(space_.scheme, fmt::format("{}", index), row);
    }
    report_.architectures =
        std::max(report_.architectures, static_cast<int64_t>(root.Size()));
  }

  /// A list of latencies in milliseconds by index.
  void Latencies(const std::string& path) {
    const Pickle pickle = ReadPtFile(path);
    const PickleValue root = pickle.Root();
    if (root.Kind() != PickleKind::kList) {
      root.Fail("expected a list of latencies");
    }
    const std::string platform = std::filesystem::path(path).stem().string();
    Column column;
    column.metric = [&] {
      try {
        return Metric::Parse("latency@" + platform + ":" + space_.dataset);
      } catch (const Error& e) {
        throw Error(e.Code(), fmt::format("{}: the file's name is the "
                                          "platform's: {}",
                                          Quoted(path, 400), e.what()));
      }
    }();
    column.source = kSource;
    // The accelerators' latencies come from models: few distinct values,
    // without noise.
    const bool model = platform == "eyeriss" || platform == "fpga";
    column.origin = model ? Origin::kSimulated : Origin::kMeasured;
    if (const Platform* known = FindKnownPlatform(platform);
        known != nullptr && known->category == "mobile" &&
        platform != "pixel3") {
      column.note = "published in whole milliseconds: many ties";
    }
    AddPlatformById(platform, writer_, &report_);
    const int64_t id = writer_.AddColumn(column);
    // Of the settings that HW-NAS-Bench has too, this copy is the whole one.
    writer_.Prefer(id);
    for (size_t i = 0; i < root.Size(); ++i) {
      writer_.Set(id, "", RowOf(root, i), {root[i].Number(), Missing::kNone});
      ++report_.values;
    }
    report_.architectures =
        std::max(report_.architectures, static_cast<int64_t>(root.Size()));
  }

  ImportReport TakeReport() { return std::move(report_); }

 private:
  int64_t RowOf(const PickleValue& list, size_t index) {
    while (rows_.size() <= index) {
      const std::optional<int64_t> row =
          writer_.FindAlias(space_.scheme, fmt::format("{}", rows_.size()));
      if (!row.has_value()) {
        if (rows_.empty()) {
          throw Error(ErrorCode::kNotFound,
                      "the table does not know the published index yet: give "
                      "str_arch2idx.pt or arch.pt, or the folder that it is "
                      "in");
        }
        list.Fail(fmt::format("{} latencies, but only {} indices are known",
                              list.Size(), rows_.size()));
      }
      rows_.push_back(*row);
    }
    return rows_[index];
  }

  TableWriter& writer_;
  const HelpSpace& space_;
  ImportReport report_;
  std::vector<int64_t> rows_;  // by index
};

class HelpImporter : public Importer {
 public:
  HelpImporter() {
    info_.name = "help";
    info_.summary =
        "HELP: latencies on 27 settings of 17 devices, of NAS-Bench-201's "
        "architectures or of 5,000 FBNet networks";
    info_.obtain =
        "https://github.com/HayeonLee/HELP, data/nasbench201 and data/fbnet";
    info_.size = "5 MB and 2 MB";
    info_.licence = "MIT";
    info_.citation = kCitation;
    info_.spaces = {"nb201", "fbnet"};
    info_.metrics = {"latency@1080ti_1:cifar10",  "latency@gold_6226:cifar10",
                     "latency@pixel3:cifar10",    "latency@raspi4:cifar10",
                     "latency@eyeriss:cifar10",   "latency@fpga:cifar10",
                     "latency@titanx_256:cifar10"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions& options,
                                              TableInfo* info) const override {
    if (IsFbnetIndex(Resolve(options.paths))) {
      info->title = "FBNet networks of HELP";
      info->defaults.dataset = kFbnet.dataset;
      return MakeSpace(kFbnet.space);
    }
    info->title = "NAS-Bench-201";
    info->defaults.dataset = kNb201.dataset;
    info->defaults.split = "val";
    info->defaults.fidelity.epochs = 200;
    return MakeSpace(kNb201.space);
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    const HelpInput input = Resolve(options.paths);
    const bool fbnet = input.index.empty() ? writer.Space().Spec() ==
                                                 MakeSpace(kFbnet.space)->Spec()
                                           : IsFbnetIndex(input);
    const HelpSpace& space = fbnet ? kFbnet : kNb201;
    CheckSpace(writer, space.space, info_.name);
    HelpImport import(writer, space);
    import.AddSource();
    if (!input.index.empty()) {
      if (fbnet) {
        import.FbnetIndex(input.index);
      } else {
        import.Nb201Index(input.index);
      }
    }
    for (const std::string& path : input.latencies) import.Latencies(path);
    return import.TakeReport();
  }

  bool Recognizes(const std::string& path) const override {
    std::error_code failure;
    const std::filesystem::path given(path);
    if (std::filesystem::is_directory(given, failure)) {
      return std::filesystem::is_directory(given / "latency", failure);
    }
    return given.extension() == ".pt" &&
           ReadFilePrefix(path, 4) == "PK\x03\x04";
  }

 private:
  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeHelpImporter() {
  return std::make_unique<HelpImporter>();
}

}  // namespace hwnas
