#include "datasets/derive/row_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <type_traits>

#include "datasets/derive/derive.h"
#include "datasets/derive/images.h"
#include "tabular/error.h"

namespace hwnas::derive {
namespace {

template <class Row>
[[noreturn]] void FailRow(ErrorCode code, const ShardHeader& header,
                          const Row& row, std::string_view what) {
  constexpr bool kCompressed = std::is_same_v<Row, CompressionRow>;
  throw Error(code, fmt::format("{}{}: position {} {}",
                                kCompressed ? "compression/" : "",
                                ShardFileName(header), row.position, what));
}

// Whether no more images are correct than there are.
bool CountsFit(const Recipe& recipe, int validation, int test) {
  return validation <= recipe.validation_images &&
         test <= kTestImagesOfAClass * recipe.classes;
}

bool CountsFit(const Recipe& recipe, const ShardRow& row) {
  return std::ranges::all_of(row.validation, [&](int correct) {
    return CountsFit(recipe, correct, row.test);
  });
}

bool CountsFit(const Recipe& recipe, const CompressionRow& row) {
  return std::ranges::all_of(row.networks, [&](const CompressedNetwork& n) {
    return std::ranges::all_of(n.scores, [&](const CompressedScore& score) {
      return CountsFit(recipe, score.validation, score.test);
    });
  });
}

template <class Row>
void CheckRow(const Recipe& recipe, const SearchSpace& space,
              const ShardHeader& header, const Row& row) {
  if (row.architecture.size() != space.Decisions().size() ||
      !space.IsValid(row.architecture)) {
    FailRow(ErrorCode::kCorrupt, header, row,
            "is no architecture of " + space.Id());
  }
  if (!CountsFit(recipe, row)) {
    FailRow(ErrorCode::kCorrupt, header, row,
            "classifies more images than there are");
  }
}

// Whether a network's training ended in weights of this digest.
bool EndedIn(const Trainings& trainings, const std::string& network,
             const TrainingKey& training, const std::string& digest) {
  const auto of_network = trainings.find(network);
  if (of_network == trainings.end()) return false;
  const auto found = of_network->second.find(training);
  return found != of_network->second.end() && found->second->digest == digest;
}

Compressions IndexCompressions(const Recipe& recipe, const SearchSpace& space,
                               const std::vector<CompressionShard>& shards,
                               const Trainings& trainings) {
  Compressions compressions;
  for (const CompressionShard& shard : shards) {
    CheckRecipe(recipe, shard.header);
    const TrainingKey training = {shard.header.images, shard.header.seed};
    for (const CompressionRow& row : shard.rows) {
      CheckRow(recipe, space, shard.header, row);
      const std::string key = space.EffectiveKey(row.architecture);
      if (!EndedIn(trainings, key, training, row.digest)) {
        FailRow(ErrorCode::kDisagree, shard.header, row,
                "is a compression of weights that no training here ended in");
      }
      const auto [found, is_new] =
          compressions[key].try_emplace(training, &row);
      if (!is_new && found->second->networks != row.networks) {
        FailRow(ErrorCode::kDisagree, shard.header, row,
                "is there twice, with other results");
      }
    }
  }
  return compressions;
}

}  // namespace

Trainings IndexTrainings(const Recipe& recipe, const SearchSpace& space,
                         const std::vector<Shard>& shards) {
  Trainings trainings;
  for (const Shard& shard : shards) {
    CheckRecipe(recipe, shard.header);
    for (const ShardRow& row : shard.rows) {
      CheckRow(recipe, space, shard.header, row);
      const auto [found, is_new] =
          trainings[space.EffectiveKey(row.architecture)].try_emplace(
              {shard.header.images, shard.header.seed}, &row);
      if (!is_new && !found->second->SameResult(row)) {
        FailRow(ErrorCode::kDisagree, shard.header, row,
                "is there twice, with other results");
      }
    }
  }
  return trainings;
}

RowIndex IndexRows(const Recipe& recipe, const SearchSpace& space,
                   const DerivedRows& rows) {
  RowIndex index;
  index.trainings = IndexTrainings(recipe, space, rows.trainings);
  index.compressions =
      IndexCompressions(recipe, space, rows.compressions, index.trainings);
  return index;
}

}  // namespace hwnas::derive
