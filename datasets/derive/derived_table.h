#ifndef HWNAS_DATASETS_DERIVE_DERIVED_TABLE_H_
#define HWNAS_DATASETS_DERIVE_DERIVED_TABLE_H_

#include <cstdint>
#include <string>

#include "datasets/derive/derived_rows.h"
#include "datasets/derive/recipe.h"

namespace hwnas::derive {

/// What a derived table holds.
struct DerivedTableReport {
  int64_t architectures = 0;
  int64_t networks = 0;    // effective ones
  int64_t trainings = 0;   // rows of the shards
  int64_t diverged = 0;    // of these
  int64_t compressed = 0;  // rows of the compression files
  int64_t platforms = 0;   // of the passes of `hwnas measure`
};

/// The name of the images that a recipe's networks see, as metrics and the
/// analytic costs know it: `fashion-mnist` at 28 x 28, else with the size
/// behind, `fashion-mnist-14`.
std::string DatasetName(const Recipe& recipe);

/// Writes rows as a table at `path`: new, or one of the same space, which
/// they are added to. Rows are the architectures of the space, all of them;
/// those of one effective network share its trainings, others never do.
///
/// Columns (data set, split and fidelity of the recipe's last epoch are the
/// table's defaults), replicates being seeds: `accuracy:D/val/eNofM` after
/// each epoch but the last, `accuracy:D/val/eM`, `accuracy:D/test/eM`,
/// `train-seconds:D/eM`; for a series on fewer images with `nIMAGES` behind
/// the fidelity. A diverged training is a gap 'diverged' where it was not
/// reached, a missing one a gap 'not measured'. The cost model's columns are
/// counted on the effective graph.
///
/// Where there are compressions, for every width B and sparsity S that
/// Compress() makes, `;bits=B;sparsity=S` behind the metric: `accuracy` of val
/// and test as measured, replicates being seeds; `bit-operations` and
/// `weight-bytes` as the cost model counts them, zeros left out. `params` with
/// `;sparsity=S` alone are the values that are not zero: weights as counted,
/// and what is not pruned. Disconnected networks are not compressed: gaps
/// 'disconnected'. Latencies are as AddLatencies() has them.
///
/// Errors: those of IndexRows, AddLatencies and TableWriter; kUsage for a table
/// of another space, kCorrupt for more weights than a network has. On an error
/// the file is as before.
DerivedTableReport WriteDerivedTable(const Recipe& recipe,
                                     const DerivedRows& rows,
                                     const std::string& path);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_DERIVED_TABLE_H_
