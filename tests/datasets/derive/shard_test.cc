#include "datasets/derive/shard.h"

#include <gtest/gtest.h>

#include <string>

#include "tabular/error.h"

namespace hwnas::derive {
namespace {

Shard TwoRows() {
  Shard shard;
  shard.header = {"tiny@1",
                  std::string(64, 'a'),
                  "nb201@1{cells=1,channels=8}",
                  1,
                  96,
                  512,
                  2,
                  3};
  ShardRow row;
  row.position = 512;
  row.architecture = Architecture{3, 0, 1, 4, 2, 3};
  row.validation = {10, 20, 30};
  row.test = 4000;
  row.seconds = 0.25;
  row.digest = std::string(32, '0');
  shard.rows.push_back(row);
  row.position = 513;
  row.diverged = true;
  row.validation = {9};
  row.test = 0;
  shard.rows.push_back(row);
  return shard;
}

ErrorCode CodeOf(const std::string& text, bool growing) {
  try {
    ParseShard(text, "s.csv", growing);
  } catch (const Error& error) {
    return error.Code();
  }
  ADD_FAILURE() << "was read: " << text;
  return ErrorCode::kInternal;
}

TEST(Shard, ReadsBackWhatItWrote) {
  const Shard shard = TwoRows();
  const std::string text = FormatShard(shard);
  const Shard read = ParseShard(text, "s.csv", false);
  EXPECT_EQ(read.header, shard.header);
  ASSERT_EQ(read.rows.size(), 2u);
  EXPECT_TRUE(read.rows[0].SameResult(shard.rows[0]));
  EXPECT_TRUE(read.rows[1].SameResult(shard.rows[1]));
  EXPECT_EQ(FormatShard(read), text);
}

TEST(Shard, AGrowingOneMayEndWithinALine) {
  const std::string text = FormatShard(TwoRows());
  for (size_t cut = 1; cut < 50; ++cut) {
    const std::string torn = text.substr(0, text.size() - cut);
    EXPECT_EQ(ParseShard(torn, "s.part", true).rows.size(), 1u);
    EXPECT_EQ(CodeOf(torn, false), ErrorCode::kCorrupt);
  }
}

TEST(Shard, DamageIsRefused) {
  const std::string text = FormatShard(TwoRows());
  EXPECT_EQ(CodeOf("", false), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf("hwnas-shard 2\n", false), ErrorCode::kCorrupt);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"\n513,", "\n512,"},
        {"\n513,", "\n514,"},
        {"\n512,", "\n-1,"},
        {",ok,", ",fine,"},
        {",10,", ",1e1,"},
        {",0.250,", ",nan,"},
        {",4000,", ",,"},
        {"3.0.1", "3.x.1"},
        {"positions,512,2", "positions,512,3"},
        {"positions,512,2", "positions,512,99999999999"},
        {",val3", ""},
        {"00000000000000000000000000000000", "0"}}) {
    EXPECT_EQ(CodeOf(with(from, to), false), ErrorCode::kCorrupt)
        << from << " -> " << to;
  }
}

TEST(HeaderDifference, TellsAnotherRecipeFromAnotherRange) {
  ShardHeader wanted;
  wanted.recipe = "a@1";
  wanted.images = 96;
  wanted.count = 6;
  ShardHeader found = wanted;
  found.count = 4;
  EXPECT_EQ(HeaderDifference(found, wanted),
            "holds 4 networks of seed 0 on 96 images from position 0 on, the "
            "recipe asks for 6 of seed 0 on 96 from 0 on; give another folder, "
            "or add a [[series]] whose 'first' is behind what is there");
  found.recipe_digest = "other";
  EXPECT_EQ(HeaderDifference(found, wanted),
            "belongs to another recipe; give another folder");
}

}  // namespace
}  // namespace hwnas::derive
