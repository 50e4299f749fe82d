#ifndef HWNAS_BENCH_REPRODUCE_PUBLISHED_TABLE_H_
#define HWNAS_BENCH_REPRODUCE_PUBLISHED_TABLE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/predict/evaluation.h"
#include "bench/predict/transfer_study.h"
#include "bench/reproduce/claims.h"
#include "bench/reproduce/table_figures.h"
#include "bench/reproduce/verdict.h"
#include "datasets/published_data.h"

namespace hwnas {

/// A column of a published table: a metric, and the problem of the experiment
/// that gives ours where a search does.
struct PublishedColumn {
  std::string name;
  /// `METRIC`, of rows from the table itself also `METRIC from SOURCE`.
  std::string metric;
  std::string problem;
  /// Of rows from transfer: the split and, of its targets, those that are
  /// averaged (empty: all); or the columns whose geometric mean it is.
  std::string split = {};
  std::vector<std::string> targets = {};
  std::vector<std::string> geomean_of = {};
  /// The metric is one of the row's platform.
  bool on_platform = false;
  /// What ours are multiplied by: the unit printed is another than stored.
  double scale = 1;
  /// Of rows from a predictor.
  double PredictionFigures::*figure = &PredictionFigures::kendall;
};

/// Platforms to learn from and platforms to predict.
struct PublishedSplit {
  std::string name;
  std::vector<std::string> source;
  std::vector<std::string> target;
};

/// How few-shot transfer is run for a row, on every split. Its platforms are
/// the split's.
struct TransferProtocol {
  std::string name;
  TransferStudySpec study;
};

/// How a predictor is fitted and judged for a row; the metric and the number of
/// training architectures are the row's. `{dataset}` in the stored metrics is
/// the data set of the metric.
struct PredictorStudy {
  std::string name;
  EvaluationSpec spec;
};

/// Where a row's figures of ours come from.
enum class RowSource : uint8_t {
  kStrategy,         // mean of the answers of a strategy of the experiment
  kOptimum,          // the best value that the table holds
  kStatistic,        // another figure of the table itself
  kSelection,        // of the best architecture within limits
  kTransfer,         // our few-shot transfer
  kPredictor,        // a predictor judged on splits of the table
  kClaim,            // a claim in words, put to the data
  kNotBuilt,         // nothing here does it yet
  kNotTestable,      // the data at hand cannot answer, and why
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
  std::string strategy;  // label in the experiment, of kStrategy
  std::string protocol;  // of kTransfer
  std::string study;     // of kPredictor
  std::string metric;    // of kPredictor, instead of the column's
  size_t train = 0;      // of kPredictor: architectures learnt from
  size_t runs = 0;       // behind the figures; 0: the table's
  Statistic statistic = Statistic::kBest;
  std::string architecture;  // of Statistic::kRank
  std::string platform;      // of columns that are on one
  ClaimSpec claim;           // of kClaim
  /// Of kSelection; of every row, printed values that break a limit are
  /// marked.
  Selection selection;
  std::string reason;  // of kNotBuilt, kNotReproducible and kNotTestable
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

/// The mean, over all cells of some rows that have figures, of ours less the
/// published one. It holds where its 95 % interval reaches or exceeds zero.
struct PublishedMean {
  std::string name;
  std::vector<std::string> rows;  // from predictors
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
  /// What it needs where no table is given; all empty: a table must be.
  PublishedData data;
  int decimals = 2;
  size_t runs = 0;  // behind the published standard deviations; 0: unknown
  std::vector<PublishedColumn> columns;
  std::vector<PublishedRow> rows;
  std::vector<PublishedDifference> differences;
  std::vector<PublishedMean> means;
  std::optional<Experiment> experiment;
  std::vector<PublishedSplit> splits;
  std::vector<TransferProtocol> protocols;
  std::vector<PredictorStudy> studies;
  /// SHA-256 of the file's text: what cached results are keyed by.
  std::string digest;

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
