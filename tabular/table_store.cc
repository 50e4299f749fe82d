#include "tabular/table_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <unordered_map>

#include "tabular/sha256.h"

namespace hwnas {
namespace {

constexpr int64_t kMaxNumber = 1'000'000'000;

/// Runs `parse`; what it refuses was never written by us.
template <typename Parse>
auto Parsed(const std::string& path, Parse parse) {
  try {
    return parse();
  } catch (const Error& error) {
    FailCorruptTable(path, error.what());
  }
}

std::map<std::string, std::string> ReadMeta(const SqliteDatabase& database) {
  std::map<std::string, std::string> meta;
  SqliteStatement select = database.Prepare("SELECT key, value FROM meta");
  while (select.Step()) {
    meta.emplace(select.Text(0), select.Text(1));
  }
  for (const char* key : {"title", "space", "synthetic", "default_dataset",
                          "default_split", "default_fidelity", "digest"}) {
    if (!meta.contains(key)) {
      FailCorruptTable(database.Path(), fmt::format("meta lacks '{}'", key));
    }
  }
  return meta;
}

TableInfo InfoOf(const std::string& path,
                 std::map<std::string, std::string>& meta) {
  TableInfo info;
  info.title = meta["title"];
  const std::string& synthetic = meta["synthetic"];
  if (synthetic != "yes" && synthetic != "no") {
    FailCorruptTable(path, "meta 'synthetic' is neither yes nor no");
  }
  info.synthetic = synthetic == "yes";
  info.defaults.dataset = meta["default_dataset"];
  info.defaults.split = meta["default_split"];
  const std::string& fidelity = meta["default_fidelity"];
  if (!fidelity.empty()) {
    info.defaults.fidelity =
        Parsed(path, [&] { return Fidelity::Parse(fidelity); });
  }
  return info;
}

std::string PackChecksum(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.Update(bytes.data(), bytes.size());
  return hash.HexDigest();
}

/// Refuses what no writer packs.
void CheckRows(const std::string& path, const SearchSpace& space,
               const PackedRows& rows) {
  int64_t highest = -1;
  std::vector<bool> seen(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    const int64_t id = rows.Id(row);
    if (id < 1 || static_cast<size_t>(id) > rows.size() ||
        seen[static_cast<size_t>(id) - 1]) {
      FailCorruptTable(path, fmt::format("{} as an architecture's id", id));
    }
    seen[static_cast<size_t>(id) - 1] = true;
    const Architecture architecture = rows.ArchitectureAt(row);
    if (!space.IsValid(architecture)) {
      FailCorruptTable(
          path, fmt::format("architecture {} is none of {}", id, space.Id()));
    }
    if (row > 0 && rows.Compare(row - 1, architecture) >= 0) {
      FailCorruptTable(path, fmt::format("architecture {} is out of order or "
                                         "there twice",
                                         id));
    }
    if (rows.Network(row) > highest + 1) {
      FailCorruptTable(path, "effective networks are not numbered by row");
    }
    highest = std::max(highest, rows.Network(row));
  }
}

PackedRows ReadRows(const SqliteDatabase& database, const SearchSpace& space) {
  const std::string& path = database.Path();
  SqliteStatement select =
      database.Prepare("SELECT checksum, contents FROM packed_architectures");
  if (!select.Step()) FailCorruptTable(path, "no packed architectures");
  const auto bytes = select.Blob(1);
  if (PackChecksum(bytes) != select.Text(0)) {
    FailCorruptTable(path, "the architectures do not fit their checksum");
  }
  auto rows = PackedRows::FromBytes(bytes, space.Decisions().size());
  if (!rows || rows->size() > static_cast<size_t>(kMaxRows)) {
    FailCorruptTable(path, fmt::format("{} bytes of architectures of {}",
                                       bytes.size(), space.Id()));
  }
  CheckRows(path, space, *rows);
  return *std::move(rows);
}

std::vector<Source> ReadSources(const SqliteDatabase& database) {
  std::vector<Source> sources;
  SqliteStatement select = database.Prepare(
      "SELECT name, origin, licence, citation, recipe, compute, importer "
      "FROM source ORDER BY name");
  while (select.Step()) {
    Source source;
    std::string* const fields[] = {
        &source.name,   &source.origin,  &source.licence, &source.citation,
        &source.recipe, &source.compute, &source.importer};
    for (int i = 0; i < 7; ++i) *fields[i] = select.Text(i);
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<Platform> ReadPlatforms(const SqliteDatabase& database) {
  std::vector<Platform> platforms;
  SqliteStatement select = database.Prepare(
      "SELECT id, device, category, processor, precision, runtime, method, "
      "batch FROM platform ORDER BY id");
  while (select.Step()) {
    Platform platform;
    std::string* const fields[] = {&platform.id,        &platform.device,
                                   &platform.category,  &platform.processor,
                                   &platform.precision, &platform.runtime,
                                   &platform.method};
    for (int i = 0; i < 7; ++i) *fields[i] = select.Text(i);
    if (!select.IsNull(7)) {
      platform.batch = static_cast<int>(select.IntIn(7, 1, kMaxNumber));
    }
    platforms.push_back(std::move(platform));
  }
  SqliteStatement facts =
      database.Prepare("SELECT platform, name, value FROM platform_fact");
  while (facts.Step()) {
    const auto found =
        std::find_if(platforms.begin(), platforms.end(),
                     [&](const Platform& p) { return p.id == facts.Text(0); });
    if (found == platforms.end()) {
      FailCorruptTable(database.Path(),
                       "a fact of a platform that is not "
                       "there");
    }
    found->facts.emplace(facts.Text(1), facts.Text(2));
  }
  return platforms;
}

std::vector<StoredColumn> ReadColumns(const SqliteDatabase& database,
                                      const MetricDefaults& defaults) {
  const std::string& path = database.Path();
  std::vector<StoredColumn> columns;
  SqliteStatement select = database.Prepare(
      "SELECT id, metric, source, origin, preferred, chosen, mean_of, "
      "predictor, note, checksum FROM metric_column ORDER BY metric, source");
  SqliteStatement labels = database.Prepare(
      "SELECT label FROM metric_replicate WHERE metric_column = ? "
      "ORDER BY label");
  while (select.Step()) {
    StoredColumn stored;
    Column& column = stored.column;
    column.id = select.Int(0);
    const std::string text(select.Text(1));
    column.metric = Parsed(path, [&] { return Metric::Parse(text); });
    if (column.metric.Text() != text ||
        CompleteMetric(column.metric, defaults) != column.metric) {
      FailCorruptTable(path, fmt::format("metric '{}' is not in its complete "
                                         "form",
                                         Quoted(text)));
    }
    column.source = select.Text(2);
    column.origin = Parsed(path, [&] { return ParseOrigin(select.Text(3)); });
    column.preferred = select.IntIn(4, 0, 1) == 1;
    stored.chosen = select.IntIn(5, 0, 1) == 1;
    if (!select.IsNull(6)) {
      column.mean_of = static_cast<int>(select.IntIn(6, 1, kMaxNumber));
    }
    column.predictor = select.Text(7);
    column.note = select.Text(8);
    stored.checksum = select.Text(9);
    labels.Bind(column.id);
    while (labels.Step() && column.replicates.size() <= kMaxReplicates) {
      column.replicates.emplace_back(labels.Text(0));
    }
    if (column.replicates.empty() ||
        column.replicates.size() > kMaxReplicates) {
      FailCorruptTable(path, fmt::format("column '{}' has {} replicates", text,
                                         column.replicates.size()));
    }
    columns.push_back(std::move(stored));
  }
  return columns;
}

}  // namespace

void FailCorruptTable(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kCorrupt,
              fmt::format("{}: damaged table: {}; import it again from its "
                          "sources",
                          path, what));
}

PackedRows::PackedRows(const std::vector<StoredRow>& rows, size_t decisions)
    : blob_size_(2 * decisions), rows_(rows.size()) {
  bytes_.reserve(rows_ * (blob_size_ + 13));
  for (const StoredRow& row : rows) {
    HWNAS_CHECK(row.architecture.size() == decisions);
    const std::vector<uint8_t> blob = ToBlob(row.architecture);
    bytes_.insert(bytes_.end(), blob.begin(), blob.end());
  }
  for (const int64_t StoredRow::*number :
       {&StoredRow::id, &StoredRow::network, &StoredRow::label}) {
    for (const StoredRow& row : rows) {
      for (int shift = 0; shift < 32; shift += 8) {
        bytes_.push_back(static_cast<uint8_t>(row.*number >> shift));
      }
    }
  }
  for (const StoredRow& row : rows) bytes_.push_back(row.connected ? 1 : 0);
}

std::optional<PackedRows> PackedRows::FromBytes(std::span<const uint8_t> bytes,
                                                size_t decisions) {
  PackedRows packed;
  packed.blob_size_ = 2 * decisions;
  const size_t row_size = packed.blob_size_ + 13;
  if (bytes.size() % row_size != 0) return std::nullopt;
  packed.rows_ = bytes.size() / row_size;
  packed.bytes_.assign(bytes.begin(), bytes.end());
  return packed;
}

Architecture PackedRows::ArchitectureAt(size_t row) const {
  return FromBlob(Blob(row));
}

std::vector<size_t> PackedRows::RowsOfIds() const {
  std::vector<size_t> rows(rows_);
  for (size_t row = 0; row < rows_; ++row) {
    rows[static_cast<size_t>(Id(row)) - 1] = row;
  }
  return rows;
}

std::strong_ordering PackedRows::Compare(
    size_t row, const Architecture& architecture) const {
  const auto blob = Blob(row);
  const size_t size = blob.size() / 2;
  for (size_t i = 0; i < std::min(size, architecture.size()); ++i) {
    const int decision = (blob[2 * i] << 8) | blob[2 * i + 1];
    const auto order = decision <=> static_cast<int>(architecture[i]);
    if (order != 0) return order;
  }
  return size <=> architecture.size();
}

std::optional<size_t> PackedRows::Find(const Architecture& architecture) const {
  size_t low = 0;
  size_t high = rows_;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const auto order = Compare(middle, architecture);
    if (order == 0) return middle;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::nullopt;
}

StoredTable ReadTable(const SqliteDatabase& database) {
  StoredTable table;
  auto meta = ReadMeta(database);
  table.info = InfoOf(database.Path(), meta);
  table.space =
      Parsed(database.Path(), [&] { return MakeSpace(meta["space"]); });
  table.digest = meta["digest"];
  table.rows = ReadRows(database, *table.space);
  table.sources = ReadSources(database);
  table.platforms = ReadPlatforms(database);
  table.columns = ReadColumns(database, table.info.defaults);
  for (const StoredColumn& stored : table.columns) {
    const auto cells = static_cast<int64_t>(table.rows.size() *
                                            stored.column.replicates.size());
    if (cells > kMaxCells) {
      FailCorruptTable(database.Path(), "a column with too many replicates");
    }
  }
  return table;
}

std::vector<StoredAlias> ReadAliases(const SqliteDatabase& database,
                                     size_t rows) {
  std::vector<StoredAlias> aliases;
  aliases.reserve(rows);
  SqliteStatement select = database.Prepare(
      "SELECT scheme, id, architecture FROM alias ORDER BY scheme, id");
  while (select.Step()) {
    aliases.push_back({std::string(select.Text(0)), std::string(select.Text(1)),
                       select.IntIn(2, 1, static_cast<int64_t>(rows))});
  }
  return aliases;
}

void WritePackedRows(const SqliteDatabase& database, const PackedRows& rows) {
  database
      .Prepare(
          "INSERT OR REPLACE INTO packed_architectures(id, checksum, "
          "contents) VALUES (1, ?, ?)")
      .Bind(PackChecksum(rows.Bytes()), rows.Bytes())
      .Run();
}

namespace {
/// Of a replicate with fewer rows than this part of the table the rows are
/// listed: what is known of three architectures of 15,625 takes little room.
constexpr size_t kListedShare = 4;
}  // namespace

ColumnValues ReadPackedColumn(const SqliteDatabase& database,
                              const StoredColumn& stored, size_t rows) {
  const Column& column = stored.column;
  const size_t cells = rows * column.replicates.size();
  const auto fail = [&](const char* what) {
    FailCorruptTable(
        database.Path(),
        fmt::format("the values of {} from '{}' {}", column.metric.Text(),
                    Quoted(column.source), what));
  };
  ColumnValues values;
  values.values.resize(cells);
  values.missing.resize(cells);
  SqliteStatement select = database.Prepare(
      "SELECT contents, listed FROM packed_replicate WHERE metric_column = ? "
      "AND label = ?");
  constexpr size_t kNumber = sizeof(double);
  std::optional<bool> stated;  // whether standard deviations are
  for (size_t r = 0; r < column.replicates.size(); ++r) {
    select.Bind(column.id, column.replicates[r]);
    if (!select.Step()) fail("lack a replicate");
    const auto bytes = select.Blob(0);
    const bool listed = !select.IsNull(1);
    const size_t count = listed ? static_cast<size_t>(select.IntIn(
                                      1, 0, static_cast<int64_t>(rows)))
                                : rows;
    const size_t head = listed ? count * sizeof(uint32_t) : 0;
    const bool with_sd = bytes.size() == head + count * (2 * kNumber + 1);
    if (!with_sd && bytes.size() != head + count * (kNumber + 1)) {
      fail("are of another number of architectures");
    }
    const size_t begin = r * rows;
    if (listed) {
      std::fill_n(values.missing.begin() + static_cast<std::ptrdiff_t>(begin),
                  rows, static_cast<uint8_t>(Missing::kNotMeasured));
    }
    if (count == 0) continue;
    if (stated.value_or(with_sd) != with_sd) fail("are of two kinds");
    stated = with_sd;
    if (with_sd) values.sd.resize(cells);
    const uint8_t* at = bytes.data() + head;
    if (!listed) {
      std::memcpy(&values.values[begin], at, rows * kNumber);
      std::memcpy(&values.missing[begin], at + rows * kNumber, rows);
      if (with_sd) {
        std::memcpy(&values.sd[begin], at + rows * (kNumber + 1),
                    rows * kNumber);
      }
      continue;
    }
    for (size_t k = 0; k < count; ++k) {
      uint32_t row;
      std::memcpy(&row, &bytes[k * sizeof(row)], sizeof(row));
      if (row >= rows) fail("are of a row that there is not");
      std::memcpy(&values.values[begin + row], at + k * kNumber, kNumber);
      values.missing[begin + row] = at[count * kNumber + k];
      if (with_sd) {
        std::memcpy(&values.sd[begin + row],
                    at + count * (kNumber + 1) + k * kNumber, kNumber);
      }
    }
  }
  if (ColumnChecksum(rows, column.replicates, values) != stored.checksum) {
    fail("do not fit their checksum");
  }
  for (size_t i = 0; i < cells; ++i) {
    if (values.missing[i] > static_cast<uint8_t>(Missing::kDiverged) ||
        !std::isfinite(values.values[i])) {
      fail("are not finite, or missing for an unknown reason");
    }
  }
  return values;
}

void WritePackedColumn(const SqliteDatabase& database, const Column& column,
                       const ColumnValues& values, size_t rows) {
  SqliteStatement insert = database.Prepare(
      "INSERT OR REPLACE INTO packed_replicate(metric_column, label, listed, "
      "contents) VALUES (?, ?, ?, ?)");
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> there;  // rows that are more than 'not measured'
  const auto append = [&bytes](const auto* list, size_t count) {
    if (count == 0) return;  // the list's pointer may be null
    const size_t size = count * sizeof(*list);
    bytes.resize(bytes.size() + size);
    std::memcpy(bytes.data() + bytes.size() - size, list, size);
  };
  for (size_t r = 0; r < column.replicates.size(); ++r) {
    bytes.clear();
    there.clear();
    const size_t begin = r * rows;
    for (size_t row = 0; row < rows; ++row) {
      if (values.missing[begin + row] !=
          static_cast<uint8_t>(Missing::kNotMeasured)) {
        there.push_back(static_cast<uint32_t>(row));
      }
    }
    if (rows == 0 || there.size() > rows / kListedShare) {
      append(values.values.data() + begin, rows);
      append(values.missing.data() + begin, rows);
      if (!values.sd.empty()) append(values.sd.data() + begin, rows);
      insert.Bind(column.id, column.replicates[r], std::nullopt, bytes).Run();
      continue;
    }
    append(there.data(), there.size());
    for (const uint32_t row : there) append(&values.values[begin + row], 1);
    for (const uint32_t row : there) append(&values.missing[begin + row], 1);
    if (!values.sd.empty()) {
      for (const uint32_t row : there) append(&values.sd[begin + row], 1);
    }
    insert
        .Bind(column.id, column.replicates[r],
              std::optional(static_cast<int64_t>(there.size())), bytes)
        .Run();
  }
}

std::string ReadDigest(const SqliteDatabase& database) {
  SqliteStatement select =
      database.Prepare("SELECT value FROM meta WHERE key = 'digest'");
  if (!select.Step()) FailCorruptTable(database.Path(), "meta lacks 'digest'");
  return std::string(select.Text(0));
}

SqliteStatement PrepareReadEntries(const SqliteDatabase& database) {
  return database.Prepare(
      "SELECT architecture, value, missing, standard_deviation FROM entry "
      "WHERE metric_column = ? AND replicate = ?");
}

Entries ReadEntries(SqliteStatement& statement, const Column& column,
                    const std::string& replicate, size_t rows) {
  Entries entries;
  entries.values.resize(rows);
  entries.missing.resize(rows, static_cast<uint8_t>(Missing::kNotMeasured));
  entries.stored.resize(rows);
  statement.Bind(column.id, replicate);
  while (statement.Step()) {
    const auto i = static_cast<size_t>(
        statement.IntIn(0, 1, static_cast<int64_t>(rows)) - 1);
    entries.stored[i] = 1;
    ++entries.count;
    if (statement.IsNull(1)) {
      entries.missing[i] = static_cast<uint8_t>(
          statement.IntIn(2, 1, static_cast<int64_t>(Missing::kDiverged)));
      continue;
    }
    entries.missing[i] = 0;
    entries.values[i] = statement.Double(1);
    if (!std::isfinite(entries.values[i])) {
      FailCorruptTable(statement.Path(),
                       fmt::format("{} holds a value that is not finite",
                                   column.metric.Text()));
    }
    if (!statement.IsNull(3)) {
      if (entries.sd.empty()) entries.sd.resize(rows);
      entries.sd[i] = statement.Double(3);
    }
  }
  statement.Reset();
  return entries;
}

std::string ColumnChecksum(size_t rows, const std::vector<std::string>& labels,
                           const ColumnValues& values) {
  static_assert(std::endian::native == std::endian::little,
                "values are packed and hashed as little-endian IEEE bits");
  Sha256 hash;
  hash.Add(static_cast<uint64_t>(rows));
  hash.Add(static_cast<uint64_t>(labels.size()));
  for (const std::string& label : labels) hash.Add(std::string_view(label));
  hash.Update(values.values.data(), values.values.size() * sizeof(double));
  hash.Update(values.missing.data(), values.missing.size());
  hash.Add(static_cast<uint64_t>(values.sd.size()));
  hash.Update(values.sd.data(), values.sd.size() * sizeof(double));
  return hash.HexDigest();
}

namespace {

void AddText(Sha256* hash, const std::string& text) {
  hash->Add(std::string_view(text));
}

void AddNumber(Sha256* hash, uint64_t number) { hash->Add(number); }

void AddColumn(Sha256* hash, const StoredColumn& stored) {
  const Column& column = stored.column;
  AddText(hash, column.metric.Text());
  AddText(hash, column.source);
  AddText(hash, OriginName(column.origin));
  AddNumber(hash, column.preferred ? 1 : 0);
  AddNumber(hash, stored.chosen ? 1 : 0);
  AddNumber(hash, static_cast<uint64_t>(column.mean_of));
  AddText(hash, column.predictor);
  AddText(hash, column.note);
  AddText(hash, stored.checksum);
}

void AddPlatform(Sha256* hash, const Platform& platform) {
  for (const std::string* field :
       {&platform.id, &platform.device, &platform.category, &platform.processor,
        &platform.precision, &platform.runtime, &platform.method}) {
    AddText(hash, *field);
  }
  AddNumber(hash, static_cast<uint64_t>(platform.batch));
  AddNumber(hash, platform.facts.size());
  for (const auto& [name, value] : platform.facts) {
    AddText(hash, name);
    AddText(hash, value);
  }
}

}  // namespace

std::string TableDigest(const StoredTable& table,
                        const std::vector<DigestAlias>& aliases) {
  Sha256 hash;
  AddText(&hash, "hwnas table 1");
  AddText(&hash, table.space->Spec());
  AddNumber(&hash, table.info.synthetic ? 1 : 0);
  AddText(&hash, table.info.defaults.dataset);
  AddText(&hash, table.info.defaults.split);
  AddText(&hash, table.info.defaults.fidelity.Text());
  AddNumber(&hash, table.rows.size());
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const auto blob = table.rows.Blob(row);
    AddNumber(&hash, blob.size());
    hash.Update(blob.data(), blob.size());
  }
  AddNumber(&hash, aliases.size());
  for (const DigestAlias& alias : aliases) {
    AddText(&hash, alias.scheme);
    AddText(&hash, alias.id);
    AddNumber(&hash, alias.row);
  }
  AddNumber(&hash, table.platforms.size());
  for (const Platform& platform : table.platforms) {
    AddPlatform(&hash, platform);
  }
  AddNumber(&hash, table.sources.size());
  for (const Source& source : table.sources) {
    for (const std::string* field :
         {&source.name, &source.origin, &source.licence, &source.citation,
          &source.recipe, &source.compute, &source.importer}) {
      AddText(&hash, *field);
    }
  }
  AddNumber(&hash, table.columns.size());
  for (const StoredColumn& column : table.columns) AddColumn(&hash, column);
  return hash.HexDigest();
}

void LabelRows(const SearchSpace& space, std::vector<StoredRow>* rows) {
  std::unordered_map<std::string, int64_t> networks;
  std::unordered_map<Architecture, int64_t, ArchitectureHash> classes;
  for (StoredRow& row : *rows) {
    row.connected = space.IsConnected(row.architecture);
    row.network = networks
                      .emplace(space.EffectiveKey(row.architecture),
                               static_cast<int64_t>(networks.size()))
                      .first->second;
    row.label = classes
                    .emplace(space.Canonical(row.architecture),
                             static_cast<int64_t>(classes.size()))
                    .first->second;
  }
}

}  // namespace hwnas
