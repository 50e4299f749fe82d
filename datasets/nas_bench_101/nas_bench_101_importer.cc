#include "datasets/nas_bench_101/nas_bench_101_importer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "datasets/archive_reader.h"
#include "datasets/column_set.h"
#include "datasets/decimal.h"
#include "datasets/file_reader.h"
#include "datasets/json_reader.h"
#include "datasets/tf_record.h"
#include "tabular/spaces/nb101.h"

namespace hwnas {

namespace {

constexpr char kHashScheme[] = "nas-bench-101";
constexpr size_t kMostBytes = size_t{512} << 20;

const char kCitation[] = R"(@inproceedings{ying2019nasbench101,
  title = {{NAS-Bench-101}: Towards Reproducible Neural Architecture Search},
  author = {Ying, Chris and Klein, Aaron and Christiansen, Eric and Real,
Esteban and Murphy, Kevin and Hutter, Frank},
  booktitle = {International Conference on Machine Learning},
  year = {2019}
})";

const char kRecipe[] =
    "RMSProp with momentum 0.9, batch 256, learning rate 0.2 by cosine to 0 "
    "over the epochs, weight decay 1e-4; random flip and crop; 40,000 images";

TableInfo NewTable(const std::string& title) {
  TableInfo info;
  info.title = title;
  info.defaults.dataset = "cifar10";
  info.defaults.split = "val";
  info.defaults.fidelity.epochs = 108;
  return info;
}

/// Adds the architecture of a published graph under its hash, which must be
/// the one that we compute.
template <typename Fail>
int64_t AddGraph(size_t vertices, const std::vector<uint8_t>& adjacency,
                 const std::vector<int>& ops, std::string_view hash,
                 TableWriter& writer, Fail fail) {
  const std::optional<Architecture> architecture = [&] {
    try {
      return Nb101Space::FromGraph(vertices, adjacency, ops);
    } catch (const Error& e) {
      fail(e.what());
      throw;
    }
  }();
  if (!architecture.has_value()) fail("the graph is no cell of nb101");
  const std::string ours = Nb101Space::Hash(*architecture);
  if (ours != hash) {
    fail(fmt::format("the graph's hash is {}, not {}", ours, Quoted(hash, 40)));
  }
  const int64_t row = writer.AddArchitecture(*architecture);
  writer.AddAlias(kHashScheme, hash, row);
  return row;
}

// ---- The TFRecord file ----

/// Standard base64 with padding; false for anything else.
bool DecodeBase64(std::string_view text, std::string* out) {
  out->clear();
  if (text.size() % 4 != 0) return false;
  const auto digit = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  for (size_t i = 0; i < text.size(); i += 4) {
    size_t padding = 0;
    uint32_t bits = 0;
    for (size_t k = 0; k < 4; ++k) {
      const char c = text[i + k];
      if (c == '=' && i + 4 == text.size() && k >= 2) {
        ++padding;
        bits <<= 6;
        continue;
      }
      const int value = digit(c);
      if (value < 0 || padding > 0) return false;
      bits = bits << 6 | static_cast<uint32_t>(value);
    }
    for (size_t k = 0; k < 3 - padding; ++k) {
      *out += static_cast<char>((bits >> (16 - 8 * k)) & 0xff);
    }
  }
  return true;
}

/// A message of protocol buffers, field by field; `ok` turns false where the
/// bytes are none.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view message) : bytes_(message) {}

  bool ok = true;
  uint32_t field = 0;
  uint32_t type = 0;       // 0 varint, 1 eight bytes, 2 bytes, 5 four bytes
  uint64_t integer = 0;    // of types 0, 1, 5
  std::string_view bytes;  // of type 2

  bool Next() {
    if (!ok || bytes_.empty()) return false;
    const uint64_t tag = Varint();
    field = static_cast<uint32_t>(tag >> 3);
    type = static_cast<uint32_t>(tag & 7);
    switch (type) {
      case 0:
        integer = Varint();
        break;
      case 1:
        integer = Fixed(8);
        break;
      case 2: {
        const uint64_t size = Varint();
        if (size > bytes_.size()) {
          ok = false;
          return false;
        }
        bytes = bytes_.substr(0, static_cast<size_t>(size));
        bytes_.remove_prefix(static_cast<size_t>(size));
        break;
      }
      case 5:
        integer = Fixed(4);
        break;
      default:
        ok = false;
    }
    return ok && tag >> 3 != 0 && tag >> 3 < (1u << 29);
  }

  double AsDouble() const {
    double value;
    std::memcpy(&value, &integer, sizeof(value));
    return value;
  }

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    ok = false;
    return 0;
  }

  uint64_t Fixed(size_t size) {
    if (bytes_.size() < size) {
      ok = false;
      return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value |= uint64_t{static_cast<uint8_t>(bytes_[i])} << (8 * i);
    }
    bytes_.remove_prefix(size);
    return value;
  }

  std::string_view bytes_;
};

/// `EvaluationData` of the source's model_metrics.proto.
struct Evaluation {
  double epoch = 0;
  double seconds = 0;
  double train = 0;
  double val = 0;
  double test = 0;
};

struct ModelMetrics {
  std::vector<Evaluation> evaluations;
  int64_t params = -1;
};

bool ReadEvaluation(std::string_view bytes, Evaluation* out) {
  ProtoReader proto(bytes);
  while (proto.Next()) {
    if (proto.field < 1 || proto.field > 5) continue;
    if (proto.type != 1 || !std::isfinite(proto.AsDouble())) return false;
    double* fields[] = {&out->epoch, &out->seconds, &out->train, &out->val,
                        &out->test};
    *fields[proto.field - 1] = proto.AsDouble();
  }
  return proto.ok;
}

bool ReadMetrics(std::string_view bytes, ModelMetrics* out) {
  ProtoReader proto(bytes);
  while (proto.Next()) {
    if (proto.field == 1) {
      if (proto.type != 2) return false;
      if (!ReadEvaluation(proto.bytes, &out->evaluations.emplace_back())) {
        return false;
      }
    } else if (proto.field == 2) {
      if (proto.type != 0 || proto.integer > INT32_MAX) return false;
      out->params = static_cast<int64_t>(proto.integer);
    }
  }
  return proto.ok && out->params >= 0;
}

/// Fractions as the source has them, in per cent.
double Percent(double fraction) { return ScaleDecimal(fraction, 2); }

class NasBench101Importer : public Importer {
 public:
  NasBench101Importer() {
    info_.name = "nas-bench-101";
    info_.summary =
        "NAS-Bench-101: 423,624 cells, three trainings each of 4 to 108 epochs";
    info_.obtain =
        "https://github.com/google-research/nasbench: nasbench_full.tfrecord "
        "or nasbench_only108.tfrecord";
    info_.size = "1.95 GB (full), 499 MB (108 epochs only)";
    info_.licence = "Apache-2.0";
    info_.citation = kCitation;
    info_.spaces = {"nb101"};
    info_.metrics = {"accuracy:cifar10/val/e108",
                     "accuracy:cifar10/test/e108",
                     "accuracy:cifar10/train/e108",
                     "accuracy:cifar10/val/e54of108",
                     "accuracy:cifar10/val/e4",
                     "train-seconds:cifar10/e108",
                     "params:cifar10"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions&,
                                              TableInfo* info) const override {
    *info = NewTable("NAS-Bench-101");
    return MakeSpace("nb101");
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    CheckSpace(writer, "nb101", info_.name);
    ImportReport report;
    const Source source = SourceOf(
        info_, "google-research/nasbench, nasbench_full.tfrecord", kRecipe);
    ColumnSet columns(writer, source, &report);
    columns.Declare("params:cifar10", {Origin::kAnalytic, "as published"});
    for (const std::string& path : options.paths) {
      std::ifstream stream(path, std::ios::binary);
      if (!stream) {
        throw Error(ErrorCode::kIo,
                    fmt::format("{}: cannot be read", Quoted(path, 400)));
      }
      TfRecordReader records(stream, path);
      std::map<std::pair<int64_t, int64_t>, int> trainings;
      std::string record;
      while (records.Next(&record)) {
        Record(record, path, records, writer, columns, &trainings);
      }
      if (trainings.empty()) {
        throw Error(ErrorCode::kCorrupt,
                    fmt::format("{}: holds no record", Quoted(path, 400)));
      }
      std::map<int64_t, int> rows;
      for (const auto& [key, count] : trainings) ++rows[key.first];
      report.architectures += static_cast<int64_t>(rows.size());
    }
    return report;
  }

  bool Recognizes(const std::string& path) const override {
    const std::string head = ReadFilePrefix(path, 12);
    if (head.size() < 12) return false;
    const uint32_t crc = MaskedCrc32c(std::string_view(head).substr(0, 8));
    for (size_t i = 0; i < 4; ++i) {
      if (static_cast<uint8_t>(head[8 + i]) != ((crc >> (8 * i)) & 0xff)) {
        return false;
      }
    }
    return true;
  }

 private:
  /// `[hash, epochs, "0110...", "input,conv3x3-bn-relu,...,output", metrics]`,
  /// the last in base64.
  static void Record(const std::string& bytes, const std::string& path,
                     const TfRecordReader& records, TableWriter& writer,
                     ColumnSet& columns,
                     std::map<std::pair<int64_t, int64_t>, int>* trainings) {
    const JsonValue json = JsonValue::Parse(bytes, path);
    if (!json.IsArray() || json.Size() != 5) {
      records.Fail("expected an array of five");
    }
    const int64_t epochs = json[1].Integer();
    if (epochs < 1 || epochs > 100'000) records.Fail("a number of epochs");
    std::vector<int> ops;
    std::string_view names = json[3].String();
    while (true) {
      const size_t comma = names.find(',');
      ops.push_back(OpOf(names.substr(0, comma), records));
      if (comma == std::string_view::npos) break;
      names = names.substr(comma + 1);
    }
    std::vector<uint8_t> adjacency;
    for (const char c : json[2].String()) {
      if (c != '0' && c != '1') records.Fail("an edge that is neither 0 nor 1");
      adjacency.push_back(c == '1');
    }
    if (ops.size() > 7 || adjacency.size() != ops.size() * ops.size()) {
      records.Fail("the graph's edges do not fit its vertices");
    }
    const int64_t row =
        AddGraph(ops.size(), adjacency, ops, json[0].String(), writer,
                 [&](const std::string& why) { records.Fail(why); });
    std::string proto;
    ModelMetrics metrics;
    if (!DecodeBase64(json[4].String(), &proto) ||
        !ReadMetrics(proto, &metrics)) {
      records.Fail("its metrics are damaged");
    }
    const std::string label = fmt::format("{}", (*trainings)[{row, epochs}]++);
    columns.Set("params:cifar10", "", row, static_cast<double>(metrics.params));
    for (const Evaluation& evaluation : metrics.evaluations) {
      // Before the first step there is nothing that was trained.
      if (evaluation.epoch <= 0) continue;
      const auto epoch = static_cast<int64_t>(std::lround(evaluation.epoch));
      if (epoch < 1 || epoch > epochs) records.Fail("an epoch beyond its end");
      const std::string fidelity = epoch == epochs
                                       ? fmt::format("e{}", epochs)
                                       : fmt::format("e{}of{}", epoch, epochs);
      columns.Set("accuracy:cifar10/train/" + fidelity, label, row,
                  Percent(evaluation.train));
      columns.Set("accuracy:cifar10/val/" + fidelity, label, row,
                  Percent(evaluation.val));
      columns.Set("accuracy:cifar10/test/" + fidelity, label, row,
                  Percent(evaluation.test));
      columns.Set("train-seconds:cifar10/" + fidelity, label, row,
                  evaluation.seconds);
    }
  }

  static int OpOf(std::string_view name, const TfRecordReader& records) {
    if (name == "input") return -1;
    if (name == "output") return -2;
    if (name == "conv3x3-bn-relu") return 0;
    if (name == "conv1x1-bn-relu") return 1;
    if (name == "maxpool3x3") return 2;
    records.Fail(
        fmt::format("the operation '{}' is not known", Quoted(name, 40)));
  }

  DatasetInfo info_;
};

// ---- The sample ----

class NasBench101SampleImporter : public Importer {
 public:
  NasBench101SampleImporter() {
    info_.name = "nas-bench-101-sample";
    info_.summary =
        "a sample of NAS-Bench-101: 30,001 cells, validation accuracy only";
    info_.obtain =
        "JSON lines of hash, adjacency, ops, val_acc, train_seconds_108 and "
        "params, from tiga1231/nasbench-vis's data";
    info_.size = "2 MB";
    info_.licence = "none stated; NAS-Bench-101 itself is Apache-2.0";
    info_.citation = kCitation;
    info_.spaces = {"nb101"};
    info_.metrics = {"accuracy:cifar10/val/e4",    "accuracy:cifar10/val/e12",
                     "accuracy:cifar10/val/e36",   "accuracy:cifar10/val/e108",
                     "train-seconds:cifar10/e108", "params:cifar10"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions&,
                                              TableInfo* info) const override {
    *info = NewTable("A sample of NAS-Bench-101");
    return MakeSpace("nb101");
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    CheckSpace(writer, "nb101", info_.name);
    ImportReport report;
    const Source source =
        SourceOf(info_, "tiga1231/nasbench-vis@7aec0e76", kRecipe);
    ColumnSet columns(writer, source, &report);
    columns.Declare("params:cifar10", {Origin::kAnalytic, "as published"});
    for (const std::string& path : options.paths) {
      std::string bytes = ReadWholeFile(path, kMostBytes);
      if (bytes.starts_with("\x1f\x8b")) bytes = Decompress(bytes, path);
      std::string_view rest = bytes;
      if (rest.empty()) {
        throw Error(ErrorCode::kCorrupt,
                    fmt::format("{}: is empty", Quoted(path, 400)));
      }
      for (size_t line = 1; !rest.empty(); ++line) {
        const size_t end = rest.find('\n');
        Cell(rest.substr(0, end), fmt::format("{}:{}", path, line), writer,
             columns);
        ++report.architectures;
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
      }
    }
    return report;
  }

  bool Recognizes(const std::string& path) const override {
    const std::string start = ReadFilePrefix(path, 100);
    if (start.starts_with("{\"hash\"")) return true;
    return path.ends_with(".jsonl.gz") && start.starts_with("\x1f\x8b");
  }

 private:
  static void Cell(std::string_view line, const std::string& place,
                   TableWriter& writer, ColumnSet& columns) {
    const JsonValue cell = JsonValue::Parse(line, place);
    const JsonValue rows = cell.Get("adjacency");
    const JsonValue names = cell.Get("ops");
    if (names.Size() > 7 || rows.Size() != names.Size()) {
      cell.Fail("the graph's edges do not fit its vertices");
    }
    std::vector<uint8_t> adjacency;
    std::vector<int> ops;
    for (size_t i = 0; i < rows.Size(); ++i) {
      if (rows[i].Size() != rows.Size()) rows[i].Fail("is no row of a square");
      for (size_t k = 0; k < rows.Size(); ++k) {
        const int64_t edge = rows[i][k].Integer();
        if (edge != 0 && edge != 1) rows[i][k].Fail("an edge is 0 or 1");
        adjacency.push_back(static_cast<uint8_t>(edge));
      }
      const int64_t op = names[i].Integer();
      if (op < -2 || op > 2) names[i].Fail("an operation is -2 to 2");
      ops.push_back(static_cast<int>(op));
    }
    const int64_t row =
        AddGraph(ops.size(), adjacency, ops, cell.Get("hash").String(), writer,
                 [&](const std::string& why) { cell.Fail(why); });
    const JsonValue accuracies = cell.Get("val_acc");
    for (const int epochs : {4, 12, 36, 108}) {
      columns.Set(fmt::format("accuracy:cifar10/val/e{}", epochs), "", row,
                  accuracies.Get(fmt::format("{}", epochs)).Scaled(2));
    }
    columns.Set("train-seconds:cifar10/e108", "", row,
                cell.Get("train_seconds_108").Number());
    columns.Set("params:cifar10", "", row,
                static_cast<double>(cell.Get("params").Integer()));
  }

  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeNasBench101Importer() {
  return std::make_unique<NasBench101Importer>();
}

std::unique_ptr<Importer> MakeNasBench101SampleImporter() {
  return std::make_unique<NasBench101SampleImporter>();
}

}  // namespace hwnas
