#ifndef HWNAS_BENCH_REPRODUCE_TABLE_FIGURES_H_
#define HWNAS_BENCH_REPRODUCE_TABLE_FIGURES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/experiment.h"
#include "tabular/problem.h"
#include "tabular/table.h"

namespace hwnas {

/// Figures that stand in a table itself, without a search. Metrics may name a
/// source (`METRIC from SOURCE`); values are means over replicates. Errors:
/// kNotFound for a metric, an architecture or a source that is not there.

enum class Statistic : uint8_t {
  kCount,    // of architectures with a value
  kMinimum,  // of the stored values
  kMaximum,
  kMean,
  kBest,  // by the quantity's direction
  kRank,  // of one architecture: 1 + those that are better
};
/// "count", "minimum", ...; nullopt for another word.
std::optional<Statistic> FindStatistic(std::string_view name);

/// nullopt where no architecture (or not the one asked for) has a value.
/// `architecture`: text form or published index, of kRank alone.
std::optional<double> ComputeStatistic(const Table& table,
                                       const ObjectiveSpec& metric,
                                       Statistic statistic,
                                       const std::string& architecture = "");

/// Which architecture is chosen: the best by one metric within limits.
struct Selection {
  ObjectiveSpec select;
  std::vector<Constraint> limits;
  /// Only architectures with a value there; empty: all.
  ObjectiveSpec among;
};

/// Its row; the first of equals. Disconnected architectures, and those without
/// a value of a metric that is needed, are not chosen. nullopt when none is
/// left.
std::optional<size_t> SelectRow(const Table& table, const Selection& selection);

/// The value of a metric at a row.
std::optional<double> ValueAt(const Table& table, const ObjectiveSpec& metric,
                              size_t row);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_TABLE_FIGURES_H_
