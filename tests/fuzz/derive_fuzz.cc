// Entries of the derived table's files: recipes, trainings, compressions,
// latencies.

#include "datasets/derive/compression_shard.h"
#include "datasets/derive/recipe.h"
#include "datasets/derive/shard.h"
#include "datasets/measure/latency_file.h"
#include "tests/fuzz/fuzz.h"

namespace hwnas {

namespace {

using namespace derive;  // NOLINT: all but latencies is there

constexpr char kSpec[] = "nb201@1{cells=2,channels=8,stages=2,stem_stride=2}";

constexpr char kRecipe[] = R"(name = "fuzz@1"
space = "nb201@1{cells=2,channels=8,stages=2,stem_stride=2}"
cells = 1
[data]
dataset = "fashion-mnist"
image_size = 14
classes = [3, 4, 9]
training_images = 1024
validation_images = 512
[training]
epochs = 2
batch = 128
peak_rate = 0.3
warm_up = 0.3
momentum = 0.9
weight_decay = 0.0005
flip = true
[[series]]
seed = 0
networks = 160
keep_weights = true
[[series]]
seed = 1
images = 512
first = 160
)";

ShardHeader Header() {
  return {"fuzz@1", std::string(64, 'a'), kSpec, 1, 10000, 3, 2, 2};
}

std::string SmallShard() {
  Shard shard;
  shard.header = Header();
  shard.rows = {
      {3, {0, 1, 2, 3, 4, 0}, false, {5, 6}, 7, 0.5, std::string(32, 'b')},
      {4, {1, 1, 1, 1, 1, 1}, true, {5}, 0, 0.1, std::string(32, 'c')}};
  return FormatShard(shard);
}

std::string SmallCompression() {
  CompressionShard shard;
  shard.header = Header();
  for (const int position : {3, 4}) {
    CompressionRow row{position, {0, 1, 2, 3, 4, 0}, std::string(32, 'b'), {}};
    for (const int sparsity : kSparsities) {
      CompressedNetwork network;
      network.diverged = position == 4 && sparsity == 90;
      if (!network.diverged) {
        network.nonzero = 100 - sparsity;
        network.scores.resize(std::size(kBitWidths), {8, 9});
      }
      row.networks.push_back(network);
    }
    shard.rows.push_back(row);
  }
  return shard.Text();
}

std::string SmallLatencies() {
  LatencyFile file;
  file.header = {kSpec,       "fashion-mnist-14",
                 "fuzz",      "a processor",
                 "a library", "a build",
                 2,           2,
                 5,           2,
                 {}};
  file.header.settings = {{RuntimeConfiguration::kEager, 1},
                          {RuntimeConfiguration::kEager, 32}};
  file.repeated = 3;
  file.reference = {{0, {0.1, 0.2}}};
  file.rows = {
      {{0, 1, 2, 3, 4, 0}, {{0.1, 0.01, 1, 1024}, {0.4, 0.02, 0, 2048}}}};
  return FormatLatencyFile(file);
}

}  // namespace

std::vector<FuzzEntry> DeriveFuzzEntries() {
  return {
      {"compression-shard",
       {SmallCompression()},
       [](const std::string& input) {
         CompressionShard::Parse(input, "fuzz.csv", false);
       }},
      {"latency-file",
       {SmallLatencies()},
       [](const std::string& input) { ParseLatencyFile(input, "fuzz.csv"); }},
      {"recipe",
       {kRecipe},
       [](const std::string& input) { ParseRecipe(input, "fuzz.toml"); }},
      {"shard", {SmallShard()}, [](const std::string& input) {
         ParseShard(input, "fuzz.csv", false);
         ParseShard(input, "fuzz.part", true);
       }}};
}

}  // namespace hwnas
