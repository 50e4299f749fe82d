#include "tabular/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "tabular/cost_model.h"
#include "tabular/spaces/subset.h"
#include "tabular/sqlite.h"
#include "tabular/table_schema.h"
#include "tabular/table_store.h"

namespace hwnas {
namespace {

constexpr char kCostModel[] = "cost-model";

/// Rows by architecture, without allocation when asked: open addressing over
/// at least twice as many slots.
class RowIndex {
 public:
  explicit RowIndex(const std::vector<Architecture>& architectures)
      : architectures_(architectures),
        slots_(std::bit_ceil(2 * architectures.size() + 1), 0) {
    for (size_t row = 0; row < architectures.size(); ++row) {
      size_t slot = First(architectures[row]);
      while (slots_[slot] != 0) slot = Next(slot);
      slots_[slot] = static_cast<uint32_t>(row + 1);
    }
  }

  std::optional<size_t> Find(const Architecture& architecture) const {
    for (size_t slot = First(architecture); slots_[slot] != 0;
         slot = Next(slot)) {
      const size_t row = slots_[slot] - 1;
      if (architectures_[row] == architecture) return row;
    }
    return std::nullopt;
  }

 private:
  size_t First(const Architecture& a) const {
    return a.Hash() & (slots_.size() - 1);
  }
  size_t Next(size_t slot) const { return (slot + 1) & (slots_.size() - 1); }

  const std::vector<Architecture>& architectures_;
  std::vector<uint32_t> slots_;  // row + 1; 0: free
};

struct SchemeAliases {
  std::unordered_map<std::string, size_t> rows;
  std::vector<std::string> ids;  // by row
};

/// What of a layer graph a metric asks to be counted.
struct CostRequest {
  const CostRule* rule = nullptr;
  NetworkInput input;
  bool effective = false;
  int bits = 0;  // 0: as they are
};

/// Whether the cost model answers a completed metric.
std::optional<CostRequest> CostRequestOf(const Metric& metric) {
  if (!metric.platform.empty() || !metric.split.empty() ||
      !metric.fidelity.empty()) {
    return std::nullopt;
  }
  CostRequest request;
  std::string rule_name;
  for (const auto& [key, value] : metric.qualifiers) {
    if (key == "graph") {
      request.effective = value == "effective";
    } else if (key == "rule") {
      rule_name = value;
    } else if (key == "bits" && metric.quantity != "macs" &&
               metric.quantity != "params" && metric.quantity != "flops") {
      if (value.size() > 2) return std::nullopt;
      request.bits = std::stoi(value);
    } else {
      return std::nullopt;
    }
  }
  for (const CostRule& rule : CostRules()) {
    if (rule.quantity == metric.quantity && rule.rule == rule_name) {
      request.rule = &rule;
    }
  }
  if (request.rule == nullptr ||
      !FindNetworkInput(metric.dataset, &request.input)) {
    return std::nullopt;
  }
  return request;
}

double Count(const CostRequest& request, LayerGraph graph) {
  if (request.effective) graph = graph.Effective();
  if (request.bits != 0) graph.SetBits(request.bits, request.bits);
  return static_cast<double>(request.rule->count(graph));
}

}  // namespace

DenseColumn::DenseColumn(Column column, size_t rows)
    : column_(std::move(column)), rows_(rows) {
  const size_t cells = rows_ * column_.replicates.size();
  values_.resize(cells);
  missing_.resize(cells, static_cast<uint8_t>(Missing::kNotMeasured));
}

void DenseColumn::Finish() {
  mean_.resize(rows_);
  mean_missing_.resize(rows_);
  for (size_t row = 0; row < rows_; ++row) {
    double sum = 0;
    size_t count = 0;
    for (size_t r = 0; r < Replicates(); ++r) {
      const Value value = At(row, r);
      if (!value.Ok()) continue;
      sum += value.value;
      ++count;
    }
    if (count > 0) {
      mean_[row] = sum / static_cast<double>(count);
    } else {
      mean_missing_[row] = missing_[row];
    }
  }
}

size_t DenseColumn::Count(size_t row) const {
  size_t count = 0;
  for (size_t r = 0; r < Replicates(); ++r) count += At(row, r).Ok();
  return count;
}

Value DenseColumn::Present(size_t row, size_t k) const {
  for (size_t r = 0; r < Replicates(); ++r) {
    const Value value = At(row, r);
    if (value.Ok() && k-- == 0) return value;
  }
  HWNAS_CHECK(false && "k < Count(row)");
  return {};
}

struct Table::Impl {
  std::string path;
  std::shared_ptr<const SearchSpace> base;
  std::shared_ptr<const SearchSpace> space;
  StoredTable stored;  // its rows keep no architectures
  std::vector<Architecture> architectures;
  std::vector<size_t> row_of_id;  // by architecture id - 1
  std::optional<RowIndex> index;  // none: a row is its architecture's rank
  size_t networks = 0;
  std::vector<Column> columns;
  std::unordered_map<std::string, std::vector<size_t>> by_metric;

  // All below is guarded by the mutex.
  mutable std::mutex mutex;
  mutable std::optional<SqliteDatabase> database;
  mutable std::map<int64_t, std::shared_ptr<const DenseColumn>> loaded;
  mutable std::map<std::string, std::shared_ptr<const DenseColumn>> computed;
  mutable std::optional<std::map<std::string, SchemeAliases, std::less<>>>
      aliases;

  void SetUp();
  bool RowsAreRanks() const;
  std::string Checksum(const DenseColumn& column) const {
    return ColumnChecksum(column.rows_, column.column_.replicates,
                          column.values_, column.missing_, column.sd_);
  }
  std::shared_ptr<const DenseColumn> Read(const StoredColumn& stored) const;
  std::shared_ptr<const DenseColumn> Compute(const Column& column,
                                             const CostRequest& request) const;
  const std::map<std::string, SchemeAliases, std::less<>>& Aliases() const;
  class Reading;

  void CheckSpace(std::vector<std::string>* faults) const;
  void CheckColumns(std::vector<std::string>* faults) const;
  void CheckRows(std::vector<std::string>* faults) const;
  void CheckDigest(std::vector<std::string>* faults) const;
  int64_t CountRows(const std::string& sql) const;
};

/// One state of the file for what is read while it lives. Another process may
/// have added to the file since it was opened: then what is in memory no
/// longer fits it.
class Table::Impl::Reading {
 public:
  explicit Reading(const Impl& impl) : database_(*impl.database) {
    database_.Execute("BEGIN");
    if (ReadDigest(database_) != impl.stored.digest) {
      End();
      throw Error(ErrorCode::kIo,
                  fmt::format("{}: was changed by another process since it "
                              "was opened; run this again",
                              impl.path));
    }
  }
  ~Reading() { End(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  void End() {
    try {
      database_.Execute("ROLLBACK");
    } catch (const Error&) {
      // Nothing was written; SQLite has ended the transaction itself.
    }
  }

  const SqliteDatabase& database_;
};

Table::Table() : impl_(std::make_unique<Impl>()) {}
Table::~Table() = default;

std::shared_ptr<const Table> Table::Open(const std::string& path) {
  std::shared_ptr<Table> table(new Table);
  Impl& impl = *table->impl_;
  impl.path = path;
  impl.database.emplace(SqliteDatabase::OpenReadOnly(path, TableFormat()));
  impl.database->Execute("BEGIN");  // one state of the file
  impl.stored = ReadTable(*impl.database);
  impl.database->Execute("COMMIT");
  impl.SetUp();
  return table;
}

void Table::Impl::SetUp() {
  try {
    base = MakeSpace(stored.space);
  } catch (const Error& error) {
    FailCorruptTable(path, error.what());
  }
  const size_t rows = stored.rows.size();
  architectures.reserve(rows);
  row_of_id.resize(rows);
  for (const StoredRow& row : stored.rows) {
    if (!base->IsValid(row.architecture)) {
      FailCorruptTable(path, fmt::format("architecture {} is none of {}",
                                         row.id, base->Id()));
    }
  }
  int64_t highest = -1;
  for (StoredRow& row : stored.rows) {
    if (row.network > highest + 1) {
      FailCorruptTable(path, "effective networks are not numbered by row");
    }
    highest = std::max(highest, row.network);
    row_of_id[static_cast<size_t>(row.id) - 1] = architectures.size();
    architectures.push_back(std::move(row.architecture));
  }
  networks = static_cast<size_t>(highest + 1);
  const bool whole = base->Size() == rows;
  if (!whole || !RowsAreRanks()) index.emplace(architectures);
  for (const StoredColumn& column : stored.columns) {
    by_metric[column.column.metric.Text()].push_back(columns.size());
    columns.push_back(column.column);
  }
  space = whole || rows == 0 ? base : MakeSubsetSpace(base, architectures);
}

bool Table::Impl::RowsAreRanks() const {
  for (size_t row = 0; row < architectures.size(); ++row) {
    if (base->Rank(architectures[row]) != row) return false;
  }
  return true;
}

const std::string& Table::Path() const { return impl_->path; }
const std::shared_ptr<const SearchSpace>& Table::Space() const {
  return impl_->space;
}
const std::shared_ptr<const SearchSpace>& Table::BaseSpace() const {
  return impl_->base;
}
const MetricDefaults& Table::Defaults() const {
  return impl_->stored.info.defaults;
}
bool Table::Synthetic() const { return impl_->stored.info.synthetic; }
const std::string& Table::Title() const { return impl_->stored.info.title; }
const std::string& Table::Digest() const { return impl_->stored.digest; }

size_t Table::Rows() const { return impl_->architectures.size(); }
const Architecture& Table::ArchitectureAt(size_t row) const {
  HWNAS_CHECK(row < Rows());
  return impl_->architectures[row];
}
std::optional<size_t> Table::FindRow(const Architecture& architecture) const {
  if (impl_->index) return impl_->index->Find(architecture);
  const SearchSpace& base = *impl_->base;
  if (!base.IsValid(architecture)) return std::nullopt;
  return base.Rank(architecture);
}
bool Table::Connected(size_t row) const {
  HWNAS_CHECK(row < Rows());
  return impl_->stored.rows[row].connected;
}
size_t Table::EffectiveNetwork(size_t row) const {
  HWNAS_CHECK(row < Rows());
  return static_cast<size_t>(impl_->stored.rows[row].network);
}
size_t Table::EffectiveNetworks() const { return impl_->networks; }

const std::map<std::string, SchemeAliases, std::less<>>& Table::Impl::Aliases()
    const {
  const std::lock_guard<std::mutex> lock(mutex);
  if (!aliases) {
    const Reading reading(*this);
    std::map<std::string, SchemeAliases, std::less<>> all;
    for (StoredAlias& alias : ReadAliases(*database, row_of_id.size())) {
      SchemeAliases& scheme = all[alias.scheme];
      if (scheme.ids.empty()) {
        scheme.ids.resize(row_of_id.size());
        scheme.rows.reserve(row_of_id.size());
      }
      const size_t row = row_of_id[static_cast<size_t>(alias.architecture) - 1];
      // The first id is the one that is shown.
      if (scheme.ids[row].empty()) scheme.ids[row] = alias.id;
      scheme.rows.emplace(std::move(alias.id), row);
    }
    aliases = std::move(all);
  }
  return *aliases;
}

std::vector<std::string> Table::AliasSchemes() const {
  std::vector<std::string> schemes;
  for (const auto& [scheme, aliases] : impl_->Aliases()) {
    schemes.push_back(scheme);
  }
  return schemes;
}

std::optional<size_t> Table::FindAlias(std::string_view scheme,
                                       std::string_view id) const {
  const auto& all = impl_->Aliases();
  const auto aliases = all.find(scheme);
  if (aliases == all.end()) return std::nullopt;
  const auto found = aliases->second.rows.find(std::string(id));
  if (found == aliases->second.rows.end()) return std::nullopt;
  return found->second;
}

std::string Table::AliasOf(std::string_view scheme, size_t row) const {
  HWNAS_CHECK(row < Rows());
  const auto& all = impl_->Aliases();
  const auto aliases = all.find(scheme);
  return aliases == all.end() ? "" : aliases->second.ids[row];
}

size_t Table::Resolve(std::string_view text) const {
  std::string why;
  try {
    const Architecture architecture = impl_->base->Parse(text);
    if (const auto row = FindRow(architecture)) return *row;
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{}: architecture {} is not in this table, which "
                    "holds {} of {}",
                    impl_->path, Quoted(text), Rows(), impl_->base->Id()));
  } catch (const Error& error) {
    if (error.Code() != ErrorCode::kUsage) throw;
    why = error.what();
  }
  const auto& all = impl_->Aliases();
  if (!all.empty()) {
    const size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
      if (const auto row =
              FindAlias(text.substr(0, colon), text.substr(colon + 1))) {
        return *row;
      }
    }
    if (const auto row = FindAlias(all.begin()->first, text)) return *row;
    why +=
        fmt::format("; nor is it a published index of {}", all.begin()->first);
  }
  throw Error(ErrorCode::kNotFound, fmt::format("{}: {}", impl_->path, why));
}

const std::vector<Column>& Table::Columns() const { return impl_->columns; }
const std::vector<Source>& Table::Sources() const {
  return impl_->stored.sources;
}
const std::vector<Platform>& Table::Platforms() const {
  return impl_->stored.platforms;
}
const Platform* Table::FindPlatform(std::string_view id) const {
  for (const Platform& platform : Platforms()) {
    if (platform.id == id) return &platform;
  }
  return nullptr;
}

Metric Table::Complete(const Metric& metric) const {
  return CompleteMetric(metric, Defaults());
}

const Column* Table::FindColumn(const Metric& metric,
                                std::string_view source) const {
  const auto found = impl_->by_metric.find(Complete(metric).Text());
  if (found == impl_->by_metric.end()) return nullptr;
  for (const size_t i : found->second) {
    const Column& column = impl_->columns[i];
    if (source.empty() ? column.preferred : column.source == source) {
      return &column;
    }
  }
  return nullptr;
}

const Column& Table::GetColumn(const Metric& metric,
                               std::string_view source) const {
  if (const Column* column = FindColumn(metric, source)) return *column;
  const std::string text = Complete(metric).Text();
  std::set<std::string> metrics;
  std::set<std::string> of_metric;
  for (const Column& column : Columns()) {
    metrics.insert(column.metric.Text());
    if (column.metric.Text() == text) of_metric.insert(column.source);
  }
  std::string message = fmt::format("{}: no metric '{}'", impl_->path, text);
  if (!of_metric.empty()) {
    message += fmt::format(" from source '{}' (sources: {})", Quoted(source),
                           fmt::join(of_metric, ", "));
  } else {
    const std::string nearest = Nearest(text, {metrics.begin(), metrics.end()});
    message += nearest.empty()
                   ? "; `hwnas info` lists what there is"
                   : fmt::format("; did you mean '{}'?",
                                 ShortText(Metric::Parse(nearest), Defaults()));
  }
  throw Error(ErrorCode::kNotFound, message);
}

std::shared_ptr<const DenseColumn> Table::Impl::Read(
    const StoredColumn& column) const {
  const size_t rows = architectures.size();
  auto dense = std::make_shared<DenseColumn>(column.column, rows);
  SqliteStatement statement = PrepareReadEntries(*database);
  for (size_t r = 0; r < column.column.replicates.size(); ++r) {
    const Entries entries = ReadEntries(statement, column.column,
                                        column.column.replicates[r], rows);
    if (!entries.sd.empty() && dense->sd_.empty()) {
      dense->sd_.resize(dense->values_.size());
    }
    for (size_t id = 0; id < rows; ++id) {
      const size_t cell = r * rows + row_of_id[id];
      dense->values_[cell] = entries.values[id];
      dense->missing_[cell] = entries.missing[id];
      if (!entries.sd.empty()) dense->sd_[cell] = entries.sd[id];
    }
  }
  if (Checksum(*dense) != column.checksum) {
    FailCorruptTable(
        path,
        fmt::format("the values of {} from '{}' do not fit their "
                    "checksum",
                    column.column.metric.Text(), Quoted(column.column.source)));
  }
  dense->Finish();
  return dense;
}

std::shared_ptr<const DenseColumn> Table::Load(const Column& column) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  auto& loaded = impl_->loaded[column.id];
  if (loaded == nullptr) {
    const auto& all = impl_->stored.columns;
    const auto found = std::find_if(
        all.begin(), all.end(),
        [&](const StoredColumn& c) { return c.column.id == column.id; });
    HWNAS_CHECK(found != all.end());
    const Impl::Reading reading(*impl_);
    loaded = impl_->Read(*found);
  }
  return loaded;
}

std::shared_ptr<const DenseColumn> Table::Impl::Compute(
    const Column& column, const CostRequest& request) const {
  auto dense = std::make_shared<DenseColumn>(column, architectures.size());
  // Rows of one effective network have the same effective graph.
  std::vector<double> of_network(request.effective ? networks : 0, -1);
  for (size_t row = 0; row < architectures.size(); ++row) {
    const auto network = static_cast<size_t>(stored.rows[row].network);
    double count = request.effective ? of_network[network] : -1;
    if (count < 0) {
      count = Count(request, base->Layers(architectures[row], request.input));
      if (request.effective) of_network[network] = count;
    }
    dense->values_[row] = count;
    dense->missing_[row] = 0;
  }
  dense->Finish();
  return dense;
}

std::shared_ptr<const DenseColumn> Table::LoadOrCompute(
    const Metric& metric, std::string_view source) const {
  if (const Column* column = FindColumn(metric, source)) return Load(*column);
  Column column;
  column.metric = Complete(metric);
  const auto request = CostRequestOf(column.metric);
  if (!request || !impl_->base->HasLayers() ||
      (!source.empty() && source != kCostModel)) {
    GetColumn(metric, source);  // says what there is
  }
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  auto& computed = impl_->computed[column.metric.Text()];
  if (computed == nullptr) {
    column.source = kCostModel;
    column.origin = Origin::kAnalytic;
    column.replicates = {""};
    column.note = "counted on the layer graph of " + impl_->base->Id();
    computed = impl_->Compute(column, *request);
  }
  return computed;
}

int64_t Table::Impl::CountRows(const std::string& sql) const {
  SqliteStatement statement = database->Prepare(sql);
  return statement.Step() ? statement.Int(0) : 0;
}

void Table::Impl::CheckSpace(std::vector<std::string>* faults) const {
  std::vector<StoredRow> expected = stored.rows;
  for (size_t row = 0; row < expected.size(); ++row) {
    expected[row].architecture = architectures[row];
  }
  LabelRows(*base, &expected);
  for (size_t row = 0; row < expected.size(); ++row) {
    const StoredRow& is = stored.rows[row];
    const StoredRow& should = expected[row];
    if (is.network != should.network || is.label != should.label ||
        is.connected != should.connected) {
      faults->push_back(fmt::format(
          "architecture {}: effective network, class or connection is not "
          "what the space says",
          base->Format(architectures[row])));
    }
  }
  SqliteStatement texts =
      database->Prepare("SELECT id, text FROM architecture");
  while (texts.Step()) {
    const auto id = static_cast<size_t>(
        texts.IntIn(0, 1, static_cast<int64_t>(row_of_id.size())));
    if (texts.Text(1) != base->Format(architectures[row_of_id[id - 1]])) {
      faults->push_back(
          fmt::format("architecture {}: text is not its form", id));
    }
  }
}

void Table::Impl::CheckColumns(std::vector<std::string>* faults) const {
  std::map<std::string, int> preferred;
  SqliteStatement parts = database->Prepare(
      "SELECT quantity, unit, platform, dataset, split, qualifiers, "
      "ifnull(epochs, 0), ifnull(of_epochs, 0), ifnull(images, 0) "
      "FROM metric_column WHERE id = ?");
  for (const StoredColumn& stored_column : stored.columns) {
    const Column& column = stored_column.column;
    const Metric& metric = column.metric;
    const std::string text = metric.Text();
    try {
      Read(stored_column);
    } catch (const Error& error) {
      faults->push_back(error.what());
    }
    preferred[text] += column.preferred ? 1 : 0;
    if (!std::any_of(
            stored.sources.begin(), stored.sources.end(),
            [&](const Source& s) { return s.name == column.source; })) {
      faults->push_back(fmt::format("{}: source '{}' is not there", text,
                                    Quoted(column.source)));
    }
    if (!metric.platform.empty() &&
        !std::any_of(
            stored.platforms.begin(), stored.platforms.end(),
            [&](const Platform& p) { return p.id == metric.platform; })) {
      faults->push_back(fmt::format("{}: platform is not there", text));
    }
    std::string qualifiers =
        text.substr(std::min(text.find(';'), text.size() - 1) + 1);
    if (metric.qualifiers.empty()) qualifiers.clear();
    parts.Bind(column.id);
    if (!parts.Step() || parts.Text(0) != metric.quantity ||
        parts.Text(1) != column.Unit() || parts.Text(2) != metric.platform ||
        parts.Text(3) != metric.dataset || parts.Text(4) != metric.split ||
        parts.Text(5) != qualifiers || parts.Int(6) != metric.fidelity.epochs ||
        parts.Int(7) != metric.fidelity.of ||
        parts.Int(8) != metric.fidelity.images) {
      faults->push_back(
          fmt::format("{}: its parts are not those of its text", text));
    }
  }
  for (const auto& [metric, count] : preferred) {
    if (count != 1) {
      faults->push_back(fmt::format("{}: {} preferred columns instead of one",
                                    metric, count));
    }
  }
}

void Table::Impl::CheckRows(std::vector<std::string>* faults) const {
  const std::pair<const char*, const char*> questions[] = {
      {"entries of no column, replicate or architecture",
       "SELECT count(*) FROM entry AS e WHERE "
       "NOT EXISTS (SELECT 1 FROM metric_replicate AS r WHERE "
       "r.metric_column = e.metric_column AND r.label = e.replicate) OR "
       "NOT EXISTS (SELECT 1 FROM architecture AS a WHERE a.id = "
       "e.architecture)"},
      {"replicates of no column",
       "SELECT count(*) FROM metric_replicate AS r WHERE NOT EXISTS "
       "(SELECT 1 FROM metric_column AS c WHERE c.id = r.metric_column)"},
      {"standard deviations that are negative or of a gap",
       "SELECT count(*) FROM entry WHERE standard_deviation IS NOT NULL AND "
       "(value IS NULL OR NOT standard_deviation > 0)"},
  };
  for (const auto& [what, sql] : questions) {
    if (const int64_t count = CountRows(sql); count != 0) {
      faults->push_back(fmt::format("{} {}", count, what));
    }
  }
  SqliteStatement reasons =
      database->Prepare("SELECT code, reason FROM missing_reason ORDER BY 1");
  int64_t code = 0;
  bool as_written = true;
  while (reasons.Step()) {
    ++code;
    as_written &= code <= static_cast<int64_t>(Missing::kDiverged) &&
                  reasons.Int(0) == code &&
                  reasons.Text(1) == MissingName(static_cast<Missing>(code));
  }
  if (!as_written || code != static_cast<int64_t>(Missing::kDiverged)) {
    faults->push_back("the reasons of gaps are not those of this version");
  }
}

void Table::Impl::CheckDigest(std::vector<std::string>* faults) const {
  StoredTable whole = stored;
  for (size_t row = 0; row < architectures.size(); ++row) {
    whole.rows[row].architecture = architectures[row];
  }
  std::vector<DigestAlias> all;
  for (StoredAlias& alias : ReadAliases(*database, row_of_id.size())) {
    all.push_back({std::move(alias.scheme), std::move(alias.id),
                   row_of_id[static_cast<size_t>(alias.architecture) - 1]});
  }
  if (TableDigest(whole, all) != stored.digest) {
    faults->push_back("the digest does not fit the contents");
  }
}

std::vector<std::string> Table::Check() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const Impl::Reading reading(*impl_);
  std::vector<std::string> faults = impl_->database->CheckIntegrity();
  for (const auto check : {&Impl::CheckSpace, &Impl::CheckColumns,
                           &Impl::CheckRows, &Impl::CheckDigest}) {
    try {
      (impl_.get()->*check)(&faults);
    } catch (const Error& error) {
      faults.push_back(error.what());
    }
  }
  return faults;
}

}  // namespace hwnas
