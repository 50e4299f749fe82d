#include "datasets/derive/derive.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "datasets/derive/growing_file.h"
#include "datasets/derive/hot_start.h"
#include "datasets/derive/plan.h"
#include "datasets/file_writer.h"
#include "tabular/error.h"
#include "tabular/parallel.h"
#include "tabular/rng.h"

namespace hwnas::derive {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLargestSpace = 1000000;

struct Job {
  size_t shard = 0;
  int position = 0;
  uint64_t seed = 0;
  int images = 0;
  bool keep_weights = false;
};

class Derivation {
 public:
  Derivation(const Recipe& recipe, const DeriveOptions& options,
             const std::function<void(const DeriveProgress&)>& progress)
      : recipe_(recipe),
        options_(options),
        progress_callback_(progress),
        space_(recipe.TrainedSpace()),
        networks_(ListNetworks(recipe, *space_)),
        data_(LoadFashionMnist(recipe, options.data_folder)) {
    const std::vector<ShardHeader> all =
        ListShards(recipe, static_cast<int>(networks_.size()));
    for (size_t i = 0; i < all.size(); ++i) {
      if (static_cast<int>(i) % options.shards != options.shard) continue;
      files_.push_back(std::make_unique<GrowingFile<Shard>>(
          all[i], fmt::format("{}/{}", options.folder, ShardFileName(all[i]))));
      AddJobs(files_.size() - 1);
    }
    if (recipe.start) starts_.emplace(*recipe.start, options.init_from);
    input_.image = {1, recipe.image_size, recipe.image_size};
    input_.classes = recipe.classes;
  }

  DeriveProgress Run() {
    if (options_.limit > 0 &&
        jobs_.size() > static_cast<size_t>(options_.limit)) {
      jobs_.resize(static_cast<size_t>(options_.limit));
    }
    std::vector<Workspace> workspaces(static_cast<size_t>(options_.threads));
    ForEachInParallel(jobs_.size(), options_.threads, options_.stop,
                      [&](size_t i, int worker) {
                        TrainOne(jobs_[i],
                                 &workspaces[static_cast<size_t>(worker)]);
                      });
    return progress_;
  }

 private:
  void AddJobs(size_t index) {
    GrowingFile<Shard>& file = *files_[index];
    const ShardHeader& header = file.Get().header;
    std::vector<bool> done(static_cast<size_t>(header.count));
    for (const ShardRow& row : file.Get().rows) {
      if (row.architecture != networks_[static_cast<size_t>(row.position)]) {
        throw Error(ErrorCode::kDisagree,
                    fmt::format("{}: position {} is another network",
                                ShardFileName(header), row.position));
      }
      done[static_cast<size_t>(row.position - header.first)] = true;
    }
    progress_.total += header.count;
    progress_.done += static_cast<int>(file.Get().rows.size());
    file.FinishIfFull();
    const bool keep = KeepsWeights(recipe_, header);
    for (int i = 0; i < header.count; ++i) {
      if (done[static_cast<size_t>(i)]) continue;
      jobs_.push_back(
          {index, header.first + i, header.seed, header.images, keep});
    }
  }

  void TrainOne(const Job& job, Workspace* workspace) {
    const Architecture& architecture =
        networks_[static_cast<size_t>(job.position)];
    const Plan plan = MakePlan(*space_, architecture, input_);
    std::optional<StartWeights> start;
    if (starts_) start = starts_->Load(architecture);
    const Training training =
        Train(plan, recipe_, data_, job.seed, job.images, BestKernels(),
              workspace, start ? &*start : nullptr);
    ShardRow row = MakeRow(job.position, architecture, training);
    const std::lock_guard<std::mutex> lock(mutex_);
    // Weights first: a row promises them.
    if (job.keep_weights) SaveWeights(job, training.weights);
    files_[job.shard]->Add(std::move(row));
    ++progress_.done;
    ++progress_.trained;
    if (progress_callback_) progress_callback_(progress_);
  }

  void SaveWeights(const Job& job, const std::vector<float>& weights) const {
    const std::string folder = options_.folder + "/weights";
    std::error_code failure;
    fs::create_directories(folder, failure);  // else the next line fails
    WriteWholeFile(
        WeightsPath(options_.folder, job.seed, job.images, job.position),
        {reinterpret_cast<const char*>(weights.data()),
         weights.size() * sizeof(float)},
        false);
  }

  const Recipe& recipe_;
  const DeriveOptions& options_;
  const std::function<void(const DeriveProgress&)>& progress_callback_;
  std::shared_ptr<const SearchSpace> space_;
  std::vector<Architecture> networks_;
  ImageSets data_;
  std::optional<HotStarts> starts_;
  NetworkInput input_;
  std::vector<std::unique_ptr<GrowingFile<Shard>>> files_;
  std::vector<Job> jobs_;
  std::mutex mutex_;  // of progress_, and of files_ while threads run
  DeriveProgress progress_;
};

}  // namespace

void CheckDerivable(const SearchSpace& space) {
  const std::optional<uint64_t> size = space.Size();
  if (size && *size <= kLargestSpace && space.HasLayers()) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{}: only spaces with layers and at most {} "
                          "architectures can be derived whole",
                          space.Id(), kLargestSpace));
}

std::vector<Architecture> ListNetworks(const Recipe& recipe,
                                       const SearchSpace& space) {
  CheckDerivable(space);
  std::map<std::string, Architecture> smallest;
  std::optional<Architecture> disconnected;
  for (uint64_t rank = 0; rank < *space.Size(); ++rank) {
    const Architecture architecture = space.Unrank(rank);
    if (!space.IsConnected(architecture)) {
      if (!disconnected || architecture < *disconnected) {
        disconnected = architecture;
      }
      continue;
    }
    const auto [it, inserted] =
        smallest.emplace(space.EffectiveKey(architecture), architecture);
    if (!inserted && architecture < it->second) it->second = architecture;
  }
  std::vector<Architecture> networks;
  for (const auto& [key, architecture] : smallest) {
    networks.push_back(architecture);
  }
  std::sort(networks.begin(), networks.end());
  Rng rng = Rng::FromLabel(0, fmt::format("{}/networks", recipe.OrderLabel()));
  rng.Shuffle(std::span<Architecture>(networks));
  if (disconnected) networks.push_back(*disconnected);
  return networks;
}

void CheckRecipe(const Recipe& recipe, const ShardHeader& header) {
  const std::string digest = recipe.Digest();
  if (header.recipe_digest == digest) return;
  throw Error(
      ErrorCode::kUsage,
      fmt::format("{}: is of recipe '{}' ({:.12}), not of '{}' ({:.12}); give "
                  "the recipe it was made by",
                  ShardFileName(header), header.recipe, header.recipe_digest,
                  recipe.name, digest));
}

ShardRow MakeRow(int position, const Architecture& architecture,
                 const Training& training) {
  ShardRow row;
  row.position = position;
  row.architecture = architecture;
  row.diverged = training.diverged;
  row.validation = training.validation;
  row.test = training.test;
  row.seconds = training.seconds;
  row.digest = training.WeightDigest();
  return row;
}

std::vector<ShardHeader> ListShards(const Recipe& recipe, int networks) {
  std::vector<ShardHeader> shards;
  for (const Series& series : recipe.series) {
    const int end = static_cast<int>(std::min(series.End(), int64_t{networks}));
    for (int at = series.first; at < end; at += kShardNetworks) {
      ShardHeader header;
      header.recipe = recipe.name;
      header.recipe_digest = recipe.Digest();
      header.space = recipe.space;
      header.seed = series.seed;
      header.images = series.images;
      header.first = at;
      header.count = std::min(kShardNetworks, end - at);
      header.epochs = recipe.epochs;
      shards.push_back(std::move(header));
    }
  }
  return shards;
}

bool KeepsWeights(const Recipe& recipe, const ShardHeader& header) {
  for (const Series& series : recipe.series) {
    if (series.seed == header.seed && series.images == header.images &&
        series.first <= header.first && header.first < series.End()) {
      return series.keep_weights;
    }
  }
  return false;
}

std::string ShardFileName(const ShardHeader& header) {
  return fmt::format("seed{}-images{}-{:05}.csv", header.seed, header.images,
                     header.first);
}

DeriveProgress Derive(
    const Recipe& recipe, const DeriveOptions& options,
    const std::function<void(const DeriveProgress&)>& progress) {
  HWNAS_CHECK(options.threads > 0 && options.shards > 0 && options.shard >= 0 &&
              options.shard < options.shards);
  return Derivation(recipe, options, progress).Run();
}

}  // namespace hwnas::derive
