#include "datasets/derive/compress_pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "datasets/derive/compression_shard.h"
#include "datasets/derive/growing_file.h"
#include "datasets/derive/hot_start.h"
#include "datasets/derive/plan.h"
#include "datasets/file_writer.h"
#include "tabular/error.h"
#include "tabular/parallel.h"

namespace hwnas::derive {
namespace {

struct Job {
  size_t file = 0;
  ShardHeader series;  // of its training
  ShardRow trained;
};

class CompressPass {
 public:
  CompressPass(const Recipe& recipe, const DeriveOptions& options,
               const std::function<void(const DeriveProgress&)>& progress)
      : recipe_(recipe),
        options_(options),
        progress_callback_(progress),
        space_(recipe.TrainedSpace()),
        data_(LoadFashionMnist(recipe, options.data_folder)),
        input_({{1, recipe.image_size, recipe.image_size}, recipe.classes}) {
    if (recipe.start) starts_.emplace(*recipe.start, options.init_from);
    if (RowFiles(options.folder).empty()) {
      throw Error(
          ErrorCode::kNotFound,
          fmt::format("{}: no shard files to compress; train them first",
                      Quoted(options.folder, 400)));
    }
    MakeFolder(options.folder + "/compression");
    const auto networks = ListNetworks(recipe, *space_);
    const std::vector<ShardHeader> all =
        ListShards(recipe, static_cast<int>(networks.size()));
    for (size_t i = 0; i < all.size(); ++i) {
      if (static_cast<int>(i) % options.shards != options.shard) continue;
      if (KeepsWeights(recipe, all[i])) AddFile(all[i], networks);
    }
  }

  DeriveProgress Run() {
    size_t count = jobs_.size();
    if (options_.limit > 0) {
      count = std::min(count, static_cast<size_t>(options_.limit));
    }
    std::vector<Workspace> workspaces(static_cast<size_t>(options_.threads));
    ForEachInParallel(
        count, options_.threads, options_.stop, [&](size_t i, int worker) {
          CompressOne(jobs_[i], &workspaces[static_cast<size_t>(worker)]);
        });
    return progress_;
  }

 private:
  void AddFile(const ShardHeader& series,
               const std::vector<Architecture>& networks) {
    const GrowingFile<Shard> trained(
        series, fmt::format("{}/{}", options_.folder, ShardFileName(series)));
    ShardHeader header = series;
    header.epochs = 0;
    files_.push_back(std::make_unique<GrowingFile<CompressionShard>>(
        header, CompressionPath(options_.folder, header)));
    std::map<int, std::string> done;
    for (const CompressionRow& row : files_.back()->Get().rows) {
      done[row.position] = row.digest;
    }
    for (const ShardRow& row : trained.Get().rows) {
      if (row.architecture != networks[static_cast<size_t>(row.position)]) {
        throw Error(ErrorCode::kDisagree,
                    fmt::format("{}: position {} is another network",
                                ShardFileName(series), row.position));
      }
      ++progress_.total;
      const auto found = done.find(row.position);
      if (found == done.end()) {
        jobs_.push_back({files_.size() - 1, series, row});
        continue;
      }
      if (found->second != row.digest) {
        throw Error(ErrorCode::kDisagree,
                    fmt::format("{}: position {} is of other weights than the "
                                "training's; remove it to compress anew",
                                CompressionPath(options_.folder, header),
                                row.position));
      }
      ++progress_.done;
    }
    files_.back()->FinishIfFull();
  }

  void CompressOne(const Job& job, Workspace* workspace) {
    CompressionRow row;
    row.position = job.trained.position;
    row.architecture = job.trained.architecture;
    row.digest = job.trained.digest;
    if (job.trained.diverged) {
      row.networks.assign(std::size(kSparsities), {true, 0, {}});
    } else {
      const Plan plan = MakePlan(*space_, job.trained.architecture, input_);
      const std::vector<float> weights = Weights(job, plan, workspace);
      row.networks =
          Compress(plan, recipe_, data_, job.series.seed, job.series.images,
                   weights, BestKernels(), workspace);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    files_[job.file]->Add(std::move(row));
    ++progress_.done;
    ++progress_.trained;
    if (progress_callback_) progress_callback_(progress_);
  }

  std::vector<float> Weights(const Job& job, const Plan& plan,
                             Workspace* workspace) const {
    const std::string path =
        WeightsPath(options_.folder, job.series.seed, job.series.images,
                    job.trained.position);
    if (std::filesystem::exists(path)) {
      auto kept = ReadKeptWeights(path, job.trained.digest);
      if (kept) return std::move(*kept);
    }
    std::optional<StartWeights> start;
    if (starts_) start = starts_->Load(job.trained.architecture);
    Training training =
        Train(plan, recipe_, data_, job.series.seed, job.series.images,
              BestKernels(), workspace, start ? &*start : nullptr);
    if (training.WeightDigest() != job.trained.digest) {
      throw Error(ErrorCode::kDisagree,
                  fmt::format("position {}: trained again, its weights are not "
                              "those of its row; compress on the kind of "
                              "processor that trained it",
                              job.trained.position));
    }
    return std::move(training.weights);
  }

  const Recipe& recipe_;
  const DeriveOptions& options_;
  const std::function<void(const DeriveProgress&)>& progress_callback_;
  std::shared_ptr<const SearchSpace> space_;
  ImageSets data_;
  NetworkInput input_;
  std::optional<HotStarts> starts_;
  std::vector<std::unique_ptr<GrowingFile<CompressionShard>>> files_;
  std::vector<Job> jobs_;
  std::mutex mutex_;  // of progress_, and of files_ while threads run
  DeriveProgress progress_;
};

}  // namespace

DeriveProgress CompressTrained(
    const Recipe& recipe, const DeriveOptions& options,
    const std::function<void(const DeriveProgress&)>& progress) {
  HWNAS_CHECK(options.threads > 0 && options.shards > 0 && options.shard >= 0 &&
              options.shard < options.shards);
  return CompressPass(recipe, options, progress).Run();
}

}  // namespace hwnas::derive
