#ifndef HWNAS_BENCH_REPRODUCE_PUBLISHED_TABLE_H_
#define HWNAS_BENCH_REPRODUCE_PUBLISHED_TABLE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/reproduce/verdict.h"

namespace hwnas {

/// A column of a published table: a metric, and the problem of the experiment
/// that gives ours where a search does.
struct PublishedColumn {
  std::string name;
  std::string metric;
  std::string problem;
};

/// Where a row's figures of ours come from.
enum class RowSource : uint8_t {
  kStrategy,         // mean of the answers of a strategy of the experiment
  kOptimum,          // the best value that the table holds
  kNotBuilt,         // nothing here does it yet
  kNotReproducible,  // and why
};

/// As printed; none where the paper leaves a cell empty.
struct PublishedCell {
  std::optional<double> value;
  std::optional<double> sd;
  Tolerance tolerance;
};

struct PublishedRow {
  std::string name;
  RowSource source = RowSource::kStrategy;
  std::string strategy;              // label in the experiment, of kStrategy
  std::string reason;                // of kNotBuilt and kNotReproducible
  std::vector<PublishedCell> cells;  // one a column
};

/// Two rows compared in every column, paired by repetition.
struct PublishedDifference {
  std::string a;
  std::string b;
  /// Whether the source says that a is better than b.
  bool expect_better = false;
  /// Columns that it is about, by position, ascending; all by default.
  std::vector<size_t> columns;
};

/// A published table to reproduce: what was printed, how sure it is, and what
/// of ours to set against it. The format is described in bench/reproduce/
/// README.md.
struct PublishedTable {
  std::string name;
  std::string title;
  std::string source;
  Certainty certainty = Certainty::kCopied;
  std::string note;
  std::string data;  // what it needs where no table is given
  int decimals = 2;
  size_t runs = 0;  // behind the published standard deviations; 0: unknown
  std::vector<PublishedColumn> columns;
  std::vector<PublishedRow> rows;
  std::vector<PublishedDifference> differences;
  std::optional<Experiment> experiment;

  /// Errors as TomlTable: kUsage with file, line and key; unknown keys are
  /// refused.
  static PublishedTable ReadFile(const std::string& path);
  static PublishedTable ReadText(std::string_view text,
                                 const std::string& name);
};

/// The tables that come with the library, by name, sorted.
std::vector<PublishedTable> BuiltInPublishedTables();

/// One of them, or a user's own file where `name` ends in `.toml`.
/// Error(kUsage) naming the nearest when unknown.
PublishedTable FindPublishedTable(const std::string& name);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_PUBLISHED_TABLE_H_
