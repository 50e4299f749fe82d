#ifndef HWNAS_DATASETS_DERIVE_DERIVED_TABLE_H_
#define HWNAS_DATASETS_DERIVE_DERIVED_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/derive/recipe.h"
#include "datasets/derive/shard.h"

namespace hwnas::derive {

/// What a derived table holds.
struct DerivedTableReport {
  int64_t architectures = 0;
  int64_t networks = 0;   // effective ones
  int64_t trainings = 0;  // rows of the shards
  int64_t diverged = 0;   // of these
};

/// The name of the images that a recipe's networks see, as metrics and the
/// analytic costs know it: `fashion-mnist` at 28 x 28, else with the size
/// behind, `fashion-mnist-14`.
std::string DatasetName(const Recipe& recipe);

/// Writes shards as a table at `path`: new, or one of the same space, which
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
/// Errors: kUsage for shards of another recipe or a table of another space;
/// kCorrupt for a row that is no network of the space, or more correct images
/// than there are; kDisagree for two rows of one training that differ; those
/// of TableWriter. On an error the file is as before.
DerivedTableReport WriteDerivedTable(const Recipe& recipe,
                                     const std::vector<Shard>& shards,
                                     const std::string& path);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_DERIVED_TABLE_H_
