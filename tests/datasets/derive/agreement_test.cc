#include "datasets/derive/agreement.h"

#include <gtest/gtest.h>

#include <cmath>

#include "datasets/derive/derive.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

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
    row.architecture = Architecture{1, 1, 1, 1, 1, 1};
    row.test = result[0];
    row.validation.assign(result.begin() + 1, result.end());
    shard.rows.push_back(row);
  }
  return shard;
}

TEST(Agreement, ComparesSeedsEpochsAndImages) {
  const Recipe recipe = TinyRecipe();
  const auto report = Agreement(
      recipe,
      {MakeShard(recipe, 0, 96, {{1000, 5, 10}, {2000, 6, 20}, {3000, 4, 30}}),
       MakeShard(recipe, 1, 96, {{1000, 7, 10}, {3000, 8, 20}, {2000, 9, 30}}),
       MakeShard(recipe, 0, 64, {{500, 1, 2}, {400, 1, 2}})});
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
      recipe,
      {MakeShard(recipe, 0, 96, {{1000, 1, 1}, {3000, 1, 1}, {5000, 1, 1}}),
       MakeShard(recipe, 1, 96, {{1200, 1, 1}, {3000, 1, 1}, {4800, 1, 1}})});
  ASSERT_EQ(report.noise.size(), 1u);
  EXPECT_EQ(report.noise[0].networks, 3u);
  EXPECT_NEAR(report.noise[0].mean, 30, 1e-12);
  EXPECT_NEAR(report.noise[0].seed_deviation, std::sqrt(4.0 / 3), 1e-12);
  // Means 11, 30, 49: variance 361, of which half of 4/3 is noise.
  EXPECT_NEAR(report.noise[0].network_deviation, std::sqrt(361 - 2.0 / 3),
              1e-12);
}

TEST(Agreement, LeavesOutTheEmptyNetworkAndDivergedOnes) {
  const Recipe recipe = TinyRecipe();
  Shard a =
      MakeShard(recipe, 0, 96, {{1000, 1, 1}, {2000, 2, 2}, {3000, 3, 3}});
  a.rows[0].architecture = Architecture(6);
  a.rows[1].diverged = true;
  Shard b = a;
  b.header.seed = 1;
  const auto report = Agreement(recipe, {a, b});
  EXPECT_EQ(report.seeds[0].networks, 1u);
  EXPECT_FALSE(report.seeds[0].tau.has_value());
  EXPECT_TRUE(report.noise.empty());
  Recipe other = recipe;
  other.epochs = 3;
  EXPECT_THROW(Agreement(other, {a}), Error);
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
  EXPECT_EQ(AgreementWith(recipe, {a}, *table, metric).tau, 1);
  // 2500, 2000, 3000.
  const RankAgreement both = AgreementWith(recipe, {a, b}, *table, metric);
  EXPECT_EQ(both.networks, 3u);
  EXPECT_NEAR(both.tau.value(), 1.0 / 3, 1e-12);
  writer = TableWriter::Create(folder.Path("o.db"), MakeSpace("nb101"), info);
  writer->Commit();
  EXPECT_THROW(
      AgreementWith(recipe, {a}, *Table::Open(folder.Path("o.db")), metric),
      Error);
}

}  // namespace
}  // namespace hwnas::derive
