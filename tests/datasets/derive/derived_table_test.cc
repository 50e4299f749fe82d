#include "datasets/derive/derived_table.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/derive/derive.h"
#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

ShardRow MakeResult(int position, const Architecture& architecture,
                    std::vector<int> validation, int test) {
  ShardRow row;
  row.position = position;
  row.architecture = architecture;
  row.validation = std::move(validation);
  row.test = test;
  row.seconds = 0.25;
  row.digest = std::string(32, 'a');
  return row;
}

// Position 0 with two seeds and on fewer images, position 1 diverged in its
// second epoch, the empty network.
struct Fixture {
  Fixture()
      : recipe(TinyRecipe()),
        space(MakeSpace(recipe.space)),
        networks(ListNetworks(recipe, *space)) {
    ShardHeader header = ListShards(recipe, 4).front();
    shards.resize(3);
    shards[0].header = header;
    shards[0].rows = {MakeResult(0, networks[0], {10, 20}, 5000),
                      MakeResult(1, networks[1], {15}, 0),
                      MakeResult(6984, networks[6984], {5, 5}, 1000)};
    shards[0].rows[1].diverged = true;
    header.seed = 1;
    shards[1].header = header;
    shards[1].rows = {MakeResult(0, networks[0], {11, 30}, 5200)};
    header.seed = 0;
    header.images = 64;
    shards[2].header = header;
    shards[2].rows = {MakeResult(0, networks[0], {3, 4}, 2500)};
  }

  std::shared_ptr<const Table> Write(const std::string& path) const {
    WriteDerivedTable(recipe, shards, path);
    return Table::Open(path);
  }

  Recipe recipe;
  std::shared_ptr<const SearchSpace> space;
  std::vector<Architecture> networks;
  std::vector<Shard> shards;
};

Value At(const Table& table, const std::string& metric, size_t row,
         size_t replicate = 0) {
  return table.LoadOrCompute(Metric::Parse(metric))->At(row, replicate);
}

TEST(DerivedTable, HoldsTheWholeSpaceAndWhatWasTrained) {
  const Fixture fixture;
  const TempDir folder;
  const DerivedTableReport report = WriteDerivedTable(
      fixture.recipe, fixture.shards, folder.Path("table.db"));
  EXPECT_EQ(report.architectures, 15625);
  EXPECT_EQ(report.networks, 6985);
  EXPECT_EQ(report.trainings, 5);
  EXPECT_EQ(report.diverged, 1);
  const auto table = Table::Open(folder.Path("table.db"));
  EXPECT_EQ(table->Rows(), 15625u);
  EXPECT_EQ(table->EffectiveNetworks(), 6985u);
  EXPECT_FALSE(table->Synthetic());
  EXPECT_EQ(table->Space()->Spec(), fixture.space->Spec());

  const size_t row = table->FindRow(fixture.networks[0]).value();
  EXPECT_EQ(At(*table, "accuracy:val/e1of2", row).value, 20);  // of 50
  EXPECT_EQ(At(*table, "accuracy", row).value, 40);
  EXPECT_EQ(At(*table, "accuracy", row, 1).value, 60);
  EXPECT_EQ(At(*table, "accuracy:test", row).value, 50);
  EXPECT_EQ(At(*table, "accuracy:fashion-mnist-14/test/e2", row, 1).value, 52);
  EXPECT_EQ(At(*table, "accuracy:val/e2n64", row).value, 8);
  EXPECT_EQ(At(*table, "accuracy:test/e2n64", row).value, 25);
  EXPECT_EQ(At(*table, "train-seconds:e2", row).value, 0.25);

  const size_t diverged = table->FindRow(fixture.networks[1]).value();
  EXPECT_EQ(At(*table, "accuracy:val/e1of2", diverged).value, 30);
  EXPECT_EQ(At(*table, "accuracy", diverged).missing, Missing::kDiverged);
  EXPECT_EQ(At(*table, "accuracy:test", diverged).missing, Missing::kDiverged);
  EXPECT_EQ(At(*table, "accuracy", diverged, 1).missing, Missing::kNotMeasured);
  const size_t other = table->FindRow(fixture.networks[2]).value();
  EXPECT_EQ(At(*table, "accuracy", other).missing, Missing::kNotMeasured);
}

TEST(DerivedTable, OnlyArchitecturesThatAreOneNetworkShareATraining) {
  const Fixture fixture;
  const TempDir folder;
  const auto table = fixture.Write(folder.Path("table.db"));
  const std::string key = fixture.space->EffectiveKey(fixture.networks[0]);
  size_t disconnected = 0;
  for (size_t row = 0; row < table->Rows(); ++row) {
    const Architecture& architecture = table->ArchitectureAt(row);
    const Value accuracy = At(*table, "accuracy:test", row);
    if (!table->Connected(row)) {
      EXPECT_EQ(accuracy.value, 10);
      ++disconnected;
    } else {
      EXPECT_EQ(accuracy.Ok(),
                fixture.space->EffectiveKey(architecture) == key);
    }
  }
  EXPECT_EQ(disconnected, 341u);
}

TEST(DerivedTable, CostsAreThoseOfTheEffectiveNetworkOnTheRecipesImages) {
  const Fixture fixture;
  const TempDir folder;
  const auto table = fixture.Write(folder.Path("table.db"));
  // A dangling convolution costs nothing.
  const Architecture dangling = fixture.space->Parse(
      "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|"
      "none~1|none~2|");
  const Architecture bare = fixture.space->Parse(
      "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|");
  const LayerGraph graph =
      fixture.space->Layers(bare, {{1, 14, 14}, 10}).Effective();
  for (const Architecture& architecture : {dangling, bare}) {
    const size_t row = table->FindRow(architecture).value();
    EXPECT_EQ(At(*table, "macs", row).value, Macs(graph));
    EXPECT_EQ(At(*table, "params", row).value, Params(graph));
    EXPECT_EQ(At(*table, "bit-operations", row).value, BitOperations(graph));
    EXPECT_EQ(At(*table, "weight-bytes", row).value, WeightBytes(graph));
    // Counted when asked for: by the same images.
    EXPECT_EQ(At(*table, "macs;graph=effective", row).value, Macs(graph));
  }
}

TEST(DerivedTable, MoreShardsFillGapsAndTheOrderOfThemIsOfNoAccount) {
  const Fixture fixture;
  const TempDir folder;
  const std::string whole = fixture.Write(folder.Path("whole.db"))->Digest();
  Fixture part = fixture;
  part.shards = {fixture.shards[2], fixture.shards[1]};
  part.Write(folder.Path("grown.db"));
  part.shards = {fixture.shards[0], fixture.shards[1]};
  EXPECT_EQ(part.Write(folder.Path("grown.db"))->Digest(), whole);
  EXPECT_EQ(fixture.Write(folder.Path("grown.db"))->Digest(), whole);
}

void ExpectRefused(const Fixture& fixture, const std::string& path,
                   ErrorCode code, const std::string& words) {
  try {
    WriteDerivedTable(fixture.recipe, fixture.shards, path);
    FAIL() << words;
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos)
        << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(DerivedTable, WhatDoesNotFitIsRefusedAndNothingIsWritten) {
  const TempDir folder;
  const std::string path = folder.Path("table.db");
  Fixture other_recipe;
  other_recipe.recipe.momentum = 0.5;
  ExpectRefused(other_recipe, path, ErrorCode::kUsage, "recipe");
  Fixture no_architecture;
  no_architecture.shards[0].rows[0].architecture = Architecture{0, 1};
  ExpectRefused(no_architecture, path, ErrorCode::kCorrupt, "position 0");
  Fixture too_good;
  too_good.shards[0].rows[0].validation[1] = 51;
  ExpectRefused(too_good, path, ErrorCode::kCorrupt, "more images");
  Fixture twice;
  twice.shards.push_back(twice.shards[0]);
  twice.shards[3].rows[0].test += 1;
  ExpectRefused(twice, path, ErrorCode::kDisagree, "twice");
  EXPECT_FALSE(std::filesystem::exists(path));

  TableInfo info;
  info.title = "another";
  TableWriter::Create(path, MakeSpace("nb201"), info)->Commit();
  const std::string before = Table::Open(path)->Digest();
  ExpectRefused(Fixture(), path, ErrorCode::kUsage, "another file");
  EXPECT_EQ(Table::Open(path)->Digest(), before);
}

}  // namespace
}  // namespace hwnas::derive
