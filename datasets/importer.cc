#include "datasets/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "datasets/accel_nasbench/accel_nasbench_importer.h"
#include "datasets/csv/csv_importer.h"
#include "datasets/help/help_importer.h"
#include "datasets/metad2a/metad2a_importer.h"
#include "datasets/nas_bench_101/nas_bench_101_importer.h"
#include "datasets/nas_bench_macro/nas_bench_macro_importer.h"
#include "datasets/naslib/naslib_importer.h"
#include "datasets/nats_bench/nats_bench_importer.h"

namespace hwnas {

const std::vector<std::unique_ptr<Importer>>& Importers() {
  static const std::vector<std::unique_ptr<Importer>> importers = [] {
    std::vector<std::unique_ptr<Importer>> all;
    all.push_back(MakeAccelNasbenchImporter());
    all.push_back(MakeCsvImporter());
    all.push_back(MakeHelpImporter());
    all.push_back(MakeMetaD2aImporter());
    all.push_back(MakeNasBench101Importer());
    all.push_back(MakeNasBench101SampleImporter());
    all.push_back(MakeNasBenchMacroImporter());
    all.push_back(MakeNaslibImporter());
    all.push_back(MakeNatsBenchImporter());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a->Info().name < b->Info().name;
    });
    return all;
  }();
  return importers;
}

const Importer& FindImporter(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& importer : Importers()) {
    if (importer->Info().name == name) return *importer;
    names.push_back(importer->Info().name);
  }
  FailUnknown("source", name, names);
}

namespace {

/// A mistaken SOURCE is told apart from damaged data: when another importer
/// knows the path by its content and this one does not.
void CheckRecognized(const Importer& importer, const std::string& path) {
  if (importer.Recognizes(path)) return;
  for (const auto& other : Importers()) {
    if (other.get() == &importer || !other->Recognizes(path)) continue;
    throw Error(
        ErrorCode::kUsage,
        fmt::format("{}: is no '{}'; it looks like '{}': hwnas import "
                    "{} {}",
                    Quoted(path, 400), importer.Info().name, other->Info().name,
                    other->Info().name, Quoted(path, 400)));
  }
}

}  // namespace

ImportReport ImportInto(const Importer& importer, const ImportOptions& options,
                        const std::string& table) {
  if (options.paths.empty()) {
    throw Error(ErrorCode::kUsage, fmt::format("import {}: no path is given",
                                               importer.Info().name));
  }
  for (const std::string& path : options.paths) {
    if (!std::filesystem::exists(path)) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("{}: no such file or folder", Quoted(path, 400)));
    }
    CheckRecognized(importer, path);
  }
  std::unique_ptr<TableWriter> writer;
  if (std::filesystem::exists(table)) {
    writer = TableWriter::Open(table);
  } else {
    TableInfo info;
    const std::shared_ptr<const SearchSpace> space =
        importer.NewSpace(options, &info);
    writer = TableWriter::Create(table, space, info);
  }
  ImportReport report = importer.Import(options, *writer);
  writer->Commit();
  return report;
}

}  // namespace hwnas
