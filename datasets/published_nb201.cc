#include "datasets/published_nb201.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "datasets/file_reader.h"
#include "datasets/importer.h"
#include "datasets/schemas.h"
#include "datasets/table_cache.h"
#include "tabular/cost_model.h"
#include "tabular/sha256.h"
#include "tabular/version.h"

namespace hwnas {

namespace {

namespace fs = std::filesystem;

struct CsvPart {
  const char* file;
  const char* schema;
};

/// In the order of import: the first defines the published index.
constexpr CsvPart kCsvParts[] = {
    {"nb201/accuracy.csv", "nb201-accuracy"},
    {"nb201/accuracy_200_replicates.csv", "nb201-accuracy-replicates"},
    {"nb201/test_200_seed888.csv", "nb201-test-seed888"},
    {"nb201/hwnasbench_cifar10.csv", "nb201-hw-nas-bench"},
    {"nb201/zero_cost.csv", "nb201-zero-cost"},
    {"nb201/int8_accuracy.csv", "nb201-int8"},
};

constexpr char kHelpFolder[] = "help/nasbench201";

constexpr const char* kHelpSettings[] = {
    "1080ti_1",     "1080ti_256",   "1080ti_32",      "2080ti_1",
    "2080ti_256",   "2080ti_32",    "essential_ph_1", "eyeriss",
    "fpga",         "gold_6226",    "gold_6240",      "pixel2",
    "pixel3",       "raspi4",       "samsung_a50",    "samsung_s7",
    "silver_4114",  "silver_4210r", "titan_rtx_1",    "titan_rtx_256",
    "titan_rtx_32", "titanx_1",     "titanx_256",     "titanx_32",
    "titanxp_1",    "titanxp_256",  "titanxp_32"};

/// Raised when what is made of the same inputs changes.
constexpr int kVersion = 2;

void AddCountedMacs(TableWriter& writer) {
  const SearchSpace& space = writer.Space();
  NetworkInput input;
  HWNAS_CHECK(FindNetworkInput("cifar10", &input));
  Source source;
  source.name = "hwnas-cost-model";
  source.origin = "counted on the layers of the space";
  source.importer = fmt::format("published-nb201@{}", kVersion);
  writer.AddSource(source);
  Column column;
  column.metric = Metric::Parse("macs:cifar10");
  column.source = source.name;
  column.origin = Origin::kAnalytic;
  const int64_t id = writer.AddColumn(column);
  writer.Prefer(id);
  const uint64_t size = *space.Size();
  for (uint64_t rank = 0; rank < size; ++rank) {
    const Architecture architecture = space.Unrank(rank);
    const auto row = writer.FindArchitecture(architecture);
    if (!row.has_value()) continue;
    const auto macs =
        static_cast<double>(Macs(space.Layers(architecture, input)));
    writer.Set(id, "", *row, {macs, Missing::kNone});
  }
}

}  // namespace

std::vector<std::string> PublishedNb201Files() {
  std::vector<std::string> files;
  for (const CsvPart& part : kCsvParts) files.emplace_back(part.file);
  files.push_back(fmt::format("{}/str_arch2idx.pt", kHelpFolder));
  for (const char* setting : kHelpSettings) {
    files.push_back(fmt::format("{}/latency/{}.pt", kHelpFolder, setting));
  }
  return files;
}

bool HasPublishedNb201(const std::string& data_dir) {
  const std::vector<std::string> files = PublishedNb201Files();
  return std::all_of(files.begin(), files.end(), [&](const std::string& file) {
    return fs::exists(fs::path(data_dir) / file);
  });
}

std::string ImportPublishedNb201(const std::string& data_dir,
                                 const std::string& out) {
  const fs::path folder(data_dir);
  const Importer& csv = FindImporter("csv");
  std::unique_ptr<TableWriter> writer;
  for (const CsvPart& part : kCsvParts) {
    const ImportOptions options = {{(folder / part.file).string()},
                                   part.schema};
    if (writer == nullptr) {
      TableInfo info;
      const auto space = csv.NewSpace(options, &info);
      writer = TableWriter::Create(out, space, info);
    }
    csv.Import(options, *writer);
  }
  ImportOptions help;
  for (const std::string& file : PublishedNb201Files()) {
    if (file.ends_with(".pt")) help.paths.push_back((folder / file).string());
  }
  FindImporter("help").Import(help, *writer);
  AddCountedMacs(*writer);
  writer->Commit();
  return out;
}

std::string CachedPublishedNb201(const std::string& data_dir,
                                 const std::string& cache_dir) {
  constexpr size_t kMostBytes = size_t{1} << 30;
  Sha256 key;
  key.Add(std::string_view("published-nb201"));
  key.Add(uint64_t{kVersion});
  key.Add(std::string_view(Version()));
  key.Add(std::string_view(FindImporter("csv").Info().Id()));
  key.Add(std::string_view(FindImporter("help").Info().Id()));
  for (const CsvPart& part : kCsvParts) {
    key.Add(FindBuiltInSchema(part.schema).value());
  }
  for (const std::string& file : PublishedNb201Files()) {
    key.Add(std::string_view(file));
    key.Add(std::string_view(
        ReadWholeFile((fs::path(data_dir) / file).string(), kMostBytes)));
  }
  return CachedTable(cache_dir, "nb201", key, [&](const std::string& fresh) {
    ImportPublishedNb201(data_dir, fresh);
  });
}

}  // namespace hwnas
