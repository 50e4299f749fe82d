#include "datasets/published_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "datasets/file_reader.h"
#include "datasets/importer.h"
#include "datasets/published_nb201.h"
#include "datasets/schemas.h"
#include "datasets/table_cache.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = size_t{1} << 30;
constexpr char kNb201[] = "published-nb201";

/// Files of a path, a folder's by name.
std::vector<fs::path> FilesOf(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

ImportOptions OptionsOf(const PublishedImport& import, const fs::path& folder) {
  ImportOptions options;
  for (const std::string& path : import.paths) {
    options.paths.push_back((folder / path).string());
  }
  options.schema = import.schema;
  if (!import.schema.empty() && !FindBuiltInSchema(import.schema)) {
    options.schema = (folder / import.schema).string();
  }
  return options;
}

void AddToKey(const PublishedImport& import, const fs::path& folder,
              Sha256* key) {
  key->Add(std::string_view(FindImporter(import.source).Info().Id()));
  if (const auto built_in = FindBuiltInSchema(import.schema)) {
    key->Add(*built_in);
  } else if (!import.schema.empty()) {
    key->Add(std::string_view(
        ReadWholeFile((folder / import.schema).string(), kMostBytes)));
  }
  for (const std::string& path : import.paths) {
    for (const fs::path& file : FilesOf(folder / path)) {
      key->Add(std::string_view(fs::relative(file, folder).string()));
      key->Add(std::string_view(ReadWholeFile(file.string(), kMostBytes)));
    }
  }
}

}  // namespace

void CheckPublishedData(const PublishedData& data) {
  if (!data.base.empty() && data.base != kNb201) {
    FailUnknown("published data", data.base, {kNb201});
  }
  if (data.empty()) {
    throw Error(ErrorCode::kUsage, "published data: nothing is imported");
  }
  for (const PublishedImport& import : data.imports) {
    FindImporter(import.source);
    if (import.paths.empty()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("published data: the import of '{}' has no paths",
                              import.source));
    }
  }
}

std::string CachedPublishedData(const PublishedData& data,
                                const std::string& data_dir,
                                const std::string& cache_dir) {
  CheckPublishedData(data);
  const std::string base =
      data.base.empty() ? "" : CachedPublishedNb201(data_dir, cache_dir);
  if (data.imports.empty()) return base;
  Sha256 key;
  key.Add(std::string_view("published-data"));
  key.Add(std::string_view(Version()));
  key.Add(std::string_view(fs::path(base).filename().string()));
  for (const PublishedImport& import : data.imports) {
    AddToKey(import, data_dir, &key);
  }
  return CachedTable(cache_dir, "published", key,
                     [&](const std::string& fresh) {
                       if (!base.empty()) fs::copy_file(base, fresh);
                       for (const PublishedImport& import : data.imports) {
                         ImportInto(FindImporter(import.source),
                                    OptionsOf(import, data_dir), fresh);
                       }
                     });
}

}  // namespace hwnas
