#ifndef HWNAS_DATASETS_DERIVE_HOT_START_H_
#define HWNAS_DATASETS_DERIVE_HOT_START_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/derive/recipe.h"
#include "datasets/derive/shard.h"
#include "datasets/derive/trainer.h"
#include "tabular/architecture.h"

namespace hwnas::derive {

/// Where the weights of a training are kept beside its shard file: raw 32-bit
/// floats of this machine's byte order, a cache that its row's digest guards.
std::string WeightsPath(const std::string& folder, uint64_t seed, int images,
                        int position);

/// The weights in such a file; nullopt where they are not those of `digest`
/// (Training::WeightDigest()). Errors: those of ReadWholeFile().
std::optional<std::vector<float>> ReadKeptWeights(const std::string& path,
                                                  const std::string& digest);

/// Trained weights to start from: those that `hwnas derive` kept in the folder
/// of another recipe's shards. Immutable, thread-safe.
class HotStarts {
 public:
  /// Reads the rows. Errors: those of ReadShards; kUsage when none is of the
  /// recipe, seed and images that `start` names.
  HotStarts(const HotStart& start, const std::string& folder);

  /// Errors: kNotFound when they were not kept, kCorrupt when they are not
  /// those of the row, kUsage when that training diverged.
  StartWeights Load(const Architecture& architecture) const;

 private:
  HotStart start_;
  std::string folder_;
  std::map<Architecture, ShardRow> rows_;
};

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_HOT_START_H_
