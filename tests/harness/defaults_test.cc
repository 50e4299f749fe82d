#include "bench/harness/defaults.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tabular/table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

TEST(DefaultTable, IsMadeAgainWhereTheCacheCannotBeRead) {
  const TempDir folder;
  ASSERT_EQ(setenv("XDG_CACHE_HOME", folder.Path("cache").c_str(), 1), 0);
  const std::string path = DefaultTable();
  EXPECT_TRUE(Table::Open(path)->Synthetic());
  std::ofstream(path, std::ios::trunc) << "of another version";
  EXPECT_EQ(DefaultTable(), path);
  EXPECT_TRUE(Table::Open(path)->Synthetic());
}

}  // namespace
}  // namespace hwnas
