#ifndef HWNAS_TABULAR_TABLE_STORE_H_
#define HWNAS_TABULAR_TABLE_STORE_H_

#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tabular/architecture_blob.h"
#include "tabular/sqlite.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"

namespace hwnas {

// What Table and TableWriter share: reading rows as they are stored, and the
// canonical hashes. Private to hwnas_table. Every reader throws
// Error(kCorrupt) for what no writer writes.

constexpr int64_t kMaxRows = int64_t{1} << 23;
constexpr int64_t kMaxCells = int64_t{1} << 31;  // rows × replicates
constexpr size_t kMaxReplicates = 10'000;

[[noreturn]] void FailCorruptTable(const std::string& path,
                                   const std::string& what);

struct StoredRow {
  int64_t id = 0;
  Architecture architecture;
  int64_t network = 0;
  int64_t label = 0;  // of the class
  bool connected = true;
};

/// Rows in ascending order of their architectures, as a file packs them: the
/// decisions of all (as ToBlob), then all ids, networks and labels (4 bytes
/// each, little-endian), then one byte each for `connected`.
class PackedRows {
 public:
  PackedRows() = default;
  /// `rows` ascend; each has `decisions` decisions.
  PackedRows(const std::vector<StoredRow>& rows, size_t decisions);
  /// Nullopt when `bytes` is not a whole number of rows.
  static std::optional<PackedRows> FromBytes(std::span<const uint8_t> bytes,
                                             size_t decisions);

  size_t size() const { return rows_; }
  std::span<const uint8_t> Bytes() const { return bytes_; }
  std::span<const uint8_t> Blob(size_t row) const {
    return Bytes().subspan(row * blob_size_, blob_size_);
  }
  Architecture ArchitectureAt(size_t row) const;
  int64_t Id(size_t row) const { return Number(0, row); }
  int64_t Network(size_t row) const { return Number(1, row); }
  int64_t Label(size_t row) const { return Number(2, row); }
  bool Connected(size_t row) const {
    return bytes_[rows_ * (blob_size_ + 12) + row] != 0;
  }
  /// By architecture id - 1.
  std::vector<size_t> RowsOfIds() const;
  /// How a row's architecture compares to another, without allocation.
  std::strong_ordering Compare(size_t row,
                               const Architecture& architecture) const;
  std::optional<size_t> Find(const Architecture& architecture) const;

 private:
  int64_t Number(size_t list, size_t row) const {
    uint32_t number = 0;
    std::memcpy(&number, &bytes_[rows_ * (blob_size_ + 4 * list) + 4 * row], 4);
    return number;
  }

  size_t blob_size_ = 0;
  size_t rows_ = 0;
  std::vector<uint8_t> bytes_;
};

struct StoredColumn {
  Column column;
  bool chosen = false;  // preferred by Prefer()
  std::string checksum;
};

struct StoredAlias {
  std::string scheme;
  std::string id;
  int64_t architecture = 0;  // row id
};

/// Everything but aliases and entries.
struct StoredTable {
  TableInfo info;
  std::shared_ptr<const SearchSpace> space;
  std::string digest;
  PackedRows rows;
  std::vector<StoredColumn> columns;  // by metric text, then source
  std::vector<Source> sources;        // by name
  std::vector<Platform> platforms;    // by id
};

/// Reads it all. Architectures are of the space, ascending and different, ids
/// are 1..n in some order, effective networks are numbered by first row.
StoredTable ReadTable(const SqliteDatabase& database);
/// By scheme, then id.
std::vector<StoredAlias> ReadAliases(const SqliteDatabase& database,
                                     size_t rows);
std::string ReadDigest(const SqliteDatabase& database);

/// Writes rows in their packed form, in place of what was there.
void WritePackedRows(const SqliteDatabase& database, const PackedRows& rows);

/// A column's values by row, as they are packed and hashed. Arrays are
/// replicate-major, rows ascending.
struct ColumnValues {
  std::vector<double> values;    // 0 where missing
  std::vector<uint8_t> missing;  // Missing
  std::vector<double> sd;        // empty: none stated
};
/// Reads it whole, and checks it against the column's checksum.
ColumnValues ReadPackedColumn(const SqliteDatabase& database,
                              const StoredColumn& column, size_t rows);
/// Writes it in place of what was there; a blob per replicate: values as
/// little-endian IEEE bits, then missing, then standard deviations if any; of
/// few rows with the rows in front.
void WritePackedColumn(const SqliteDatabase& database, const Column& column,
                       const ColumnValues& values, size_t rows);

/// One column's entries of one replicate, dense by architecture id - 1.
struct Entries {
  std::vector<double> values;    // 0 where missing
  std::vector<uint8_t> missing;  // Missing; kNotMeasured without an entry
  std::vector<double> sd;        // empty: none stated
  std::vector<uint8_t> stored;   // whether there is an entry
  int64_t count = 0;             // of entries
};
Entries ReadEntries(SqliteStatement& statement, const Column& column,
                    const std::string& replicate, size_t rows);
/// The statement that ReadEntries wants.
SqliteStatement PrepareReadEntries(const SqliteDatabase& database);

/// SHA-256 (hex) of a column's values in canonical order: rows, labels, then
/// per replicate values (IEEE bits, 0 where missing), reasons, standard
/// deviations if any.
std::string ColumnChecksum(size_t rows, const std::vector<std::string>& labels,
                           const ColumnValues& values);

/// The table's digest from its parts: `rows` ascending, `columns` by metric
/// and source, `aliases` (scheme, id, row) sorted. Title and row ids are left
/// out, and what follows from the space (text, network, class, connected).
struct DigestAlias {
  std::string scheme;
  std::string id;
  uint64_t row = 0;
};
std::string TableDigest(const StoredTable& table,
                        const std::vector<DigestAlias>& aliases);

/// Numbers effective networks and classes by first row, and finds what is
/// connected. Rows are ascending.
void LabelRows(const SearchSpace& space, std::vector<StoredRow>* rows);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_TABLE_STORE_H_
