#include "tabular/table_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <unordered_map>

#include "tabular/sha256.h"

namespace hwnas {
namespace {

constexpr int64_t kMaxNumber = 1'000'000'000;
constexpr size_t kMaxDecisions = 1 << 16;

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

std::vector<StoredRow> ReadRows(const SqliteDatabase& database) {
  std::vector<StoredRow> rows;
  // Room for what a sound file says; a hostile one is not believed for more.
  constexpr int64_t kMostReserved = 1 << 20;
  SqliteStatement last = database.Prepare("SELECT max(id) FROM architecture");
  if (last.Step() && !last.IsNull(0)) {
    rows.reserve(static_cast<size_t>(
        std::clamp<int64_t>(last.Int(0), 0, kMostReserved)));
  }
  last.Reset();
  SqliteStatement select = database.Prepare(
      "SELECT id, decisions, network, class, connected FROM architecture "
      "ORDER BY id");
  while (select.Step()) {
    StoredRow row;
    row.id = select.Int(0);
    const auto blob = select.Blob(1);
    const size_t size = blob.size() / 2;
    if (row.id != static_cast<int64_t>(rows.size()) + 1 || row.id > kMaxRows ||
        blob.size() % 2 != 0 || size > kMaxDecisions) {
      FailCorruptTable(
          database.Path(),
          fmt::format("architecture {} is no architecture", row.id));
    }
    row.architecture = Architecture(size);
    for (size_t i = 0; i < size; ++i) {
      row.architecture[i] =
          static_cast<uint16_t>((blob[2 * i] << 8) | blob[2 * i + 1]);
    }
    row.network = select.IntIn(2, 0, kMaxRows);
    row.label = select.IntIn(3, 0, kMaxRows);
    row.connected = select.IntIn(4, 0, 1) == 1;
    rows.push_back(std::move(row));
  }
  // Sorted through indices: an architecture is large to move.
  std::vector<uint32_t> order(rows.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return rows[a].architecture < rows[b].architecture;
  });
  std::vector<StoredRow> sorted;
  sorted.reserve(rows.size());
  for (const uint32_t i : order) {
    if (!sorted.empty() && sorted.back().architecture == rows[i].architecture) {
      FailCorruptTable(database.Path(),
                       fmt::format("architectures {} and {} are the same",
                                   sorted.back().id, rows[i].id));
    }
    sorted.push_back(std::move(rows[i]));
  }
  return sorted;
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

std::vector<uint8_t> ToBlob(const Architecture& architecture) {
  std::vector<uint8_t> blob;
  blob.reserve(2 * architecture.size());
  for (const uint16_t decision : architecture.Decisions()) {
    blob.push_back(static_cast<uint8_t>(decision >> 8));
    blob.push_back(static_cast<uint8_t>(decision));
  }
  return blob;
}

StoredTable ReadTable(const SqliteDatabase& database) {
  StoredTable table;
  auto meta = ReadMeta(database);
  table.info = InfoOf(database.Path(), meta);
  table.space = meta["space"];
  table.digest = meta["digest"];
  table.rows = ReadRows(database);
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
                           std::span<const double> values,
                           std::span<const uint8_t> missing,
                           std::span<const double> sd) {
  static_assert(std::endian::native == std::endian::little,
                "values are hashed as little-endian IEEE bits");
  Sha256 hash;
  hash.Add(static_cast<uint64_t>(rows));
  hash.Add(static_cast<uint64_t>(labels.size()));
  for (const std::string& label : labels) hash.Add(std::string_view(label));
  hash.Update(values.data(), values.size_bytes());
  hash.Update(missing.data(), missing.size_bytes());
  hash.Add(static_cast<uint64_t>(sd.size()));
  hash.Update(sd.data(), sd.size_bytes());
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
  AddText(&hash, table.space);
  AddNumber(&hash, table.info.synthetic ? 1 : 0);
  AddText(&hash, table.info.defaults.dataset);
  AddText(&hash, table.info.defaults.split);
  AddText(&hash, table.info.defaults.fidelity.Text());
  AddNumber(&hash, table.rows.size());
  for (const StoredRow& row : table.rows) {
    const std::vector<uint8_t> blob = ToBlob(row.architecture);
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
