#ifndef HWNAS_DATASETS_IMPORTER_H_
#define HWNAS_DATASETS_IMPORTER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/table_writer.h"

namespace hwnas {

/// What can be imported: one published source in one format.
struct DatasetInfo {
  std::string name;     // `help`, the SOURCE of `hwnas import`
  int version = 1;      // of the importer
  std::string summary;  // one line
  std::string obtain;   // from where one gets it
  std::string size;     // of the download
  std::string licence;
  std::string citation;              // BibTeX
  std::vector<std::string> spaces;   // `nb201`, ...
  std::vector<std::string> metrics;  // what it brings, as metric texts
  std::string Id() const { return name + "@" + std::to_string(version); }
};

struct ImportOptions {
  std::vector<std::string> paths;  // files or folders, as the source wants
  std::string schema;              // `csv` only: the TOML that explains it
};

/// What an import did, for the user.
struct ImportReport {
  int64_t architectures = 0;       // met
  int64_t values = 0;              // set
  int64_t gaps = 0;                // set, with reasons
  std::vector<std::string> notes;  // what a user should know, a line each
};

/// One source format → rows of a table. Stateless.
class Importer {
 public:
  virtual ~Importer() = default;
  virtual const DatasetInfo& Info() const = 0;

  /// The space of a new table for these inputs (and its title and defaults).
  virtual std::shared_ptr<const SearchSpace> NewSpace(
      const ImportOptions& options, TableInfo* info) const = 0;

  /// Adds the inputs to the writer, whose space must be of the source's kind:
  /// Error(kUsage) if not. Joins by architecture; importing again changes
  /// nothing. Error(kCorrupt) with file and position for damaged input. Does
  /// not commit.
  virtual ImportReport Import(const ImportOptions& options,
                              TableWriter& writer) const = 0;

  /// Whether a path looks like this source's, by content; for 'this looks
  /// like `help`' messages. Cheap, never throws.
  virtual bool Recognizes(const std::string& path) const = 0;
};

/// All importers, sorted by name.
const std::vector<std::unique_ptr<Importer>>& Importers();
/// Error(kUsage) naming the nearest when unknown.
const Importer& FindImporter(std::string_view name);

/// Runs an import into `table` (new or existing) and commits.
ImportReport ImportInto(const Importer& importer, const ImportOptions& options,
                        const std::string& table);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_IMPORTER_H_
