#ifndef HWNAS_TABULAR_TABLE_H_
#define HWNAS_TABULAR_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/architecture.h"
#include "tabular/metric.h"
#include "tabular/platform.h"
#include "tabular/search_space.h"

namespace hwnas {

/// Where columns come from, as the table records it.
struct Source {
  std::string name = {};      // `hw-nas-bench`, unique in a table
  std::string origin = {};    // URL or repository@commit and path
  std::string licence = {};   // SPDX id or what is known
  std::string citation = {};  // BibTeX
  std::string recipe = {};    // how networks were trained, where known
  std::string compute = {};   // on what, how long, where known
  std::string importer = {};  // name@version of what wrote it
  bool operator==(const Source&) const = default;
};

/// A metric from a source.
struct Column {
  int64_t id = 0;
  Metric metric = {};  // complete: defaults filled in
  std::string source = {};
  Origin origin = Origin::kMeasured;
  /// Among columns of one metric from several sources, the one that is meant
  /// when none is named. Exactly one per metric.
  bool preferred = true;
  /// Replicate labels, sorted; {""} where the source publishes one value.
  std::vector<std::string> replicates = {};
  /// For a published mean: of how many; 0 where not a mean or unknown.
  int mean_of = 0;
  std::string predictor = {};  // name@version, for kPredicted
  std::string note = {};
  std::string Unit() const { return FindQuantity(metric.quantity).unit; }
};

/// The values of one column by row, in memory. Immutable, thread-safe.
class DenseColumn {
 public:
  /// `values` (0 where missing), `missing` (Missing) and `sd` (empty where
  /// none is stated) are replicate-major, `rows` each.
  DenseColumn(Column column, size_t rows, std::vector<double> values,
              std::vector<uint8_t> missing, std::vector<double> sd);
  DenseColumn(const DenseColumn&) = delete;
  DenseColumn& operator=(const DenseColumn&) = delete;

  const Column& Info() const { return column_; }
  size_t Rows() const { return rows_; }
  size_t Replicates() const { return column_.replicates.size(); }

  /// One replicate's value at a row.
  Value At(size_t row, size_t replicate) const {
    const size_t i = replicate * rows_ + row;
    return {values_[i], static_cast<Missing>(missing_[i])};
  }
  /// The mean over the replicates that are there (the value itself where
  /// there is one); missing, with the first replicate's reason, if none is.
  Value Mean(size_t row) const {
    return {means_[row], static_cast<Missing>(mean_reasons_[row])};
  }
  /// The number of replicates present at a row.
  size_t Count(size_t row) const;
  /// The `k`-th (0-based) replicate that is present at a row; k < Count(row).
  Value Present(size_t row, size_t k) const;
  /// The standard deviation stated with a value (by a predictor, or by a
  /// source with a measured mean); 0 if none.
  double StandardDeviation(size_t row, size_t replicate = 0) const {
    return sd_.empty() ? 0 : sd_[replicate * rows_ + row];
  }

  std::span<const double> Means() const { return means_; }

 private:
  Column column_;
  size_t rows_;
  std::vector<double> values_;
  std::vector<uint8_t> missing_;
  std::vector<double> sd_;
  std::vector<double> mean_;  // empty where there is one replicate
  std::vector<uint8_t> mean_missing_;
  std::span<const double> means_;
  std::span<const uint8_t> mean_reasons_;
};

/// A tabular benchmark, read-only: the architectures of a search space (all
/// or some of them), in ascending order, with columns of stored values.
/// Opening reads the architectures; columns are read when first asked for and
/// then kept; aliases are looked up in the file. Thread-safe.
///
/// Errors: kNotFound (no such file, architecture, metric), kCorrupt (not a
/// hwnas table, another schema version, a checksum that does not fit), with
/// the file's name in front.
class Table {
 public:
  static std::shared_ptr<const Table> Open(const std::string& path);
  ~Table();

  const std::string& Path() const;
  /// The table's space. A SubsetSpace over its rows where the table does not
  /// hold the whole of a built-in space.
  const std::shared_ptr<const SearchSpace>& Space() const;
  /// The space that the rows are architectures of; never a SubsetSpace.
  const std::shared_ptr<const SearchSpace>& BaseSpace() const;
  const MetricDefaults& Defaults() const;
  bool Synthetic() const;
  const std::string& Title() const;
  /// 64 hex digits over space, architectures, aliases, columns and values in
  /// canonical order; independent of the order of imports, of row ids and of
  /// the file's layout.
  const std::string& Digest() const;

  size_t Rows() const;
  const Architecture& ArchitectureAt(size_t row) const;
  /// The row of an architecture; nullopt when it is not in the table.
  std::optional<size_t> FindRow(const Architecture& architecture) const;
  bool Connected(size_t row) const;
  /// Index of the row's effective network, 0..EffectiveNetworks()-1, numbered
  /// by first row.
  size_t EffectiveNetwork(size_t row) const;
  size_t EffectiveNetworks() const;

  /// Published indices: schemes (`nas-bench-201`) and look-ups.
  std::vector<std::string> AliasSchemes() const;
  std::optional<size_t> FindAlias(std::string_view scheme,
                                  std::string_view id) const;
  /// The alias of a row in a scheme; empty if it has none.
  std::string AliasOf(std::string_view scheme, size_t row) const;
  /// The row of a text form or a published index (the first scheme by name,
  /// or `scheme:id`). Error(kNotFound) when it is in neither.
  size_t Resolve(std::string_view text) const;

  const std::vector<Column>& Columns() const;
  const std::vector<Source>& Sources() const;
  const std::vector<Platform>& Platforms() const;
  /// Null when the table has no such platform.
  const Platform* FindPlatform(std::string_view id) const;

  /// `metric` with the table's defaults filled in.
  Metric Complete(const Metric& metric) const;
  /// The column of a metric (completed first), from `source` if given, else
  /// the preferred one. Null when there is none.
  const Column* FindColumn(const Metric& metric,
                           std::string_view source = "") const;
  /// The same; Error(kNotFound) that names the nearest metrics.
  const Column& GetColumn(const Metric& metric,
                          std::string_view source = "") const;

  /// The values of a column, read once. Error(kCorrupt) when the stored
  /// checksum does not fit.
  std::shared_ptr<const DenseColumn> Load(const Column& column) const;
  /// For a stored column, its values; else, where the space has layers and
  /// the metric is a rule of the cost model (`macs;graph=effective`), they
  /// are computed, with origin analytic.
  std::shared_ptr<const DenseColumn> LoadOrCompute(
      const Metric& metric, std::string_view source = "") const;

  /// Full check: SQLite's own, all checksums, the digest, references, every
  /// architecture valid, exactly one preferred column a metric. Returns what
  /// is wrong, a line each; empty when sound.
  std::vector<std::string> Check() const;

 private:
  Table();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_TABLE_H_
