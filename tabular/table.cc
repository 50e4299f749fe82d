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

DenseColumn::DenseColumn(Column column, size_t rows, std::vector<double> values,
                         std::vector<uint8_t> missing, std::vector<double> sd)
    : column_(std::move(column)),
      rows_(rows),
      values_(std::move(values)),
      missing_(std::move(missing)),
      sd_(std::move(sd)) {
  HWNAS_CHECK(values_.size() == rows_ * Replicates());
  HWNAS_CHECK(missing_.size() == values_.size());
  if (Replicates() == 1) {
    means_ = values_;
    mean_reasons_ = missing_;
    return;
  }
  mean_.resize(rows_);
  mean_missing_.resize(rows_);
  means_ = mean_;
  mean_reasons_ = mean_missing_;
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
  StoredTable stored;
  bool whole = false;  // all of a space
  size_t networks = 0;
  std::vector<Column> columns;
  std::unordered_map<std::string, std::vector<size_t>> by_metric;

  // All below is guarded by the mutex.
  mutable std::mutex mutex;
  mutable std::optional<SqliteDatabase> database;
  mutable std::map<int64_t, std::shared_ptr<const DenseColumn>> loaded;
  mutable std::map<std::string, std::shared_ptr<const DenseColumn>> computed;
  mutable std::optional<std::vector<std::string>> schemes;

  // Made when first asked for.
  mutable std::once_flag architectures_made;
  mutable std::vector<Architecture> architectures;

  void SetUp();
  const std::vector<Architecture>& Architectures() const;
  std::shared_ptr<const DenseColumn> Read(const StoredColumn& stored) const;
  std::shared_ptr<const DenseColumn> Compute(const Column& column,
                                             const CostRequest& request) const;
  class Reading;

  void CheckSpace(std::vector<std::string>* faults) const;
  void CheckColumns(std::vector<std::string>* faults) const;
  void CheckEntries(std::vector<std::string>* faults) const;
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
  base = stored.space;
  const PackedRows& rows = stored.rows;
  for (size_t row = 0; row < rows.size(); ++row) {
    networks = std::max(networks, static_cast<size_t>(rows.Network(row)) + 1);
  }
  for (const StoredColumn& column : stored.columns) {
    by_metric[column.column.metric.Text()].push_back(columns.size());
    columns.push_back(column.column);
  }
  whole = base->Size() == rows.size();
  space =
      whole || rows.size() == 0 ? base : MakeSubsetSpace(base, Architectures());
}

const std::vector<Architecture>& Table::Impl::Architectures() const {
  std::call_once(architectures_made, [this] {
    architectures.reserve(stored.rows.size());
    for (size_t row = 0; row < stored.rows.size(); ++row) {
      architectures.push_back(stored.rows.ArchitectureAt(row));
    }
  });
  return architectures;
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

size_t Table::Rows() const { return impl_->stored.rows.size(); }
const Architecture& Table::ArchitectureAt(size_t row) const {
  HWNAS_CHECK(row < Rows());
  return impl_->Architectures()[row];
}
std::optional<size_t> Table::FindRow(const Architecture& architecture) const {
  const PackedRows& rows = impl_->stored.rows;
  // Of most spaces the ascending order is their own.
  if (impl_->whole && impl_->base->IsValid(architecture)) {
    const auto rank = impl_->base->Rank(architecture);
    if (rank && *rank < rows.size() && rows.Compare(*rank, architecture) == 0) {
      return *rank;
    }
  }
  return rows.Find(architecture);
}
bool Table::Connected(size_t row) const {
  HWNAS_CHECK(row < Rows());
  return impl_->stored.rows.Connected(row);
}
size_t Table::EffectiveNetwork(size_t row) const {
  HWNAS_CHECK(row < Rows());
  return static_cast<size_t>(impl_->stored.rows.Network(row));
}
size_t Table::EffectiveNetworks() const { return impl_->networks; }

std::vector<std::string> Table::AliasSchemes() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  if (!impl_->schemes) {
    const Impl::Reading reading(*impl_);
    // One step a scheme; DISTINCT would read all aliases.
    SqliteStatement next = impl_->database->Prepare(
        "SELECT scheme FROM alias WHERE scheme > ? ORDER BY scheme LIMIT 1");
    std::vector<std::string> schemes;
    for (next.Bind(""); next.Step(); next.Bind(schemes.back())) {
      schemes.emplace_back(next.Text(0));
    }
    impl_->schemes = std::move(schemes);
  }
  return *impl_->schemes;
}

std::optional<size_t> Table::FindAlias(std::string_view scheme,
                                       std::string_view id) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const Impl::Reading reading(*impl_);
  SqliteStatement find = impl_->database->Prepare(
      "SELECT decisions FROM alias JOIN architecture ON architecture.id = "
      "alias.architecture WHERE scheme = ? AND alias.id = ?");
  find.Bind(scheme, id);
  if (!find.Step()) return std::nullopt;
  const auto blob = find.Blob(0);
  if (blob.size() == 2 * impl_->base->Decisions().size()) {
    if (const auto row = impl_->stored.rows.Find(FromBlob(blob))) return row;
  }
  FailCorruptTable(impl_->path,
                   "an alias of an architecture that is not there");
}

std::string Table::AliasOf(std::string_view scheme, size_t row) const {
  HWNAS_CHECK(row < Rows());
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const Impl::Reading reading(*impl_);
  SqliteStatement find = impl_->database->Prepare(
      "SELECT id FROM alias WHERE architecture = ? AND scheme = ? "
      "ORDER BY id LIMIT 1");
  find.Bind(impl_->stored.rows.Id(row), scheme);
  return find.Step() ? std::string(find.Text(0)) : "";
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
  const std::vector<std::string> schemes = AliasSchemes();
  if (!schemes.empty()) {
    const size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
      if (const auto row =
              FindAlias(text.substr(0, colon), text.substr(colon + 1))) {
        return *row;
      }
    }
    if (const auto row = FindAlias(schemes.front(), text)) return *row;
    why += fmt::format("; nor is it a published index of {}", schemes.front());
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
  const size_t rows = stored.rows.size();
  ColumnValues values = ReadPackedColumn(*database, column, rows);
  return std::make_shared<DenseColumn>(
      column.column, rows, std::move(values.values), std::move(values.missing),
      std::move(values.sd));
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
  const size_t rows = stored.rows.size();
  std::vector<double> values(rows);
  // Rows of one effective network have the same effective graph.
  std::vector<double> of_network(request.effective ? networks : 0, -1);
  for (size_t row = 0; row < rows; ++row) {
    const auto network = static_cast<size_t>(stored.rows.Network(row));
    double count = request.effective ? of_network[network] : -1;
    if (count < 0) {
      count = Count(request, base->Layers(stored.rows.ArchitectureAt(row),
                                          request.input));
      if (request.effective) of_network[network] = count;
    }
    values[row] = count;
  }
  return std::make_shared<DenseColumn>(column, rows, std::move(values),
                                       std::vector<uint8_t>(rows),
                                       std::vector<double>());
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
  const PackedRows& rows = stored.rows;
  std::vector<StoredRow> expected(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    expected[row].architecture = rows.ArchitectureAt(row);
  }
  LabelRows(*base, &expected);
  const std::vector<size_t> row_of_id = stored.rows.RowsOfIds();
  SqliteStatement select = database->Prepare(
      "SELECT id, decisions, text, network, class, connected "
      "FROM architecture");
  size_t count = 0;
  while (select.Step()) {
    ++count;
    const auto id = static_cast<size_t>(
        select.IntIn(0, 1, static_cast<int64_t>(rows.size())));
    const size_t row = row_of_id[id - 1];
    const StoredRow& should = expected[row];
    const auto blob = select.Blob(1);
    const auto packed = rows.Blob(row);
    if (!std::equal(blob.begin(), blob.end(), packed.begin(), packed.end()) ||
        select.Int(3) != rows.Network(row) ||
        select.Int(4) != rows.Label(row) ||
        (select.Int(5) == 1) != rows.Connected(row)) {
      faults->push_back(
          fmt::format("architecture {} is not as it is packed", id));
    }
    if (rows.Network(row) != should.network ||
        rows.Label(row) != should.label ||
        rows.Connected(row) != should.connected) {
      faults->push_back(fmt::format(
          "architecture {}: effective network, class or connection is not "
          "what the space says",
          base->Format(should.architecture)));
    }
    if (select.Text(2) != base->Format(should.architecture)) {
      faults->push_back(
          fmt::format("architecture {}: text is not its form", id));
    }
  }
  if (count != rows.size()) {
    faults->push_back(
        fmt::format("{} architectures, {} of them packed", count, rows.size()));
  }
}

/// Whether the entries say what the packed values say.
void Table::Impl::CheckEntries(std::vector<std::string>* faults) const {
  const std::vector<size_t> row_of_id = stored.rows.RowsOfIds();
  const size_t rows = stored.rows.size();
  SqliteStatement select = PrepareReadEntries(*database);
  for (const StoredColumn& column : stored.columns) {
    const ColumnValues packed = ReadPackedColumn(*database, column, rows);
    const std::vector<std::string>& labels = column.column.replicates;
    for (size_t r = 0; r < labels.size(); ++r) {
      const Entries entries =
          ReadEntries(select, column.column, labels[r], rows);
      bool equal = true;
      for (size_t id = 0; id < rows; ++id) {
        const size_t cell = r * rows + row_of_id[id];
        equal &= entries.missing[id] == packed.missing[cell] &&
                 entries.values[id] == packed.values[cell] &&
                 (entries.sd.empty() ? 0 : entries.sd[id]) ==
                     (packed.sd.empty() ? 0 : packed.sd[cell]);
      }
      if (!equal) {
        faults->push_back(fmt::format(
            "entries of {} from '{}' are not as they are packed",
            column.column.metric.Text(), Quoted(column.column.source)));
      }
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
  const std::vector<size_t> row_of_id = stored.rows.RowsOfIds();
  std::vector<DigestAlias> all;
  for (StoredAlias& alias : ReadAliases(*database, row_of_id.size())) {
    all.push_back({std::move(alias.scheme), std::move(alias.id),
                   row_of_id[static_cast<size_t>(alias.architecture) - 1]});
  }
  if (TableDigest(stored, all) != stored.digest) {
    faults->push_back("the digest does not fit the contents");
  }
}

std::vector<std::string> Table::Check() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const Impl::Reading reading(*impl_);
  std::vector<std::string> faults = impl_->database->CheckIntegrity();
  for (const auto check :
       {&Impl::CheckSpace, &Impl::CheckColumns, &Impl::CheckEntries,
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
