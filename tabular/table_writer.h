#ifndef HWNAS_TABULAR_TABLE_WRITER_H_
#define HWNAS_TABULAR_TABLE_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tabular/table.h"

namespace hwnas {

struct TableInfo {
  std::string title;
  MetricDefaults defaults;
  bool synthetic = false;
};

/// Writes a table: a new file, or additions to one. All of it is one
/// transaction: until Commit() returns, readers and the file on disk are as
/// before, and a new file does not exist; after an error or without Commit()
/// they stay so. Not thread-safe. Errors: kIo (disk, permission), kCorrupt
/// (the existing file is no table), kUsage (contradicting additions).
class TableWriter {
 public:
  /// A new table; kUsage when `path` exists.
  static std::unique_ptr<TableWriter> Create(
      const std::string& path, std::shared_ptr<const SearchSpace> space,
      const TableInfo& info);
  /// Adds to a table.
  static std::unique_ptr<TableWriter> Open(const std::string& path);
  ~TableWriter();

  const SearchSpace& Space() const;
  const TableInfo& Info() const;

  /// Idempotent by name; kUsage when another source of that name differs.
  void AddSource(const Source& source);
  /// Idempotent by id; kUsage when it differs.
  void AddPlatform(const Platform& platform);

  /// Row id of an architecture, added if it is new. O(1).
  int64_t AddArchitecture(const Architecture& architecture);
  /// nullopt when it is not in the table.
  std::optional<int64_t> FindArchitecture(const Architecture& a) const;
  /// Row id of a published index; nullopt when there is none.
  std::optional<int64_t> FindAlias(std::string_view scheme,
                                   std::string_view id) const;
  /// Idempotent; kUsage when the id means another architecture.
  void AddAlias(std::string_view scheme, std::string_view id,
                int64_t architecture);

  /// Column id for (metric, source); added, or the existing one, whose origin
  /// mean_of, predictor and note must agree. Its source and platform must have
  /// been added (kUsage). `column.id`, `replicates` and `preferred` are
  /// ignored: of several sources of a metric the one named by Prefer() is
  /// preferred, else by origin (measured, simulated, lookup, analytic,
  /// predicted), then the one with most values, then by name, so that the
  /// order of imports does not matter.
  int64_t AddColumn(const Column& column);
  void Prefer(int64_t column);

  /// Sets a value or gap; `replicate` is a label, "" for none. Setting the
  /// same again is idempotent. A value replaces a gap, and any other reason
  /// replaces 'not measured' and 'absent in this copy'; all else that differs
  /// from what is there is kUsage. kUsage for NaN and infinity.
  void Set(int64_t column, std::string_view replicate, int64_t architecture,
           Value value, std::optional<double> standard_deviation = {});
  /// Every architecture without an entry in the column gets a gap.
  void FillGaps(int64_t column, std::string_view replicate, Missing reason);
  /// Removes what was filled (columns of origin predicted or of the source
  /// kFilledSource, which goes with its last column); returns how many values.
  int64_t RemoveColumn(int64_t column);

  /// Computes checksums, effective networks and the digest, and commits.
  void Commit();

 private:
  TableWriter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_TABLE_WRITER_H_
