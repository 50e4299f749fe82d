#ifndef HWNAS_DATASETS_DERIVE_ROW_INDEX_H_
#define HWNAS_DATASETS_DERIVE_ROW_INDEX_H_

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/derive/derived_rows.h"
#include "datasets/derive/recipe.h"
#include "tabular/search_space.h"

namespace hwnas::derive {

/// A training's name: images and seed.
using TrainingKey = std::pair<int, uint64_t>;

/// Trainings, and what they were compressed to, of each effective network, by
/// its key.
using Trainings =
    std::unordered_map<std::string, std::map<TrainingKey, const ShardRow*>>;
using Compressions =
    std::unordered_map<std::string,
                       std::map<TrainingKey, const CompressionRow*>>;

struct RowIndex {
  Trainings trainings;
  Compressions compressions;
};

/// Every reader of rows begins here: nothing else checks them against their
/// recipe. Pointers into the rows. Errors, naming file and position: those of
/// CheckRecipe; kCorrupt for a row that is no network of the space, or more
/// correct images than there are; kDisagree for two rows of one training that
/// differ, and for a compression of weights that are no training's here.
RowIndex IndexRows(const Recipe& recipe, const SearchSpace& space,
                   const DerivedRows& rows);

/// The same for trainings alone.
Trainings IndexTrainings(const Recipe& recipe, const SearchSpace& space,
                         const std::vector<Shard>& shards);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_ROW_INDEX_H_
