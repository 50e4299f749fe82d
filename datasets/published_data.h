#ifndef HWNAS_DATASETS_PUBLISHED_DATA_H_
#define HWNAS_DATASETS_PUBLISHED_DATA_H_

#include <string>
#include <vector>

namespace hwnas {

/// One import of published files, as `hwnas import SOURCE PATH...`.
struct PublishedImport {
  std::string source;              // an importer's name
  std::vector<std::string> paths;  // relative to the data folder
  std::string schema = {};         // of `csv`: a built-in one's name, or a file
                                   // of the data folder
};

/// What a table of published data is made of: a base (empty, or
/// `published-nb201`, which is ImportPublishedNb201), then imports in order.
struct PublishedData {
  std::string base;
  std::vector<PublishedImport> imports;

  bool empty() const { return base.empty() && imports.empty(); }
};

/// Error(kUsage) for a base or an importer that there is not, an import
/// without paths, and for nothing at all.
void CheckPublishedData(const PublishedData& data);

/// The table, kept in `cache_dir` under a name made of the files' SHA-256 and
/// the versions of what reads them; built only when it is not there (see
/// CachedTable). Errors as importers': kNotFound when a file is lacking.
std::string CachedPublishedData(const PublishedData& data,
                                const std::string& data_dir,
                                const std::string& cache_dir);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_PUBLISHED_DATA_H_
