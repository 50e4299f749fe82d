#include "datasets/derive/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "datasets/derive/derive.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

using ::testing::HasSubstr;

// Connected, another one for each position below 16.
Architecture Cell(int position) {
  return {3, 1,
          1, static_cast<uint16_t>(1 + position / 4),
          1, static_cast<uint16_t>(1 + position % 4)};
}

// Connected networks 0, 1, ...; (test, validation after each epoch).
Shard MakeShard(const Recipe& recipe, uint64_t seed, int images,
                const std::vector<std::vector<int>>& results) {
  Shard shard;
  shard.header = ListShards(recipe, 4).front();
  shard.header.seed = seed;
  shard.header.images = images;
  for (const std::vector<int>& result : results) {
    ShardRow row;
    row.position = static_cast<int>(shard.rows.size());
    row.architecture = Cell(row.position);
    row.test = result[0];
    row.seconds = 0.5;
    row.validation.assign(result.begin() + 1, result.end());
    shard.rows.push_back(row);
  }
  return shard;
}

DerivedRows Trained(std::vector<Shard> shards) {
  DerivedRows rows;
  rows.trainings = std::move(shards);
  return rows;
}

TEST(Agreement, ComparesSeedsEpochsAndImages) {
  const Recipe recipe = TinyRecipe();
  const auto report = Agreement(
      recipe, Trained({MakeShard(recipe, 0, 96,
                                 {{1000, 5, 10}, {2000, 6, 20}, {3000, 4, 30}}),
                       MakeShard(recipe, 1, 96,
                                 {{1000, 7, 10}, {3000, 8, 20}, {2000, 9, 30}}),
                       MakeShard(recipe, 0, 64, {{500, 1, 2}, {400, 1, 2}})}));
  ASSERT_EQ(report.series.size(), 3u);
  EXPECT_EQ(report.series[1].seed, 1u);
  EXPECT_EQ(report.series[1].images, 96);
  EXPECT_EQ(report.series[1].trainings, 3u);
  EXPECT_EQ(report.series[1].seconds, 1.5);
  EXPECT_EQ(report.series[2].images, 64);
  ASSERT_EQ(report.seeds.size(), 2u);
  EXPECT_EQ(report.seeds[0].first, "test, seed 0");
  EXPECT_EQ(report.seeds[0].second, "test, seed 1");
  EXPECT_EQ(report.seeds[0].networks, 3u);
  EXPECT_NEAR(report.seeds[0].tau.value(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(report.seeds[0].spearman.value(), 0.5, 1e-12);
  EXPECT_EQ(report.seeds[1].tau, 1);  // validation
  ASSERT_EQ(report.epochs.size(), 2u);
  EXPECT_EQ(report.epochs[1].networks, 6u);
  ASSERT_EQ(report.images.size(), 1u);
  EXPECT_EQ(report.images[0].networks, 2u);
  EXPECT_EQ(report.images[0].tau, -1);
}

TEST(Agreement, SeparatesTheNoiseOfSeedsFromTheNetworks) {
  const Recipe recipe = TinyRecipe();
  // Points: 10 and 12, 30 and 30, 50 and 48.
  const auto report = Agreement(
      recipe, Trained({MakeShard(recipe, 0, 96,
                                 {{1000, 1, 1}, {3000, 1, 1}, {5000, 1, 1}}),
                       MakeShard(recipe, 1, 96,
                                 {{1200, 1, 1}, {3000, 1, 1}, {4800, 1, 1}})}));
  ASSERT_EQ(report.noise.size(), 1u);
  EXPECT_EQ(report.noise[0].networks, 3u);
  EXPECT_NEAR(report.noise[0].mean, 30, 1e-12);
  EXPECT_NEAR(report.noise[0].seed_deviation, std::sqrt(4.0 / 3), 1e-12);
  // Means 11, 30, 49: variance 361, of which half of 4/3 is noise.
  EXPECT_NEAR(report.noise[0].network_deviation, std::sqrt(361 - 2.0 / 3),
              1e-12);
  const double networks = 361 - 2.0 / 3;
  EXPECT_NEAR(report.noise[0].Share(), networks / (networks + 4.0 / 3), 1e-12);
  EXPECT_EQ(report.distribution->count, 3u);
  EXPECT_NEAR(report.distribution->minimum, 11, 1e-12);
  EXPECT_NEAR(report.distribution->maximum, 49, 1e-12);
  ASSERT_EQ(report.best.size(), 3u);
  EXPECT_NEAR(report.best[0].test, 49, 1e-12);
  EXPECT_EQ(report.best[0].seeds, 2);
  EXPECT_EQ(report.best[0].validation, 2);  // 1 of 50
}

TEST(Agreement, LeavesOutTheEmptyNetworkAndDivergedOnes) {
  const Recipe recipe = TinyRecipe();
  Shard a =
      MakeShard(recipe, 0, 96, {{1000, 1, 1}, {2000, 2, 2}, {3000, 3, 3}});
  a.rows[0].architecture = Architecture(6);
  a.rows[1].diverged = true;
  Shard b = a;
  b.header.seed = 1;
  const auto report = Agreement(recipe, Trained({a, b}));
  EXPECT_EQ(report.seeds[0].networks, 1u);
  EXPECT_FALSE(report.seeds[0].tau.has_value());
  EXPECT_TRUE(report.noise.empty());
  Recipe other = recipe;
  other.epochs = 3;
  EXPECT_THROW(Agreement(other, Trained({a})), Error);
}

TEST(Agreement, RefusesRowsThatATableWouldRefuse) {
  const Recipe recipe = TinyRecipe();
  Shard a = MakeShard(recipe, 0, 96, {{1000, 1, 1}, {2000, 2, 2}});
  const auto refused = [&](ErrorCode code, const char* what) {
    EXPECT_THAT(Failure(code, [&] { Agreement(recipe, Trained({a})); }),
                HasSubstr(what));
  };
  a.rows[1].test = 99999;
  refused(ErrorCode::kCorrupt, "position 1 classifies more images");
  a.rows[1].test = 2000;
  a.rows[1].architecture = a.rows[0].architecture;
  refused(ErrorCode::kDisagree, "is there twice, with other results");
  a.rows[1].architecture = Architecture{9, 9, 9, 9, 9, 9};
  refused(ErrorCode::kCorrupt, "is no architecture of");
}

TEST(Agreement, ComparesWithAnotherTable) {
  const Recipe recipe = TinyRecipe();
  Shard a =
      MakeShard(recipe, 0, 96, {{1000, 1, 1}, {2000, 2, 2}, {3000, 3, 3}});
  for (uint16_t i = 0; i < 3; ++i) {
    a.rows[i].architecture = Architecture{3, 3, 3, 3, 3, i};
  }
  Shard b = a;
  b.header.seed = 1;
  b.rows[0].test = 4000;  // now between the others
  b.rows.pop_back();
  const TempDir folder;
  TableInfo info;
  info.title = "published";
  info.defaults = {"cifar10", "test", Fidelity::Parse("e200")};
  auto writer =
      TableWriter::Create(folder.Path("t.db"), MakeSpace("nb201"), info);
  Source source;
  source.name = "published";
  writer->AddSource(source);
  Column column;
  column.metric = Metric::Parse("accuracy");
  column.source = source.name;
  const int64_t id = writer->AddColumn(column);
  for (uint16_t i = 0; i < 5; ++i) {
    writer->Set(id, "", writer->AddArchitecture(Architecture{3, 3, 3, 3, 3, i}),
                {90.0 + i, Missing::kNone});
  }
  writer->Commit();
  const auto table = Table::Open(folder.Path("t.db"));
  const Metric metric = Metric::Parse("accuracy:test");
  EXPECT_EQ(AgreementWith(recipe, Trained({a}), *table, metric)[0].tau, 1);
  // 2500, 2000, 3000.
  const RankAgreement both =
      AgreementWith(recipe, Trained({a, b}), *table, metric)[0];
  EXPECT_EQ(both.networks, 3u);
  EXPECT_NEAR(both.tau.value(), 1.0 / 3, 1e-12);
  b.header.recipe_digest = "other";
  EXPECT_THROW(AgreementWith(recipe, Trained({a, b}), *table, metric), Error);
  writer = TableWriter::Create(folder.Path("o.db"), MakeSpace("nb101"), info);
  writer->Commit();
  EXPECT_THROW(AgreementWith(recipe, Trained({a}),
                             *Table::Open(folder.Path("o.db")), metric),
               Error);
}

// Networks 1, 2, 3 of last edge's choice, with 10, 20, 30 % on test.
Shard ThreeNetworks(const Recipe& recipe) {
  Shard shard =
      MakeShard(recipe, 0, 96, {{1000, 1, 1}, {2000, 2, 2}, {3000, 3, 3}});
  for (uint16_t i = 0; i < 3; ++i) {
    shard.rows[i].architecture =
        Architecture{3, 3, 3, 3, 3, static_cast<uint16_t>(i + 1)};
  }
  return shard;
}

TEST(Agreement, SaysWhatEveryWidthAndSparsityCosts) {
  const Recipe recipe = TinyRecipe();
  DerivedRows rows = Trained({ThreeNetworks(recipe)});
  CompressionShard shard;
  shard.header = rows.trainings[0].header;
  for (int n = 0; n < 3; ++n) {
    CompressionRow row;
    row.position = n;
    row.architecture =
        rows.trainings[0].rows[static_cast<size_t>(n)].architecture;
    for (const int sparsity : kSparsities) {
      CompressedNetwork network;
      network.diverged = sparsity == 90 && n == 0;
      for (const int bits : kBitWidths) {
        if (network.diverged) break;
        // 8 bits cost a point; half the weights less is 2 better for network 2.
        int test = 1000 * (n + 1) - (bits == 8 ? 100 : 0);
        if (sparsity == 50 && n == 2) test += 200;
        network.scores.push_back({test / 100, test});
      }
      row.networks.push_back(network);
    }
    shard.rows.push_back(row);
  }
  rows.compressions = {shard};
  const AgreementReport report = Agreement(recipe, rows);
  ASSERT_EQ(report.compressions.size(), 18u);
  const CompressionCost& narrow = report.compressions[1];
  EXPECT_EQ(narrow.bits, 8);
  EXPECT_EQ(narrow.sparsity, 0);
  EXPECT_EQ(narrow.networks, 3u);
  EXPECT_NEAR(narrow.test, 19, 1e-9);
  EXPECT_NEAR(narrow.loss, 1, 1e-9);
  EXPECT_EQ(narrow.gains, 0u);
  EXPECT_EQ(narrow.largest_gain, 0);
  EXPECT_EQ(narrow.tau, 1);
  const CompressionCost& half = report.compressions[6];
  EXPECT_EQ(half.sparsity, 50);
  EXPECT_EQ(half.gains, 1u);
  EXPECT_NEAR(half.largest_gain, 2, 1e-9);
  EXPECT_NEAR(half.loss, -2.0 / 3, 1e-9);
  EXPECT_EQ(report.compressions[12].diverged, 1u);
  EXPECT_EQ(report.compressions[12].networks, 2u);
  ASSERT_TRUE(report.chosen.has_value());
  EXPECT_EQ(report.chosen->networks, 3u);
  EXPECT_EQ(report.chosen->better_on_test, 1u);
  EXPECT_NEAR(report.chosen->test_change, 2.0 / 3, 1e-9);
}

TEST(Agreement, ComparesLatenciesWithMacsPassesAndAnotherTable) {
  const Recipe recipe = TinyRecipe();
  DerivedRows rows = Trained({ThreeNetworks(recipe)});
  LatencyFile pass;
  pass.header.space = recipe.space;
  pass.header.machine = "desk";
  pass.header.settings = {{RuntimeConfiguration::kEager, 1}};
  // A skip, a convolution of 1 x 1, one of 3 x 3.
  for (size_t i = 0; i < 3; ++i) {
    pass.rows.push_back({rows.trainings[0].rows[i].architecture,
                         {{1.0 + static_cast<double>(i), 0, 0, 0}}});
  }
  LatencyFile again = pass;
  again.header.pass = 2;
  std::swap(again.rows[0].latencies, again.rows[1].latencies);
  rows.latencies = {again, pass};
  const AgreementReport report = Agreement(recipe, rows);
  ASSERT_EQ(report.latencies.size(), 3u);
  EXPECT_EQ(report.latencies[0].first, "latency@desk_eager_1");
  EXPECT_EQ(report.latencies[0].second, "macs");
  EXPECT_EQ(report.latencies[0].tau, 1);
  EXPECT_EQ(report.latencies[1].tau, 1);  // accuracy
  EXPECT_EQ(report.latencies[2].second, "the same, pass 2");
  EXPECT_NEAR(report.latencies[2].tau.value(), 1.0 / 3, 1e-12);

  const TempDir folder;
  TableInfo info;
  info.title = "published";
  info.defaults.dataset = "cifar10";
  const auto writer =
      TableWriter::Create(folder.Path("t.db"), MakeSpace("nb201"), info);
  Source source;
  source.name = "published";
  writer->AddSource(source);
  for (const double sign : {1.0, -1.0}) {
    Platform platform;
    platform.id = sign > 0 ? "one" : "two";
    writer->AddPlatform(platform);
    Column column;
    column.metric = Metric::Parse("latency@" + platform.id);
    column.source = source.name;
    const int64_t id = writer->AddColumn(column);
    for (const LatencyRow& row : pass.rows) {
      writer->Set(id, "", writer->AddArchitecture(row.architecture),
                  {10 + sign * row.latencies[0].median_ms, Missing::kNone});
    }
  }
  writer->Commit();
  const auto table = Table::Open(folder.Path("t.db"));
  const auto against =
      AgreementWith(recipe, rows, *table, Metric::Parse("latency"));
  ASSERT_EQ(against.size(), 2u);
  EXPECT_EQ(against[0].tau, 1);
  EXPECT_EQ(against[1].tau, -1);
  EXPECT_EQ(
      AgreementWith(recipe, rows, *table, Metric::Parse("latency@two")).size(),
      1u);
}

}  // namespace
}  // namespace hwnas::derive
