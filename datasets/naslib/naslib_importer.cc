#include "datasets/naslib/naslib_importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "datasets/column_set.h"
#include "datasets/file_reader.h"
#include "datasets/json_reader.h"
#include "tabular/number.h"
#include "tabular/spaces/nb101.h"

namespace hwnas {

namespace {

constexpr size_t kMostBytes = size_t{256} << 20;

enum class Pool { kNb101, kNb201, kDarts };

/// `(0, 2, 3)` to numbers; nullopt for anything else.
std::optional<std::vector<int64_t>> ReadTuple(std::string_view text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') {
    return std::nullopt;
  }
  text = text.substr(1, text.size() - 2);
  std::vector<int64_t> numbers;
  while (true) {
    const size_t comma = text.find(',');
    std::string_view field = text.substr(0, comma);
    while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
    const auto number = TryParseInteger(field);
    if (!number.has_value()) return std::nullopt;
    numbers.push_back(*number);
    if (comma == std::string_view::npos) return numbers;
    text = text.substr(comma + 1);
  }
}

/// NASLib's order of operations and edges: (1,2), (1,3), (1,4), (2,3), (2,4),
/// (3,4).
std::string Nb201Text(const std::vector<int64_t>& ops, const JsonValue& at) {
  constexpr const char* kNames[] = {"skip_connect", "none", "nor_conv_3x3",
                                    "nor_conv_1x1", "avg_pool_3x3"};
  if (ops.size() != 6) at.Fail("expected six operations");
  const auto name = [&](size_t edge) {
    if (ops[edge] < 0 || ops[edge] > 4) at.Fail("an operation beyond 4");
    return kNames[ops[edge]];
  };
  return fmt::format("|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|", name(0), name(1),
                     name(3), name(2), name(4), name(5));
}

/// Seven rows of seven edges, then seven operations: 0 input, 1 output, 2
/// maxpool3x3, 3 conv1x1, 4 conv3x3.
Architecture Nb101Architecture(const std::vector<int64_t>& code,
                               const JsonValue& at) {
  if (code.size() != 56) at.Fail("expected 49 edges and 7 operations");
  std::vector<uint8_t> adjacency;
  for (size_t i = 0; i < 49; ++i) {
    if (code[i] != 0 && code[i] != 1) at.Fail("an edge is 0 or 1");
    adjacency.push_back(static_cast<uint8_t>(code[i]));
  }
  constexpr int kOps[] = {-1, -2, 2, 1, 0};
  std::vector<int> ops;
  for (size_t i = 49; i < 56; ++i) {
    if (code[i] < 0 || code[i] > 4) at.Fail("an operation beyond 4");
    ops.push_back(kOps[code[i]]);
  }
  const auto architecture = Nb101Space::FromGraph(7, adjacency, ops);
  if (!architecture.has_value()) at.Fail("no cell of nb101");
  return *architecture;
}

/// `synflow`, `epe_nas`, `l2_norm`.
bool IsProxyName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class NaslibImporter : public Importer {
 public:
  NaslibImporter() {
    info_.name = "naslib";
    info_.summary =
        "NASLib's pools of architectures with thirteen zero-cost scores";
    info_.obtain = "https://github.com/automl/NASLib, naslib/data";
    info_.size = "1 MB a pool";
    info_.licence = "Apache-2.0";
    info_.citation = R"(@inproceedings{krishnakumar2022suite,
  title = {{NAS-Bench-Suite-Zero}: Accelerating Research on Zero Cost Proxies},
  author = {Krishnakumar, Arjun and White, Colin and Zela, Arber and Tu, Renbo
and Safari, Mahmoud and Hutter, Frank},
  booktitle = {Advances in Neural Information Processing Systems, Datasets and
Benchmarks Track},
  year = {2022}
})";
    info_.spaces = {"nb101", "nb201", "darts"};
    info_.metrics = {"score;proxy=synflow",
                     "score;proxy=jacov",
                     "score;proxy=nwot",
                     "score;proxy=snip",
                     "score;proxy=epe_nas",
                     "score;proxy=fisher",
                     "accuracy"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions& options,
                                              TableInfo* info) const override {
    if (options.paths.empty()) {
      throw Error(ErrorCode::kUsage, "naslib: no path is given");
    }
    const std::string& path = options.paths.front();
    const Pool pool = PoolOf(Read(path));
    info->title = fmt::format("NASLib's pool of {}", SpaceOf(pool));
    info->defaults.dataset = "cifar10";
    info->defaults.split = pool == Pool::kNb201 ? "test" : "val";
    if (pool == Pool::kNb201) info->defaults.fidelity.epochs = 200;
    if (pool == Pool::kNb101) info->defaults.fidelity.epochs = 108;
    return MakeSpace(SpaceOf(pool));
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    ImportReport report;
    Source source = SourceOf(info_, "automl/NASLib@1bdbd960, naslib/data");
    source.name = "naslib-zero-cost";
    ColumnSet columns(writer, source, &report);
    for (const std::string& path : options.paths) {
      const JsonValue root = Read(path);
      const Pool pool = PoolOf(root);
      CheckSpace(writer, SpaceOf(pool), info_.name);
      const JsonValue sets =
          pool == Pool::kNb101 ? root.Get("nasbench101") : root;
      for (size_t i = 0; i < sets.Size(); ++i) {
        DataSet(pool, sets.Key(i), sets.Entry(i), writer, columns, &report);
      }
    }
    return report;
  }

  bool Recognizes(const std::string& path) const override {
    const std::string start = ReadFilePrefix(path, 2000);
    return start.starts_with("{") &&
           start.find("\"grad_norm\"") != std::string::npos;
  }

 private:
  static JsonValue Read(const std::string& path) {
    return JsonValue::ParsePython(ReadWholeFile(path, kMostBytes), path);
  }

  static const char* SpaceOf(Pool pool) {
    return pool == Pool::kNb101   ? "nb101"
           : pool == Pool::kNb201 ? "nb201"
                                  : "darts";
  }

  static Pool PoolOf(const JsonValue& root) {
    if (root.IsObject() && root.Has("nasbench101")) return Pool::kNb101;
    if (!root.IsObject() || !root.Has("cifar10")) {
      root.Fail("expected NASLib's pools: an object with cifar10");
    }
    const JsonValue first = root.Get("cifar10");
    if (first.Size() == 0) first.Fail("holds no architectures");
    return first.Key(0).starts_with("[[") ? Pool::kDarts : Pool::kNb201;
  }

  static void DataSet(Pool pool, const std::string& name,
                      const JsonValue& entries, TableWriter& writer,
                      ColumnSet& columns, ImportReport* report) {
    const std::string dataset =
        name == "ImageNet16-120" ? "imagenet16-120" : name;
    NetworkInput input;
    if (!FindNetworkInput(dataset, &input)) {
      entries.Fail(fmt::format("the data set '{}' is not known", Quoted(name)));
    }
    std::string accuracy = "accuracy:" + dataset;
    std::string replicate;
    switch (pool) {
      case Pool::kNb101:
        accuracy += "/val/e108";
        break;
      case Pool::kNb201:
        // What the pool calls validation accuracy is the test accuracy of seed
        // 888, for CIFAR-10 of the training on half of the training set.
        accuracy +=
            dataset == "cifar10" ? "/test/e200;train=half" : "/test/e200";
        replicate = "888";
        break;
      case Pool::kDarts:
        accuracy += "/val";
        columns.Declare(accuracy,
                        {Origin::kSimulated, "predicted by NAS-Bench-301"});
        break;
    }
    // The pool of nb101 holds graphs that are one cell when pruned: scores of
    // fresh weights and one of the cell's three trainings each time.
    std::map<int64_t, int> seen;
    for (size_t i = 0; i < entries.Size(); ++i) {
      const JsonValue entry = entries.Entry(i);
      const int64_t row = Row(pool, entries.Key(i), entry, writer);
      std::string draw;
      if (pool == Pool::kNb101) draw = fmt::format("{}", seen[row]++);
      entry.Get("val_accuracy").Number();  // each has one
      for (size_t k = 0; k < entry.Size(); ++k) {
        const std::string& key = entry.Key(k);
        if (key == "idx" || key == "arch") continue;  // NASLib's own
        if (key == "val_accuracy") {
          columns.Set(accuracy, pool == Pool::kNb101 ? draw : replicate, row,
                      entry.Entry(k).Number());
          continue;
        }
        // Scores stand alone or beside the time they took; one that is no
        // finite number was lost in the computation.
        const JsonValue value = entry.Entry(k).IsObject()
                                    ? entry.Entry(k).Get("score")
                                    : entry.Entry(k);
        const std::string metric =
            fmt::format("score:{};proxy={}", dataset, key);
        if (!IsProxyName(key)) {
          entry.Fail(fmt::format("'{}' is no name of a score", Quoted(key)));
        }
        if (value.IsNull()) {
          columns.SetGap(metric, draw, row, Missing::kDiverged);
        } else {
          columns.Set(metric, draw, row, value.Number());
        }
      }
    }
    if (pool == Pool::kNb101) {
      report->architectures += static_cast<int64_t>(seen.size());
      report->notes.push_back(
          fmt::format("{} graphs are {} cells when pruned: kept as replicates",
                      entries.Size(), seen.size()));
    } else {
      report->architectures += static_cast<int64_t>(entries.Size());
    }
  }

  static int64_t Row(Pool pool, const std::string& key, const JsonValue& entry,
                     TableWriter& writer) {
    if (pool == Pool::kDarts) return AddParsed(key, entry, writer);
    const auto code = ReadTuple(key);
    if (!code.has_value()) entry.Fail("the key is no tuple of numbers");
    if (pool == Pool::kNb201) {
      return AddParsed(Nb201Text(*code, entry), entry, writer);
    }
    return writer.AddArchitecture(Nb101Architecture(*code, entry));
  }

  static int64_t AddParsed(const std::string& text, const JsonValue& entry,
                           TableWriter& writer) {
    try {
      return writer.AddArchitecture(writer.Space().Parse(text));
    } catch (const Error& e) {
      if (e.Code() != ErrorCode::kUsage) throw;
      entry.Fail(e.what());
    }
  }

  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeNaslibImporter() {
  return std::make_unique<NaslibImporter>();
}

}  // namespace hwnas
