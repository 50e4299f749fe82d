#include "tabular/table_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "tabular/filled.h"
#include "tabular/sqlite.h"
#include "tabular/table_schema.h"
#include "tabular/table_store.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

enum class EntryState : uint8_t { kNone, kStored, kChanged };

struct Entry {
  double value = 0;
  double sd = 0;  // 0: none
  Missing missing = Missing::kNotMeasured;
  EntryState state = EntryState::kNone;
};

struct Replicate {
  std::string label;
  bool stored = false;
  std::vector<Entry> entries;  // by architecture id - 1; may be shorter
};

struct ColumnState {
  StoredColumn stored;  // what is or will be in the file
  bool in_file = false;
  bool loaded = true;   // entries of the file are in memory
  bool changed = true;  // entries, or the row of the column
  std::vector<Replicate> replicates;

  const Column& Info() const { return stored.column; }
};

/// A gap that a better-informed source may overrule.
bool IsVague(Missing reason) {
  return reason == Missing::kNotMeasured ||
         reason == Missing::kAbsentInThisCopy;
}

std::string QualifiersText(const Metric& metric) {
  std::string text;
  for (const auto& [key, value] : metric.qualifiers) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", key, value);
  }
  return text;
}

std::optional<int> OrNull(int number) {
  if (number == 0) return std::nullopt;
  return number;
}

[[noreturn]] void FailIo(const std::string& path, const char* what) {
  throw Error(ErrorCode::kIo, fmt::format("{}: {}: {}; nothing was changed",
                                          path, what, std::strerror(errno)));
}

/// Makes sure that what was written to a file or folder is on the disk.
void Sync(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) FailIo(path, "cannot be opened");
  const int failed = fsync(descriptor);
  const int reason = errno;
  close(descriptor);
  errno = reason;
  if (failed != 0) FailIo(path, "cannot be written to the disk");
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

[[noreturn]] void FailExists(const std::string& path) {
  throw Error(ErrorCode::kUsage,
              fmt::format("{}: exists already; add to it, or give another "
                          "name",
                          path));
}

/// Removes a temporary file unless it was published.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  ~TemporaryFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& Path() const { return path_; }

  /// Gives the file its name, without overwriting what has it.
  void Publish(const std::string& name) {
    Sync(path_, O_RDONLY);
    if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, name.c_str(),
                  RENAME_NOREPLACE) != 0) {
      if (errno == EEXIST) FailExists(name);
      // Not every file system has it; link() does not replace either.
      if (link(path_.c_str(), name.c_str()) != 0) {
        if (errno == EEXIST) FailExists(name);
        FailIo(name, "cannot be created");
      }
      unlink(path_.c_str());
    }
    path_.clear();
    Sync(FolderOf(name), O_RDONLY | O_DIRECTORY);
  }

 private:
  std::string path_;
};

}  // namespace

struct TableWriter::Impl {
  std::string path;
  std::shared_ptr<const SearchSpace> space;
  TableInfo info;

  // Of an existing file; the transaction holds its lock.
  std::optional<SqliteDatabase> database;
  std::optional<SqliteTransaction> transaction;
  std::string digest;  // of what is there

  std::map<std::string, Source> sources;
  std::map<std::string, Platform> platforms;
  std::set<std::string> new_sources;
  std::set<std::string> new_platforms;
  std::vector<Architecture> architectures;  // by id - 1
  size_t stored_architectures = 0;
  std::unordered_map<Architecture, int64_t, ArchitectureHash> ids;
  std::map<std::string, std::map<std::string, int64_t, std::less<>>,
           std::less<>>
      aliases;
  std::vector<StoredAlias> new_aliases;
  std::vector<std::unique_ptr<ColumnState>> columns;
  std::map<int64_t, ColumnState*> by_id;
  std::map<std::pair<std::string, std::string>, ColumnState*> by_name;
  std::vector<int64_t> removed;  // column ids in the file
  bool drop_filled_source = false;
  int64_t next_column = 1;

  [[noreturn]] void Refuse(const std::string& why) const {
    throw Error(ErrorCode::kUsage, fmt::format("{}: {}", path, why));
  }

  ColumnState& ColumnOf(int64_t id) {
    const auto found = by_id.find(id);
    HWNAS_CHECK(found != by_id.end());
    return *found->second;
  }

  void ReadExisting();
  void LoadColumn(ColumnState& column);
  Replicate& ReplicateOf(ColumnState& column, std::string_view label);
  void SetEntry(const ColumnState& column, Entry& entry, int64_t architecture,
                Value value, double sd);

  bool Changed() const;
  void ChoosePreferred();
  void ForgetFilledSource();
  int64_t CountValues(ColumnState& column);
  void Seal(ColumnState& column, const PackedRows& rows);
  StoredTable Describe(PackedRows rows);
  std::vector<DigestAlias> DescribeAliases(const PackedRows& rows);
  StoredTable Prepare();

  void Write(const SqliteDatabase& out, const StoredTable& table);
  void WriteMeta(const SqliteDatabase& out, const StoredTable& table);
  void WriteSources(const SqliteDatabase& out);
  void WritePlatforms(const SqliteDatabase& out);
  void WriteRows(const SqliteDatabase& out, const StoredTable& table);
  void WriteAliases(const SqliteDatabase& out);
  void WriteColumns(const SqliteDatabase& out, const StoredTable& table);
  void WriteEntries(const SqliteDatabase& out, const ColumnState& column);
};

TableWriter::TableWriter() : impl_(std::make_unique<Impl>()) {}
TableWriter::~TableWriter() = default;

std::unique_ptr<TableWriter> TableWriter::Create(
    const std::string& path, std::shared_ptr<const SearchSpace> space,
    const TableInfo& info) {
  HWNAS_CHECK(space != nullptr);
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    FailExists(path);
  }
  if (access(FolderOf(path).c_str(), W_OK | X_OK) != 0) {
    FailIo(path, "no file can be made in its folder");
  }
  std::unique_ptr<TableWriter> writer(new TableWriter);
  Impl& impl = *writer->impl_;
  impl.path = path;
  impl.space = std::move(space);
  impl.info = info;
  return writer;
}

std::unique_ptr<TableWriter> TableWriter::Open(const std::string& path) {
  std::unique_ptr<TableWriter> writer(new TableWriter);
  Impl& impl = *writer->impl_;
  impl.path = path;
  impl.database.emplace(SqliteDatabase::OpenReadWrite(path, TableFormat()));
  impl.transaction.emplace(*impl.database);
  impl.ReadExisting();
  return writer;
}

void TableWriter::Impl::ReadExisting() {
  StoredTable table = ReadTable(*database);
  info = table.info;
  digest = table.digest;
  space = table.space;
  for (Source& source : table.sources) sources[source.name] = source;
  for (Platform& platform : table.platforms) platforms[platform.id] = platform;
  stored_architectures = table.rows.size();
  architectures.resize(table.rows.size());
  for (size_t row = 0; row < table.rows.size(); ++row) {
    Architecture architecture = table.rows.ArchitectureAt(row);
    ids.emplace(architecture, table.rows.Id(row));
    architectures[static_cast<size_t>(table.rows.Id(row)) - 1] =
        std::move(architecture);
  }
  for (StoredAlias& alias : ReadAliases(*database, architectures.size())) {
    aliases[alias.scheme].emplace(alias.id, alias.architecture);
  }
  for (StoredColumn& stored : table.columns) {
    auto column = std::make_unique<ColumnState>();
    column->in_file = true;
    column->loaded = false;
    column->changed = false;
    for (const std::string& label : stored.column.replicates) {
      column->replicates.push_back({label, true, {}});
    }
    by_id[stored.column.id] = column.get();
    by_name[{stored.column.metric.Text(), stored.column.source}] = column.get();
    next_column = std::max(next_column, stored.column.id + 1);
    column->stored = std::move(stored);
    columns.push_back(std::move(column));
  }
}

const SearchSpace& TableWriter::Space() const { return *impl_->space; }
const TableInfo& TableWriter::Info() const { return impl_->info; }

void TableWriter::AddSource(const Source& source) {
  if (source.name.empty()) impl_->Refuse("a source without a name");
  const auto [found, is_new] = impl_->sources.emplace(source.name, source);
  if (is_new) {
    impl_->new_sources.insert(source.name);
  } else if (found->second != source) {
    impl_->Refuse(
        fmt::format("source '{}' is there already, with another "
                    "description; give this one another name",
                    Quoted(source.name)));
  }
}

void TableWriter::AddPlatform(const Platform& platform) {
  if (platform.id.empty()) impl_->Refuse("a platform without an id");
  if (platform.batch < 0) impl_->Refuse("a platform with a negative batch");
  const auto [found, is_new] = impl_->platforms.emplace(platform.id, platform);
  if (is_new) {
    impl_->new_platforms.insert(platform.id);
  } else if (found->second != platform) {
    impl_->Refuse(
        fmt::format("platform '{}' is there already, with another "
                    "description",
                    Quoted(platform.id)));
  }
}

int64_t TableWriter::AddArchitecture(const Architecture& architecture) {
  HWNAS_CHECK(impl_->space->IsValid(architecture));
  const auto id = static_cast<int64_t>(impl_->architectures.size()) + 1;
  const auto [found, is_new] = impl_->ids.emplace(architecture, id);
  if (is_new) impl_->architectures.push_back(architecture);
  return found->second;
}

std::optional<int64_t> TableWriter::FindArchitecture(
    const Architecture& a) const {
  const auto found = impl_->ids.find(a);
  if (found == impl_->ids.end()) return std::nullopt;
  return found->second;
}

std::optional<int64_t> TableWriter::FindAlias(std::string_view scheme,
                                              std::string_view id) const {
  const auto aliases = impl_->aliases.find(scheme);
  if (aliases == impl_->aliases.end()) return std::nullopt;
  const auto found = aliases->second.find(id);
  if (found == aliases->second.end()) return std::nullopt;
  return found->second;
}

void TableWriter::AddAlias(std::string_view scheme, std::string_view id,
                           int64_t architecture) {
  HWNAS_CHECK(architecture >= 1 &&
              architecture <=
                  static_cast<int64_t>(impl_->architectures.size()));
  auto& aliases = impl_->aliases[std::string(scheme)];
  const auto [found, is_new] = aliases.emplace(id, architecture);
  if (is_new) {
    impl_->new_aliases.push_back(
        {std::string(scheme), std::string(id), architecture});
  } else if (found->second != architecture) {
    const auto& all = impl_->architectures;
    impl_->Refuse(fmt::format(
        "{} '{}' means {} already, not {}", Quoted(scheme), Quoted(id),
        impl_->space->Format(all[static_cast<size_t>(found->second) - 1]),
        impl_->space->Format(all[static_cast<size_t>(architecture) - 1])));
  }
}

int64_t TableWriter::AddColumn(const Column& column) {
  Column complete = column;
  complete.metric = CompleteMetric(column.metric, impl_->info.defaults);
  const std::string text = complete.metric.Text();
  if (!impl_->sources.contains(column.source)) {
    impl_->Refuse(
        fmt::format("metric {} names source '{}', which was not "
                    "added",
                    text, Quoted(column.source)));
  }
  if (!column.metric.platform.empty() &&
      !impl_->platforms.contains(column.metric.platform)) {
    impl_->Refuse(
        fmt::format("metric {} names platform '{}', which was not "
                    "added",
                    text, Quoted(column.metric.platform)));
  }
  HWNAS_CHECK(column.mean_of >= 0);
  const auto [found, is_new] =
      impl_->by_name.try_emplace({text, column.source}, nullptr);
  if (!is_new) {
    const Column& there = found->second->Info();
    if (there.origin != column.origin || there.mean_of != column.mean_of ||
        there.predictor != column.predictor || there.note != column.note) {
      impl_->Refuse(
          fmt::format("metric {} of source '{}' is there already, "
                      "described differently (origin {}, mean of "
                      "{}, predictor '{}', note '{}')",
                      text, column.source, OriginName(there.origin),
                      there.mean_of, there.predictor, Quoted(there.note)));
    }
    return there.id;
  }
  auto state = std::make_unique<ColumnState>();
  complete.id = impl_->next_column++;
  complete.preferred = false;
  complete.replicates.clear();
  state->stored.column = std::move(complete);
  found->second = state.get();
  impl_->by_id[state->Info().id] = state.get();
  impl_->columns.push_back(std::move(state));
  return impl_->columns.back()->Info().id;
}

void TableWriter::Prefer(int64_t id) {
  ColumnState& preferred = impl_->ColumnOf(id);
  for (const auto& column : impl_->columns) {
    if (column->Info().metric != preferred.Info().metric) continue;
    const bool chosen = column.get() == &preferred;
    if (column->stored.chosen == chosen) continue;
    column->stored.chosen = chosen;
    column->changed = true;
  }
}

void TableWriter::Impl::LoadColumn(ColumnState& column) {
  if (column.loaded) return;
  SqliteStatement statement = PrepareReadEntries(*database);
  for (Replicate& replicate : column.replicates) {
    const Entries stored = ReadEntries(statement, column.Info(),
                                       replicate.label, stored_architectures);
    replicate.entries.resize(stored_architectures);
    for (size_t i = 0; i < stored_architectures; ++i) {
      if (stored.stored[i] == 0) continue;
      replicate.entries[i] = {
          stored.values[i], stored.sd.empty() ? 0 : stored.sd[i],
          static_cast<Missing>(stored.missing[i]), EntryState::kStored};
    }
  }
  column.loaded = true;
}

Replicate& TableWriter::Impl::ReplicateOf(ColumnState& column,
                                          std::string_view label) {
  LoadColumn(column);
  for (Replicate& replicate : column.replicates) {
    if (replicate.label == label) return replicate;
  }
  if (column.replicates.size() >= kMaxReplicates) {
    Refuse(fmt::format("metric {} has more than {} replicates",
                       column.Info().metric.Text(), kMaxReplicates));
  }
  column.changed = true;
  column.replicates.push_back({std::string(label), false, {}});
  return column.replicates.back();
}

void TableWriter::Impl::SetEntry(const ColumnState& column, Entry& entry,
                                 int64_t architecture, Value value, double sd) {
  const auto describe = [](const Entry& e) {
    return e.missing == Missing::kNone ? fmt::format("{}", e.value)
                                       : std::string(MissingName(e.missing));
  };
  const Entry wanted = {value.Ok() ? value.value : 0, value.Ok() ? sd : 0,
                        value.missing, EntryState::kChanged};
  if (entry.state != EntryState::kNone) {
    if (entry.missing == wanted.missing && entry.value == wanted.value &&
        entry.sd == wanted.sd) {
      return;
    }
    const bool fills = entry.missing != Missing::kNone && value.Ok();
    const bool explains = IsVague(entry.missing) && !IsVague(value.missing);
    if (!fills && !explains) {
      Refuse(fmt::format(
          "{} of source '{}', architecture {}: is {} already, not {}",
          column.Info().metric.Text(), column.Info().source,
          space->Format(architectures[static_cast<size_t>(architecture) - 1]),
          describe(entry), describe(wanted)));
    }
  }
  entry = wanted;
}

void TableWriter::Set(int64_t column_id, std::string_view label,
                      int64_t architecture, Value value,
                      std::optional<double> standard_deviation) {
  ColumnState& column = impl_->ColumnOf(column_id);
  const size_t rows = impl_->architectures.size();
  HWNAS_CHECK(architecture >= 1 && static_cast<size_t>(architecture) <= rows);
  const double sd = standard_deviation.value_or(0);
  if ((value.Ok() && !std::isfinite(value.value)) || !std::isfinite(sd) ||
      sd < 0) {
    impl_->Refuse(fmt::format(
        "{} of source '{}', architecture {}: {} is no value; a gap needs a "
        "reason",
        column.Info().metric.Text(), column.Info().source,
        impl_->space->Format(
            impl_->architectures[static_cast<size_t>(architecture) - 1]),
        std::isfinite(value.value) ? sd : value.value));
  }
  Replicate& replicate = impl_->ReplicateOf(column, label);
  const auto i = static_cast<size_t>(architecture) - 1;
  if (i >= replicate.entries.size()) replicate.entries.resize(rows);
  Entry& entry = replicate.entries[i];
  impl_->SetEntry(column, entry, architecture, value, sd);
  column.changed |= entry.state == EntryState::kChanged;
}

void TableWriter::FillGaps(int64_t column_id, std::string_view label,
                           Missing reason) {
  HWNAS_CHECK(reason != Missing::kNone);
  ColumnState& column = impl_->ColumnOf(column_id);
  Replicate& replicate = impl_->ReplicateOf(column, label);
  replicate.entries.resize(impl_->architectures.size());
  for (Entry& entry : replicate.entries) {
    if (entry.state != EntryState::kNone) continue;
    entry = {0, 0, reason, EntryState::kChanged};
    column.changed = true;
  }
}

int64_t TableWriter::RemoveColumn(int64_t id) {
  ColumnState& column = impl_->ColumnOf(id);
  if (column.Info().origin != Origin::kPredicted &&
      column.Info().source != kFilledSource) {
    impl_->Refuse(fmt::format("{} of source '{}' was not filled and stays",
                              column.Info().metric.Text(),
                              column.Info().source));
  }
  const int64_t values = impl_->CountValues(column);
  if (column.in_file) impl_->removed.push_back(id);
  impl_->by_name.erase({column.Info().metric.Text(), column.Info().source});
  impl_->by_id.erase(id);
  std::erase_if(impl_->columns,
                [&](const auto& other) { return other.get() == &column; });
  return values;
}

int64_t TableWriter::Impl::CountValues(ColumnState& column) {
  if (!column.loaded) {
    SqliteStatement count = database->Prepare(
        "SELECT count(value) FROM entry WHERE metric_column = ?");
    count.Bind(column.Info().id);
    return count.Step() ? count.Int(0) : 0;
  }
  int64_t values = 0;
  for (const Replicate& replicate : column.replicates) {
    for (const Entry& entry : replicate.entries) {
      values +=
          entry.state != EntryState::kNone && entry.missing == Missing::kNone;
    }
  }
  return values;
}

bool TableWriter::Impl::Changed() const {
  return !database || !new_sources.empty() || !new_platforms.empty() ||
         !new_aliases.empty() || !removed.empty() ||
         architectures.size() != stored_architectures ||
         std::any_of(columns.begin(), columns.end(),
                     [](const auto& column) { return column->changed; });
}

/// Exactly one column of each metric: the chosen one, else by origin, then
/// the most values, then the source's name. Does not depend on the order of
/// imports.
void TableWriter::Impl::ChoosePreferred() {
  std::map<std::string, std::vector<ColumnState*>> by_metric;
  for (const auto& column : columns) {
    by_metric[column->Info().metric.Text()].push_back(column.get());
  }
  for (auto& [metric, candidates] : by_metric) {
    ColumnState* best = candidates[0];
    if (candidates.size() > 1) {
      const auto key = [&](ColumnState* column) {
        return std::tuple(!column->stored.chosen, column->Info().origin,
                          -CountValues(*column), column->Info().source);
      };
      for (ColumnState* candidate : candidates) {
        if (key(candidate) < key(best)) best = candidate;
      }
    }
    for (ColumnState* candidate : candidates) {
      const bool preferred = candidate == best;
      if (candidate->stored.column.preferred == preferred) continue;
      candidate->stored.column.preferred = preferred;
      candidate->changed = true;
    }
  }
}

/// A column's values in the order of rows. Not kept: a table may have thousands
/// of columns.
ColumnValues ValuesOf(const ColumnState& column, const PackedRows& rows) {
  ColumnValues values;
  bool any_sd = false;
  for (const Replicate& replicate : column.replicates) {
    for (size_t row = 0; row < rows.size(); ++row) {
      const auto i = static_cast<size_t>(rows.Id(row)) - 1;
      const Entry entry =
          i < replicate.entries.size() ? replicate.entries[i] : Entry{};
      values.values.push_back(entry.value);
      values.missing.push_back(static_cast<uint8_t>(entry.missing));
      values.sd.push_back(entry.sd);
      any_sd |= entry.sd != 0;
    }
  }
  if (!any_sd) values.sd.clear();
  return values;
}

/// Orders the replicates and computes the checksum.
void TableWriter::Impl::Seal(ColumnState& column, const PackedRows& rows) {
  std::sort(
      column.replicates.begin(), column.replicates.end(),
      [](const Replicate& a, const Replicate& b) { return a.label < b.label; });
  std::vector<std::string> labels;
  for (const Replicate& replicate : column.replicates) {
    labels.push_back(replicate.label);
  }
  column.stored.checksum =
      ColumnChecksum(rows.size(), labels, ValuesOf(column, rows));
  column.stored.column.replicates = std::move(labels);
}

StoredTable TableWriter::Impl::Describe(PackedRows rows) {
  StoredTable table;
  table.info = info;
  table.space = space;
  table.rows = std::move(rows);
  for (const auto& [name, source] : sources) table.sources.push_back(source);
  for (const auto& [id, platform] : platforms) {
    table.platforms.push_back(platform);
  }
  for (const auto& [name, column] : by_name) {
    table.columns.push_back(column->stored);
  }
  return table;
}

std::vector<DigestAlias> TableWriter::Impl::DescribeAliases(
    const PackedRows& rows) {
  const std::vector<size_t> row_of = rows.RowsOfIds();
  std::vector<DigestAlias> all;
  for (const auto& [scheme, of_scheme] : aliases) {
    for (const auto& [id, architecture] : of_scheme) {
      all.push_back(
          {scheme, id, row_of[static_cast<size_t>(architecture) - 1]});
    }
  }
  return all;
}

/// What was filled leaves no trace when its last column is removed.
void TableWriter::Impl::ForgetFilledSource() {
  const bool used =
      std::any_of(columns.begin(), columns.end(), [](const auto& column) {
        return column->Info().source == kFilledSource;
      });
  if (removed.empty() || used || sources.erase(kFilledSource) == 0) return;
  drop_filled_source = new_sources.erase(kFilledSource) == 0;
}

/// Brings everything that is derived up to date.
StoredTable TableWriter::Impl::Prepare() {
  std::vector<StoredRow> rows;
  for (size_t i = 0; i < architectures.size(); ++i) {
    rows.push_back({static_cast<int64_t>(i) + 1, architectures[i]});
  }
  std::sort(rows.begin(), rows.end(),
            [](const StoredRow& a, const StoredRow& b) {
              return a.architecture < b.architecture;
            });
  LabelRows(*space, &rows);
  PackedRows packed(rows, space->Decisions().size());
  ChoosePreferred();
  ForgetFilledSource();
  // A checksum is over all rows: new ones change every column's.
  const bool all = architectures.size() != stored_architectures;
  for (const auto& column : columns) {
    if (!all && !column->changed) continue;
    column->changed = true;
    LoadColumn(*column);
    if (column->replicates.empty()) column->replicates.push_back({});
    Seal(*column, packed);
  }
  StoredTable table = Describe(std::move(packed));
  table.digest = TableDigest(table, DescribeAliases(table.rows));
  return table;
}

void TableWriter::Impl::WriteMeta(const SqliteDatabase& out,
                                  const StoredTable& table) {
  SqliteStatement insert =
      out.Prepare("INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)");
  const std::pair<const char*, std::string> rows[] = {
      {"title", info.title},
      {"space", table.space->Spec()},
      {"synthetic", info.synthetic ? "yes" : "no"},
      {"default_dataset", info.defaults.dataset},
      {"default_split", info.defaults.split},
      {"default_fidelity", info.defaults.fidelity.Text()},
      {"digest", table.digest},
      {"writer", fmt::format("hwnas {}", Version())},
  };
  for (const auto& [key, value] : rows) insert.Bind(key, value).Run();
  if (database) return;
  SqliteStatement reason =
      out.Prepare("INSERT INTO missing_reason(code, reason) VALUES (?, ?)");
  for (int i = 1; i <= static_cast<int>(Missing::kDiverged); ++i) {
    reason.Bind(i, MissingName(static_cast<Missing>(i))).Run();
  }
}

void TableWriter::Impl::WriteSources(const SqliteDatabase& out) {
  SqliteStatement insert = out.Prepare(
      "INSERT INTO source(name, origin, licence, citation, recipe, compute, "
      "importer) VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const std::string& name : new_sources) {
    const Source& s = sources[name];
    insert
        .Bind(s.name, s.origin, s.licence, s.citation, s.recipe, s.compute,
              s.importer)
        .Run();
  }
}

void TableWriter::Impl::WritePlatforms(const SqliteDatabase& out) {
  SqliteStatement insert = out.Prepare(
      "INSERT INTO platform(id, device, category, processor, batch, "
      "precision, runtime, method) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteStatement fact = out.Prepare(
      "INSERT INTO platform_fact(platform, name, value) VALUES (?, ?, ?)");
  for (const std::string& id : new_platforms) {
    const Platform& p = platforms[id];
    insert
        .Bind(p.id, p.device, p.category, p.processor, OrNull(p.batch),
              p.precision, p.runtime, p.method)
        .Run();
    for (const auto& [name, value] : p.facts) {
      fact.Bind(p.id, name, value).Run();
    }
  }
}

void TableWriter::Impl::WriteRows(const SqliteDatabase& out,
                                  const StoredTable& table) {
  if (database && architectures.size() == stored_architectures) return;
  const std::vector<size_t> row_of = table.rows.RowsOfIds();
  SqliteStatement update = out.Prepare(
      "UPDATE architecture SET network = ?, class = ? WHERE id = ?");
  SqliteStatement insert = out.Prepare(
      "INSERT INTO architecture(id, decisions, text, network, class, "
      "connected) VALUES (?, ?, ?, ?, ?, ?)");
  for (size_t i = 0; i < architectures.size(); ++i) {
    const size_t row = row_of[i];
    const int64_t network = table.rows.Network(row);
    const int64_t label = table.rows.Label(row);
    if (i < stored_architectures) {
      update.Bind(network, label, i + 1).Run();
    } else {
      insert
          .Bind(i + 1, table.rows.Blob(row), space->Format(architectures[i]),
                network, label, table.rows.Connected(row))
          .Run();
    }
  }
  WritePackedRows(out, table.rows);
}

void TableWriter::Impl::WriteAliases(const SqliteDatabase& out) {
  std::sort(new_aliases.begin(), new_aliases.end(),
            [](const StoredAlias& a, const StoredAlias& b) {
              return std::tie(a.scheme, a.id) < std::tie(b.scheme, b.id);
            });
  SqliteStatement insert = out.Prepare(
      "INSERT INTO alias(scheme, id, architecture) VALUES (?, ?, ?)");
  for (const StoredAlias& alias : new_aliases) {
    insert.Bind(alias.scheme, alias.id, alias.architecture).Run();
  }
}

void TableWriter::Impl::WriteColumns(const SqliteDatabase& out,
                                     const StoredTable& table) {
  for (const int64_t id : removed) {
    for (const char* sql :
         {"DELETE FROM entry WHERE metric_column = ?",
          "DELETE FROM packed_replicate WHERE metric_column = ?",
          "DELETE FROM metric_replicate WHERE metric_column = ?",
          "DELETE FROM metric_column WHERE id = ?"}) {
      out.Prepare(sql).Bind(id).Run();
    }
  }
  if (drop_filled_source) {
    out.Prepare("DELETE FROM source WHERE name = ?").Bind(kFilledSource).Run();
  }
  SqliteStatement insert = out.Prepare(
      "INSERT INTO metric_column(id, metric, quantity, unit, platform, "
      "dataset, split, epochs, of_epochs, images, qualifiers, source, origin, "
      "preferred, chosen, mean_of, predictor, note, checksum) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteStatement update = out.Prepare(
      "UPDATE metric_column SET preferred = ?, chosen = ?, checksum = ? "
      "WHERE id = ?");
  SqliteStatement label = out.Prepare(
      "INSERT INTO metric_replicate(metric_column, label) VALUES (?, ?)");
  for (const auto& state : columns) {
    if (!state->changed) continue;
    const Column& column = state->Info();
    const Metric& metric = column.metric;
    if (state->in_file) {
      update
          .Bind(column.preferred, state->stored.chosen, state->stored.checksum,
                column.id)
          .Run();
    } else {
      insert
          .Bind(column.id, metric.Text(), metric.quantity, column.Unit(),
                metric.platform, metric.dataset, metric.split,
                OrNull(metric.fidelity.epochs), OrNull(metric.fidelity.of),
                OrNull(metric.fidelity.images), QualifiersText(metric),
                column.source, OriginName(column.origin), column.preferred,
                state->stored.chosen, OrNull(column.mean_of), column.predictor,
                column.note, state->stored.checksum)
          .Run();
    }
    for (const Replicate& replicate : state->replicates) {
      if (!replicate.stored) label.Bind(column.id, replicate.label).Run();
    }
    WriteEntries(out, *state);
    WritePackedColumn(out, column, ValuesOf(*state, table.rows),
                      table.rows.size());
  }
}

void TableWriter::Impl::WriteEntries(const SqliteDatabase& out,
                                     const ColumnState& column) {
  SqliteStatement insert = out.Prepare(
      "INSERT OR REPLACE INTO entry(metric_column, replicate, architecture, "
      "value, missing, standard_deviation) VALUES (?, ?, ?, ?, ?, ?)");
  for (const Replicate& replicate : column.replicates) {
    for (size_t i = 0; i < replicate.entries.size(); ++i) {
      const Entry& entry = replicate.entries[i];
      if (entry.state != EntryState::kChanged) continue;
      const bool ok = entry.missing == Missing::kNone;
      insert
          .Bind(column.Info().id, replicate.label, i + 1,
                ok ? std::optional(entry.value) : std::nullopt,
                ok ? std::nullopt
                   : std::optional(static_cast<int>(entry.missing)),
                entry.sd != 0 ? std::optional(entry.sd) : std::nullopt)
          .Run();
    }
  }
}

void TableWriter::Impl::Write(const SqliteDatabase& out,
                              const StoredTable& table) {
  WriteMeta(out, table);
  WriteSources(out);
  WritePlatforms(out);
  WriteRows(out, table);
  WriteAliases(out);
  WriteColumns(out, table);
}

void TableWriter::Commit() {
  Impl& impl = *impl_;
  HWNAS_CHECK(!impl.path.empty());
  if (!impl.Changed()) {
    impl.transaction.reset();
    impl.path.clear();
    return;
  }
  const StoredTable table = impl.Prepare();
  if (impl.database) {
    impl.Write(*impl.database, table);
    impl.transaction->Commit();
  } else {
    TemporaryFile file(fmt::format("{}.tmp-{}", impl.path, getpid()));
    unlink(file.Path().c_str());  // of a killed process with our number
    {
      const SqliteDatabase out =
          SqliteDatabase::Create(file.Path(), TableFormat());
      // Nobody sees this file before it is whole and on the disk.
      out.Execute("PRAGMA journal_mode = MEMORY");
      out.Execute("PRAGMA synchronous = OFF");
      SqliteTransaction transaction(out);
      impl.Write(out, table);
      transaction.Commit();
    }
    file.Publish(impl.path);
  }
  impl.path.clear();  // a writer commits once
}

}  // namespace hwnas
