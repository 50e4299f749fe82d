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
    rows.trainings.resize(3);
    rows.trainings[0].header = header;
    rows.trainings[0].rows = {MakeResult(0, networks[0], {10, 20}, 5000),
                              MakeResult(1, networks[1], {15}, 0),
                              MakeResult(6984, networks[6984], {5, 5}, 1000)};
    rows.trainings[0].rows[1].diverged = true;
    header.seed = 1;
    rows.trainings[1].header = header;
    rows.trainings[1].rows = {MakeResult(0, networks[0], {11, 30}, 5200)};
    header.seed = 0;
    header.images = 64;
    rows.trainings[2].header = header;
    rows.trainings[2].rows = {MakeResult(0, networks[0], {3, 4}, 2500)};
  }

  std::shared_ptr<const Table> Write(const std::string& path) const {
    WriteDerivedTable(recipe, rows, path);
    return Table::Open(path);
  }

  Recipe recipe;
  std::shared_ptr<const SearchSpace> space;
  std::vector<Architecture> networks;
  DerivedRows rows;
};

Value At(const Table& table, const std::string& metric, size_t row,
         size_t replicate = 0) {
  return table.LoadOrCompute(Metric::Parse(metric))->At(row, replicate);
}

TEST(DerivedTable, HoldsTheWholeSpaceAndWhatWasTrained) {
  const Fixture fixture;
  const TempDir folder;
  const DerivedTableReport report =
      WriteDerivedTable(fixture.recipe, fixture.rows, folder.Path("table.db"));
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

TEST(DerivedTable, ColumnsTellOtherCellsAndOtherClassesApart) {
  const TempDir folder;
  const Fixture own;
  own.Write(folder.Path("table.db"));
  Fixture other;
  other.recipe.name = "other@1";
  other.recipe.cells = 3;
  other.recipe.classes = 2;
  other.recipe.class_ids = {8, 1};
  for (Shard& shard : other.rows.trainings) {
    shard.header.recipe_digest = other.recipe.Digest();
    for (ShardRow& row : shard.rows) row.test = 1500;
  }
  const auto table = other.Write(folder.Path("table.db"));
  const size_t row = table->FindRow(own.networks[0]).value();
  EXPECT_EQ(At(*table, "accuracy:test", row).value, 50);
  EXPECT_EQ(At(*table, "accuracy:test;cells=3;classes=8.1", row).value, 75);
  const LayerGraph graph = other.recipe.TrainedSpace()
                               ->Layers(own.networks[0], {{1, 14, 14}, 2})
                               .Effective();
  EXPECT_EQ(At(*table, "macs;cells=3;classes=8.1", row).value, Macs(graph));
  EXPECT_LT(At(*table, "macs", row).value, Macs(graph));
}

TEST(DerivedTable, MoreShardsFillGapsAndTheOrderOfThemIsOfNoAccount) {
  const Fixture fixture;
  const TempDir folder;
  const std::string whole = fixture.Write(folder.Path("whole.db"))->Digest();
  Fixture part = fixture;
  part.rows.trainings = {fixture.rows.trainings[2], fixture.rows.trainings[1]};
  part.Write(folder.Path("grown.db"));
  part.rows.trainings = {fixture.rows.trainings[0], fixture.rows.trainings[1]};
  EXPECT_EQ(part.Write(folder.Path("grown.db"))->Digest(), whole);
  EXPECT_EQ(fixture.Write(folder.Path("grown.db"))->Digest(), whole);
}

// What position 0 came to with seed 0: at every width as many correct images
// as it has bits, and more where more is pruned; at 90 % diverged.
CompressionShard Compressed(const Fixture& fixture) {
  CompressionShard shard;
  shard.header = fixture.rows.trainings[0].header;
  shard.header.epochs = 0;
  CompressionRow row;
  row.architecture = fixture.networks[0];
  row.digest = fixture.rows.trainings[0].rows[0].digest;
  for (const int sparsity : kSparsities) {
    CompressedNetwork network;
    network.diverged = sparsity == 90;
    if (!network.diverged) {
      network.nonzero = 100 - sparsity;
      for (const int bits : kBitWidths) {
        network.scores.push_back({bits + sparsity / 50, 10 * bits + sparsity});
      }
    }
    row.networks.push_back(network);
  }
  shard.rows.push_back(row);
  return shard;
}

TEST(DerivedTable, HoldsEveryWidthAndSparsityBesideWhatWasTrained) {
  Fixture fixture;
  const TempDir folder;
  const auto plain = fixture.Write(folder.Path("plain.db"));
  EXPECT_EQ(plain->FindColumn(Metric::Parse("accuracy:val;bits=8;sparsity=0")),
            nullptr);
  fixture.rows.compressions = {Compressed(fixture)};
  const DerivedTableReport report =
      WriteDerivedTable(fixture.recipe, fixture.rows, folder.Path("table.db"));
  EXPECT_EQ(report.compressed, 1);
  const auto table = Table::Open(folder.Path("table.db"));
  EXPECT_TRUE(table->Check().empty());
  const size_t row = table->FindRow(fixture.networks[0]).value();
  EXPECT_EQ(At(*table, "accuracy:val;bits=8;sparsity=0", row).value, 16);
  EXPECT_EQ(At(*table, "accuracy:val;bits=8;sparsity=50", row).value, 18);
  EXPECT_EQ(At(*table, "accuracy:test;bits=8;sparsity=50", row).value, 1.3);
  EXPECT_EQ(At(*table, "accuracy:test;bits=32;sparsity=0", row).value, 3.2);
  EXPECT_EQ(At(*table, "accuracy:val;bits=1;sparsity=90", row).missing,
            Missing::kDiverged);
  EXPECT_EQ(At(*table, "params;sparsity=90", row).missing, Missing::kDiverged);
  EXPECT_EQ(At(*table, "accuracy", row).value, 40);  // as trained
  EXPECT_EQ(table->GetColumn(Metric::Parse("accuracy:val;bits=2;sparsity=50"))
                .replicates,
            std::vector<std::string>{"0"});

  // Weights as counted; bias and batch norm as they are.
  const double zeros = At(*table, "params;sparsity=0", row).value -
                       At(*table, "params;sparsity=50", row).value;
  EXPECT_EQ(zeros, 50);
  EXPECT_GT(At(*table, "params;sparsity=0", row).value, 100);

  // Counted for all, whether they are compressed or not.
  const size_t other = table->FindRow(fixture.networks[2]).value();
  EXPECT_EQ(At(*table, "accuracy:val;bits=8;sparsity=0", other).missing,
            Missing::kNotMeasured);
  LayerGraph graph =
      fixture.space->Layers(fixture.networks[2], {{1, 14, 14}, 10}).Effective();
  graph.SetBits(3, 3);
  const size_t empty = table->FindRow(fixture.networks[6984]).value();
  EXPECT_EQ(At(*table, "accuracy:val;bits=8;sparsity=0", empty).missing,
            Missing::kDisconnected);
  EXPECT_EQ(At(*table, "bit-operations;bits=3;sparsity=50", other).value,
            BitOperations(graph, 50));
  EXPECT_EQ(At(*table, "weight-bytes;bits=3;sparsity=50", other).value,
            WeightBytes(graph, 50));
  EXPECT_EQ(At(*table, "bit-operations;bits=32;sparsity=0", other).value,
            At(*table, "bit-operations", other).value);
}

LatencyFile MeasuredPass(const Fixture& fixture, int pass, double ms) {
  LatencyFile file;
  file.header = {fixture.recipe.space,
                 "fashion-mnist-14",
                 "desk",
                 "a processor",
                 "a library",
                 "a build",
                 pass,
                 2,
                 5,
                 2,
                 {{RuntimeConfiguration::kFolded, 1}}};
  file.rows = {{fixture.networks[0], {{ms, 0.1, 0, 4096}}}};
  return file;
}

TEST(DerivedTable, HoldsTheLatenciesThatWereMeasured) {
  Fixture fixture;
  const TempDir folder;
  fixture.rows.latencies = {MeasuredPass(fixture, 1, 0.5),
                            MeasuredPass(fixture, 2, 0.75)};
  EXPECT_EQ(
      WriteDerivedTable(fixture.recipe, fixture.rows, folder.Path("table.db"))
          .platforms,
      1);
  const auto table = Table::Open(folder.Path("table.db"));
  EXPECT_TRUE(table->Check().empty());
  const size_t row = table->FindRow(fixture.networks[0]).value();
  EXPECT_EQ(At(*table, "latency@desk_folded_1", row).value, 0.5);
  EXPECT_EQ(At(*table, "latency@desk_folded_1", row, 1).value, 0.75);
  EXPECT_EQ(At(*table, "peak-memory@desk_folded_1", row).value, 4096);
  EXPECT_EQ(At(*table, "latency@desk_folded_1",
               table->FindRow(fixture.networks[2]).value())
                .missing,
            Missing::kNotMeasured);
  EXPECT_EQ(At(*table, "latency@desk_folded_1",
               table->FindRow(fixture.networks[6984]).value())
                .missing,
            Missing::kDisconnected);
}

TEST(DerivedTable, AFolderGivesAllThatItHolds) {
  Fixture fixture;
  const TempDir folder;
  EXPECT_THROW(ReadDerivedRows(folder.Path("")), Error);
  for (const char* sub : {"compression", "latency"}) {
    std::filesystem::create_directory(folder.Path(sub));
  }
  const Shard& shard = fixture.rows.trainings[1];
  WriteBytes(folder.Path("seed1-images96-00000.part"), shard.Text());
  WriteBytes(folder.Path("compression/a.part"), Compressed(fixture).Text());
  WriteBytes(folder.Path("latency/desk-pass1.csv"),
             FormatLatencyFile(MeasuredPass(fixture, 1, 0.5)));
  WriteBytes(folder.Path("latency/desk-pass2.csv.part"), "visit,");
  const DerivedRows rows = ReadDerivedRows(folder.Path(""));
  ASSERT_EQ(rows.trainings.size(), 1u);
  EXPECT_EQ(rows.trainings[0].rows[0].test, 5200);
  ASSERT_EQ(rows.compressions.size(), 1u);
  EXPECT_EQ(rows.compressions[0].rows, Compressed(fixture).rows);
  ASSERT_EQ(rows.latencies.size(), 1u);
  EXPECT_EQ(rows.latencies[0].rows[0].latencies[0].median_ms, 0.5);
}

void ExpectRefused(const Fixture& fixture, const std::string& path,
                   ErrorCode code, const std::string& words) {
  try {
    WriteDerivedTable(fixture.recipe, fixture.rows, path);
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
  no_architecture.rows.trainings[0].rows[0].architecture = Architecture{0, 1};
  ExpectRefused(no_architecture, path, ErrorCode::kCorrupt, "position 0");
  Fixture too_good;
  too_good.rows.trainings[0].rows[0].validation[1] = 51;
  ExpectRefused(too_good, path, ErrorCode::kCorrupt, "more images");
  Fixture twice;
  twice.rows.trainings.push_back(twice.rows.trainings[0]);
  twice.rows.trainings[3].rows[0].test += 1;
  ExpectRefused(twice, path, ErrorCode::kDisagree, "twice");
  Fixture of_other_weights;
  of_other_weights.rows.compressions = {Compressed(of_other_weights)};
  of_other_weights.rows.trainings[0].rows[0].digest[0] = 'b';
  ExpectRefused(of_other_weights, path, ErrorCode::kDisagree,
                "compression/seed0-images96-00000.csv: position 0 is a "
                "compression of weights");
  Fixture too_many;
  too_many.rows.compressions = {Compressed(too_many)};
  too_many.rows.compressions[0].rows[0].networks[0].nonzero = 1 << 20;
  ExpectRefused(too_many, path, ErrorCode::kCorrupt, "more weights");
  Fixture too_well;
  too_well.rows.compressions = {Compressed(too_well)};
  too_well.rows.compressions[0].rows[0].networks[1].scores[2].test = 10001;
  ExpectRefused(too_well, path, ErrorCode::kCorrupt, "more images");
  Fixture of_another_space;
  of_another_space.rows.latencies = {MeasuredPass(of_another_space, 1, 0.5)};
  of_another_space.rows.latencies[0].header.space = "nb201@1";
  ExpectRefused(of_another_space, path, ErrorCode::kUsage, "space nb201@1");
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
