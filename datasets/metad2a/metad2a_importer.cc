#include "datasets/metad2a/metad2a_importer.h"

#include <fmt/format.h>

#include "datasets/column_set.h"
#include "datasets/file_reader.h"
#include "tabular/number.h"

namespace hwnas {

namespace {

constexpr size_t kMostBytes = size_t{64} << 20;

/// A field of a line, without the blanks around it.
std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

class MetaD2aImporter : public Importer {
 public:
  MetaD2aImporter() {
    info_.name = "metad2a";
    info_.summary = "MetaD2A's 500 candidate cells for CIFAR-100, from HELP";
    info_.obtain =
        "https://github.com/HayeonLee/HELP, "
        "data/nasbench201/arch_generated_by_metad2a.txt";
    info_.size = "64 KB";
    info_.licence = "MIT";
    info_.citation = R"(@inproceedings{lee2021metad2a,
  title = {Rapid Neural Architecture Search by Learning to Generate Graphs
from Datasets},
  author = {Lee, Hayeon and Hyung, Eunyoung and Hwang, Sung Ju},
  booktitle = {International Conference on Learning Representations},
  year = {2021}
})";
    info_.spaces = {"nb201"};
    info_.metrics = {"accuracy:cifar100/test/e200"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions&,
                                              TableInfo* info) const override {
    info->title = "MetaD2A's candidates of NAS-Bench-201";
    info->defaults.dataset = "cifar100";
    info->defaults.split = "test";
    info->defaults.fidelity.epochs = 200;
    return MakeSpace("nb201");
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    CheckSpace(writer, "nb201", info_.name);
    ImportReport report;
    const Source source =
        SourceOf(info_,
                 "HayeonLee/HELP@45f70eb, "
                 "data/nasbench201/arch_generated_by_metad2a.txt");
    ColumnSet columns(writer, source, &report);
    columns.Declare(kMetric,
                    {Origin::kMeasured,
                     "the test accuracy by which candidates were chosen: "
                     "selecting on it is hindsight"});
    for (const std::string& path : options.paths) {
      File(path, writer, columns, &report);
    }
    report.notes.push_back(
        "the lone number on line 1 and the third field of each line are not "
        "explained by the source and not imported");
    return report;
  }

  bool Recognizes(const std::string& path) const override {
    const std::string start = ReadFilePrefix(path, 200);
    const size_t end = start.find('\n');
    return end != std::string::npos &&
           TryParseNumber(Trim(start.substr(0, end))).has_value() &&
           start.compare(end + 1, 1, "|") == 0;
  }

 private:
  static constexpr char kMetric[] = "accuracy:cifar100/test/e200";

  static void File(const std::string& path, TableWriter& writer,
                   ColumnSet& columns, ImportReport* report) {
    const std::string bytes = ReadWholeFile(path, kMostBytes);
    std::string_view rest = bytes;
    const int64_t before = report->architectures;
    for (size_t line = 1; !rest.empty(); ++line) {
      const size_t end = rest.find('\n');
      const std::string_view text = Trim(rest.substr(0, end));
      rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
      const auto fail = [&](const std::string& message) {
        throw Error(ErrorCode::kCorrupt,
                    fmt::format("{}:{}: {}", Quoted(path, 400), line, message));
      };
      if (line == 1) {
        if (!TryParseNumber(text).has_value()) fail("expected a lone number");
        continue;
      }
      const size_t first = text.find(',');
      const size_t second =
          first == std::string_view::npos ? first : text.find(',', first + 1);
      if (second == std::string_view::npos) {
        fail("expected an architecture and two numbers");
      }
      const auto accuracy =
          TryParseNumber(Trim(text.substr(first + 1, second - first - 1)));
      const auto other = TryParseNumber(Trim(text.substr(second + 1)));
      if (!accuracy.has_value() || !other.has_value()) {
        fail("expected an architecture and two numbers");
      }
      try {
        const int64_t row = writer.AddArchitecture(
            writer.Space().Parse(Trim(text.substr(0, first))));
        columns.Set(kMetric, "", row, *accuracy);
      } catch (const Error& e) {
        if (e.Code() != ErrorCode::kUsage) throw;
        fail(e.what());
      }
      ++report->architectures;
    }
    if (report->architectures == before) {
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("{}: holds no architecture", Quoted(path, 400)));
    }
  }

  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeMetaD2aImporter() {
  return std::make_unique<MetaD2aImporter>();
}

}  // namespace hwnas
