#include "datasets/derive/hot_start.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "datasets/file_reader.h"
#include "tabular/error.h"

namespace hwnas::derive {
namespace {

constexpr size_t kLargestWeights = size_t{1} << 30;

}  // namespace

std::string WeightsPath(const std::string& folder, uint64_t seed, int images,
                        int position) {
  return fmt::format("{}/weights/{}-{}-{:05}.f32", folder, seed, images,
                     position);
}

std::optional<std::vector<float>> ReadKeptWeights(const std::string& path,
                                                  const std::string& digest) {
  const std::string bytes = ReadWholeFile(path, kLargestWeights);
  Training training;
  training.weights.resize(bytes.size() / sizeof(float));
  std::memcpy(training.weights.data(), bytes.data(),
              training.weights.size() * sizeof(float));
  if (training.WeightDigest() != digest) return std::nullopt;
  return std::move(training.weights);
}

HotStarts::HotStarts(const HotStart& start, const std::string& folder)
    : start_(start), folder_(folder) {
  for (Shard& shard : ReadShards(folder)) {
    const ShardHeader& header = shard.header;
    if (header.recipe_digest != start.digest || header.seed != start.seed ||
        header.images != start.images) {
      continue;
    }
    for (ShardRow& row : shard.rows) {
      const Architecture architecture = row.architecture;
      rows_.emplace(architecture, std::move(row));
    }
  }
  if (!rows_.empty()) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{}: has no training of recipe '{}' ({:.12}), seed "
                          "{}, {} images, to start from",
                          Quoted(folder, 400), start.name, start.digest,
                          start.seed, start.images));
}

StartWeights HotStarts::Load(const Architecture& architecture) const {
  const auto found = rows_.find(architecture);
  if (found == rows_.end()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: has not trained network {}, to start from",
                            Quoted(folder_, 400),
                            fmt::join(architecture.Decisions(), ".")));
  }
  const ShardRow& row = found->second;
  const std::string path =
      WeightsPath(folder_, start_.seed, start_.images, row.position);
  if (row.diverged) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: the training diverged, nothing can start "
                            "from it",
                            Quoted(path, 400)));
  }
  auto weights = ReadKeptWeights(path, row.digest);
  if (!weights) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: are not the weights of their row; train with "
                            "keep_weights again",
                            Quoted(path, 400)));
  }
  return {std::move(*weights), start_.keep_head};
}

}  // namespace hwnas::derive
