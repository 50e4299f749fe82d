#ifndef HWNAS_BENCH_ANALYSIS_FRONT_H_
#define HWNAS_BENCH_ANALYSIS_FRONT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tabular/problem.h"
#include "tabular/table.h"

namespace hwnas {

/// 'Which network for my device': what is asked of a table.
struct FrontQuery {
  std::vector<Metric> objectives;  // at least one; better as the quantity says
  std::vector<Constraint> where;   // all must hold
  std::vector<Metric> show;        // further columns of the answer
  /// At most so many answers; 0: all. With one objective the answers are the
  /// best so many, with several the first so many of the front.
  size_t top = 0;
  /// Networks whose output does not depend on their input are left out
  /// unless asked for: near-zero costs make them win otherwise.
  bool disconnected = false;
  /// Gaps are answered from what `predict fill` and the like wrote.
  bool filled = false;
};

/// A column of the answer: objectives, then constraints' metrics, then what
/// was to be shown; no metric twice.
struct FrontColumn {
  std::string metric;
  Column info;
};

struct FrontRow {
  size_t row = 0;             // of the table
  std::vector<Value> values;  // by column
  /// By column: the standard deviation of what was filled; none where the
  /// value is the column's own.
  std::vector<std::optional<double>> filled;
};

/// Why architectures were no candidates.
struct FrontExclusion {
  std::string reason;
  uint64_t count = 0;
};

struct FrontAnswer {
  std::vector<FrontColumn> columns;
  /// By the first objective, best first; ties by the further ones, then by
  /// row.
  std::vector<FrontRow> rows;
  uint64_t candidates = 0;  // connected, all values there, constraints held
  uint64_t front = 0;       // non-dominated among them; with one objective
                            // those that share the best value
  /// Of the front of two objectives: how many points are best by some weighted
  /// sum of them (see supported.h).
  std::optional<uint64_t> supported;
  std::vector<FrontExclusion> excluded;  // each architecture counted once
};

/// Values are means over replicates, of preferred columns. Without `filled` an
/// architecture that lacks an objective or a constrained value is no candidate.
/// Errors: kUsage (no objective), kNotFound (no such metric).
FrontAnswer FindFront(const Table& table, const FrontQuery& query);

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_FRONT_H_
