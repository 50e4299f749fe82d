#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/derive/agreement.h"
#include "datasets/derive/audit.h"
#include "datasets/derive/derive.h"
#include "datasets/derive/derived_rows.h"
#include "datasets/derive/derived_table.h"
#include "tabular/table.h"
#include "tests/datasets/derive/synthetic_data.h"
#include "tests/temp_dir.h"

namespace hwnas::derive {
namespace {

constexpr char kRecipe[] =
    HWNAS_SOURCE_DIR "/datasets/derive/recipes/fashion-mnist-nb201.toml";
constexpr char kShards[] =
    HWNAS_SOURCE_DIR "/datasets/embedded/fashion-mnist-nb201";

constexpr char kEmbedded[] = HWNAS_SOURCE_DIR "/datasets/embedded";

// Whole files of the recipe, of its networks.
void CheckShards(const std::string& recipe_path, const std::string& folder) {
  const Recipe recipe = ReadRecipe(recipe_path);
  const auto space = recipe.TrainedSpace();
  const std::vector<Architecture> networks = ListNetworks(recipe, *space);
  const auto listed = ListShards(recipe, static_cast<int>(networks.size()));
  for (const Shard& shard : ReadShards(folder)) {
    const std::string name = ShardFileName(shard.header);
    EXPECT_NE(std::find(listed.begin(), listed.end(), shard.header),
              listed.end())
        << name;
    EXPECT_TRUE(std::filesystem::exists(folder + "/" + name));
    ASSERT_EQ(shard.rows.size(), static_cast<size_t>(shard.header.count))
        << name;
    for (const ShardRow& row : shard.rows) {
      ASSERT_EQ(row.architecture, networks[static_cast<size_t>(row.position)])
          << name << " " << row.position;
    }
  }
}

TEST(EmbeddedShards, AreCompleteFilesOfTheRecipe) {
  CheckShards(kRecipe, kShards);
}

TEST(EmbeddedShards, TransfersAreCompleteFilesOfTheirRecipes) {
  for (const std::string name : {"a", "b", "ab", "cells", "size"}) {
    CheckShards(
        HWNAS_SOURCE_DIR "/datasets/derive/recipes/transfer-" + name + ".toml",
        std::string(kEmbedded) + "/transfer/" + name);
  }
}

TEST(EmbeddedShards, AreSmallTextFiles) {
  uintmax_t bytes = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(kEmbedded)) {
    if (entry.is_directory() || entry.path().extension() == ".md") continue;
    EXPECT_EQ(entry.path().extension(), ".csv");
    bytes += entry.file_size();
  }
  EXPECT_LE(bytes, uintmax_t{8} << 20);
}

TEST(EmbeddedShards, CompressionsAreOfTheRowsTrained) {
  const DerivedRows derived = ReadDerivedRows(kShards);
  for (const CompressionShard& compression : derived.compressions) {
    ShardHeader trained = compression.header;
    const auto shard =
        std::find_if(derived.trainings.begin(), derived.trainings.end(),
                     [&](const Shard& other) {
                       trained.epochs = other.header.epochs;
                       return other.header == trained;
                     });
    ASSERT_NE(shard, derived.trainings.end()) << ShardFileName(trained);
    ASSERT_EQ(compression.rows.size(), shard->rows.size())
        << ShardFileName(trained);
    for (size_t i = 0; i < shard->rows.size(); ++i) {
      EXPECT_EQ(compression.rows[i].position, shard->rows[i].position);
      EXPECT_EQ(compression.rows[i].digest, shard->rows[i].digest);
    }
  }
}

TEST(EmbeddedShards, MakeASoundTable) {
  const Recipe recipe = ReadRecipe(kRecipe);
  const TempDir folder;
  const std::string path = folder.Path("table.db");
  const DerivedRows derived = ReadDerivedRows(kShards);
  const DerivedTableReport report = WriteDerivedTable(recipe, derived, path);
  int64_t rows = 0;
  for (const Shard& shard : derived.trainings) {
    rows += static_cast<int64_t>(shard.rows.size());
  }
  EXPECT_EQ(report.trainings, rows);
  const auto table = Table::Open(path);
  EXPECT_TRUE(table->Check().empty());
  EXPECT_EQ(table->Defaults().dataset, "fashion-mnist-14");
}

// Which rows: by the commit's hash where tests/run says it.
TEST(EmbeddedShards, AgreeWithARetrainingOfThreeRows) {
  if (!std::filesystem::exists(kFashionMnistFolder)) {
    GTEST_SKIP() << "needs Debian's dataset-fashion-mnist";
  }
  const char* label = std::getenv("HWNAS_AUDIT_LABEL");
  const AuditReport report =
      Audit(ReadRecipe(kRecipe), ReadShards(kShards), kFashionMnistFolder, 3,
            label == nullptr ? "" : label);
  ASSERT_EQ(report.rows.size(), 3u);
  for (const AuditedRow& row : report.rows) {
    EXPECT_TRUE(row.agrees) << "position " << row.stored.position << ", seed "
                            << row.seed << ": " << row.difference << " points";
  }
}

}  // namespace
}  // namespace hwnas::derive
