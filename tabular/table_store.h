#ifndef HWNAS_TABULAR_TABLE_STORE_H_
#define HWNAS_TABULAR_TABLE_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tabular/sqlite.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"

namespace hwnas {

// What Table and TableWriter share: reading rows as they are stored, and the
// canonical hashes. Private to hwnas_table. Every reader throws
// Error(kCorrupt) for what no writer writes.

constexpr int64_t kMaxRows = int64_t{1} << 28;
constexpr int64_t kMaxCells = int64_t{1} << 31;  // rows × replicates
constexpr size_t kMaxReplicates = 10'000;

[[noreturn]] void FailCorruptTable(const std::string& path,
                                   const std::string& what);

/// Decisions as stored: big-endian, so that blobs sort as architectures do.
std::vector<uint8_t> ToBlob(const Architecture& architecture);

struct StoredRow {
  int64_t id = 0;
  Architecture architecture;
  int64_t network = 0;
  int64_t label = 0;  // of the class
  bool connected = true;
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
  std::string space;  // spec
  std::string digest;
  std::vector<StoredRow> rows;        // ascending architecture
  std::vector<StoredColumn> columns;  // by metric text, then source
  std::vector<Source> sources;        // by name
  std::vector<Platform> platforms;    // by id
};

/// Reads it all; ids of architectures are checked to be 1..n and
/// architectures to be different, but not against the space.
StoredTable ReadTable(const SqliteDatabase& database);
/// By scheme, then id.
std::vector<StoredAlias> ReadAliases(const SqliteDatabase& database,
                                     size_t rows);
std::string ReadDigest(const SqliteDatabase& database);

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
/// deviations if any. Arrays are replicate-major, `rows` ascending.
std::string ColumnChecksum(size_t rows, const std::vector<std::string>& labels,
                           std::span<const double> values,
                           std::span<const uint8_t> missing,
                           std::span<const double> sd);

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
