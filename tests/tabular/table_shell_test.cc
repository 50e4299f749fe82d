// What somebody with nothing but the sqlite3 shell sees: the example queries
// of tabular/SCHEMA.md, run as they stand there.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include "tabular/table.h"
#include "tests/tabular/table_fixture.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// SQL without our wrapper and its hardening.
Rows Query(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  Rows rows;
  const auto add = [](void* out, int n, char** values, char**) {
    std::vector<std::string> row;
    for (int i = 0; i < n; ++i) {
      row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
    }
    static_cast<Rows*>(out)->push_back(row);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), add, &rows, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle) << " in " << sql;
  sqlite3_close(handle);
  return rows;
}

/// The SQL blocks of SCHEMA.md.
std::vector<std::string> DocumentedQueries() {
  const std::string text =
      ReadBytes(std::string(HWNAS_SOURCE_DIR) + "/tabular/SCHEMA.md");
  std::vector<std::string> queries;
  const std::string open = "```sql\n";
  for (size_t at = text.find(open); at != std::string::npos;
       at = text.find(open, at)) {
    at += open.size();
    queries.push_back(text.substr(at, text.find("```", at) - at));
  }
  return queries;
}

class TableShell : public testing::Test {
 protected:
  TableShell() : path_(folder_.Path("t.db")) { WriteFixture(path_, 51); }

  TempDir folder_;
  std::string path_;
};

TEST_F(TableShell, EveryDocumentedQueryRuns) {
  const auto queries = DocumentedQueries();
  EXPECT_GE(queries.size(), 8u);
  for (const std::string& query : queries) {
    EXPECT_FALSE(Query(path_, query).empty()) << query;
  }
}

TEST_F(TableShell, AccuracyAndLatencyOfCellsUnderABound) {
  const Rows rows = Query(path_, R"(
      SELECT a.architecture_id, a.accuracy, l.latency_ms
      FROM accuracy AS a JOIN latency AS l USING (architecture_id)
      WHERE a.metric = 'accuracy:cifar10/val/e200' AND l.platform = 'pixel3'
        AND l.latency_ms < 5 AND a.connected
      ORDER BY a.architecture_id)");
  const auto table = Table::Open(path_);
  const auto latency =
      table->Load(table->GetColumn(Metric::Parse("latency@pixel3")));
  size_t expected = 0;
  for (size_t row = 0; row < table->Rows(); ++row) {
    expected += latency->Mean(row).value < 5 && table->Connected(row);
  }
  EXPECT_EQ(rows.size(), expected);
  EXPECT_GT(expected, 0u);
}

TEST_F(TableShell, AccuracyIsTheMeanOfReplicates) {
  const Rows rows = Query(path_, R"(
      SELECT l.id, a.accuracy, a.replicates
      FROM accuracy AS a JOIN published_index AS l USING (architecture_id))");
  const auto table = Table::Open(path_);
  const auto column = table->Load(table->GetColumn(Metric::Parse("accuracy")));
  ASSERT_EQ(rows.size(), table->Rows());
  for (const auto& row : rows) {
    const size_t at = *table->FindAlias("test", row[0]);
    EXPECT_EQ(std::stod(row[1]), column->Mean(at).value);
    EXPECT_EQ(std::stoul(row[2]), column->Count(at));
  }
}

TEST_F(TableShell, GapsHaveTheirReasonsInWords) {
  const Rows rows = Query(path_, "SELECT metric, source, reason FROM gaps");
  EXPECT_EQ(rows,
            (Rows{{"accuracy:cifar10/val/e200", "trainings", "diverged"},
                  {"latency@pixel3:cifar10", "some", "absent in this copy"}}));
}

TEST_F(TableShell, CoverageCountsValues) {
  const Rows rows =
      Query(path_,
            "SELECT source, architectures, with_value FROM coverage "
            "WHERE metric = 'latency@pixel3:cifar10'");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"all", "307", "307"}));
  EXPECT_EQ(rows[1], (std::vector<std::string>{"some", "307", "154"}));
}

}  // namespace
}  // namespace hwnas
