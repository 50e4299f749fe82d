#ifndef HWNAS_DATASETS_DERIVE_DERIVE_H_
#define HWNAS_DATASETS_DERIVE_DERIVE_H_

#include <functional>
#include <string>
#include <vector>

#include "datasets/derive/images.h"
#include "datasets/derive/recipe.h"
#include "datasets/derive/shard.h"
#include "datasets/derive/trainer.h"
#include "tabular/architecture.h"
#include "tabular/search_space.h"

namespace hwnas::derive {

/// Networks in a shard file, but for the last of a series.
inline constexpr int kShardNetworks = 512;

/// Error(kUsage) for a space without layers, without a size, or larger than a
/// million.
void CheckDerivable(const SearchSpace& space);

/// One architecture for each connected effective network of the space (the
/// smallest of those that are this network), shuffled by the stream
/// LABEL/networks of seed 0 (the recipe's OrderLabel()), so that every prefix
/// is a random sample; at the end the smallest disconnected one, if there are
/// such. Errors: those of CheckDerivable.
std::vector<Architecture> ListNetworks(const Recipe& recipe,
                                       const SearchSpace& space);

/// Error(kUsage) when a shard was made by another recipe.
void CheckRecipe(const Recipe& recipe, const ShardHeader& header);

/// A training as a row.
ShardRow MakeRow(int position, const Architecture& architecture,
                 const Training& training);

/// The shard files of a recipe in the order they are trained: one series after
/// the other, as the recipe lists them.
std::vector<ShardHeader> ListShards(const Recipe& recipe, int networks);

/// Whether a shard's series keeps the weights of its trainings.
bool KeepsWeights(const Recipe& recipe, const ShardHeader& header);

/// `seed0-images10000-00512.csv`, say.
std::string ShardFileName(const ShardHeader& header);

struct DeriveOptions {
  std::string data_folder = kFashionMnistFolder;
  /// Holds the shard files: `NAME.csv` when complete, `NAME.part` before, and
  /// `weights/` for the series that keep them. Must exist.
  std::string folder;
  /// For a recipe with a hot start: the folder of shards and weights that it
  /// starts from.
  std::string init_from;
  int threads = 1;
  int limit = 0;  // networks trained by this call; 0: no limit
  /// This process's share of the shard files: every `shards`-th from `shard`.
  int shard = 0;
  int shards = 1;
  /// Asked from several threads; true: finish what is under way. Empty: never.
  std::function<bool()> stop;
};

struct DeriveProgress {
  int done = 0;     // trainings, of earlier calls too
  int total = 0;    // of this share
  int trained = 0;  // by this call
};

/// Trains what is missing. A network's row is written, whole, when it is
/// trained: a kill loses the networks under way, and a restart goes on. Rows
/// do not depend on threads, shares, kills or order, but for the seconds. A
/// network that diverges is a row. `progress` is called after each, one at a
/// time. Errors: those of LoadFashionMnist, ListNetworks and HotStarts; kIo
/// when a file cannot be written (what was, stays); kDisagree when the folder
/// holds shards of another recipe; kCorrupt when it holds damaged ones.
DeriveProgress Derive(
    const Recipe& recipe, const DeriveOptions& options,
    const std::function<void(const DeriveProgress&)>& progress);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_DERIVE_H_
