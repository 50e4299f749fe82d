#include "tabular/sqlite.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/tabular/tamper.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

SqliteFormat Format() {
  return {"test file",
          0x68776e00,
          3,
          {"CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL "
           "UNIQUE, weight REAL, data BLOB) STRICT",
           "CREATE VIEW heavy AS SELECT name FROM item WHERE weight > 10"}};
}

ErrorCode CodeOf(const std::function<void()>& action, std::string* message) {
  try {
    action();
  } catch (const Error& error) {
    *message = error.what();
    return error.Code();
  }
  *message = "no error";
  return ErrorCode::kInternal;
}

class Sqlite : public testing::Test {
 protected:
  Sqlite() : path_(folder_.Path("file.db")) {
    SqliteDatabase database = SqliteDatabase::Create(path_, Format());
    SqliteStatement insert = database.Prepare(
        "INSERT INTO item(name, weight, data) VALUES (?, ?, ?)");
    insert.Bind("anvil", 12.5, std::vector<uint8_t>{1, 2}).Run();
    insert.Bind(std::string("air"), std::nullopt, std::nullopt).Run();
  }

  void ExpectRefused(ErrorCode code, const std::string& why) {
    std::string message;
    EXPECT_EQ(CodeOf([&] { SqliteDatabase::OpenReadOnly(path_, Format()); },
                     &message),
              code)
        << message;
    EXPECT_NE(message.find(path_), std::string::npos) << message;
    EXPECT_NE(message.find(why), std::string::npos) << message;
  }

  TempDir folder_;
  std::string path_;
};

TEST_F(Sqlite, WhatWasWrittenIsRead) {
  const SqliteDatabase database = SqliteDatabase::OpenReadOnly(path_, Format());
  SqliteStatement select =
      database.Prepare("SELECT name, weight, data FROM item ORDER BY name");
  ASSERT_TRUE(select.Step());
  EXPECT_EQ(select.Text(0), "air");
  EXPECT_TRUE(select.IsNull(1));
  ASSERT_TRUE(select.Step());
  EXPECT_EQ(select.Double(1), 12.5);
  EXPECT_EQ(select.Blob(2).size(), 2u);
  EXPECT_FALSE(select.Step());
  EXPECT_TRUE(database.CheckIntegrity().empty());
}

TEST_F(Sqlite, AReadOnlyFileIsNotWritten) {
  const SqliteDatabase database = SqliteDatabase::OpenReadOnly(path_, Format());
  std::string message;
  EXPECT_EQ(CodeOf([&] { database.Execute("DELETE FROM item"); }, &message),
            ErrorCode::kIo);
}

TEST_F(Sqlite, ValuesOfAnotherTypeAreCorrupt) {
  const SqliteDatabase database = SqliteDatabase::OpenReadOnly(path_, Format());
  SqliteStatement select = database.Prepare("SELECT name, id FROM item");
  ASSERT_TRUE(select.Step());
  std::string message;
  EXPECT_EQ(CodeOf([&] { select.Int(0); }, &message), ErrorCode::kCorrupt);
  EXPECT_NE(message.find("'name'"), std::string::npos);
  EXPECT_EQ(CodeOf([&] { select.IntIn(1, 5, 9); }, &message),
            ErrorCode::kCorrupt);
  EXPECT_EQ(select.IntIn(1, 1, 2), select.Int(1));
}

TEST_F(Sqlite, ATransactionIsAllOrNothing) {
  const SqliteDatabase database =
      SqliteDatabase::OpenReadWrite(path_, Format());
  {
    SqliteTransaction transaction(database);
    database.Execute("DELETE FROM item");
  }
  SqliteStatement count = database.Prepare("SELECT count(*) FROM item");
  ASSERT_TRUE(count.Step());
  EXPECT_EQ(count.Int(0), 2);
}

TEST_F(Sqlite, ASecondWriterIsToldToWait) {
  const SqliteDatabase first = SqliteDatabase::OpenReadWrite(path_, Format());
  SqliteTransaction transaction(first);
  const SqliteDatabase second = SqliteDatabase::OpenReadWrite(path_, Format());
  second.Execute("PRAGMA busy_timeout = 1");
  std::string message;
  EXPECT_EQ(CodeOf([&] { SqliteTransaction other(second); }, &message),
            ErrorCode::kIo);
  EXPECT_NE(message.find("another process"), std::string::npos);
}

TEST_F(Sqlite, AnExistingFileIsNotCreatedOver) {
  std::string message;
  EXPECT_EQ(CodeOf([&] { SqliteDatabase::Create(path_, Format()); }, &message),
            ErrorCode::kUsage);
}

TEST_F(Sqlite, AFileThatIsNotThereIsNotFound) {
  path_ = folder_.Path("nothing.db");
  ExpectRefused(ErrorCode::kNotFound, "no such file");
}

TEST_F(Sqlite, AFolderIsNoFile) {
  path_ = folder_.Path("");
  ExpectRefused(ErrorCode::kIo, "cannot be read as a file");
}

TEST_F(Sqlite, WhatIsNoSqliteFileIsCorrupt) {
  for (const std::string& bytes :
       {std::string(), std::string("SQLite format 3"),
        std::string(5000, 'x')}) {
    WriteBytes(path_, bytes);
    ExpectRefused(ErrorCode::kCorrupt, "is not a test file");
  }
}

TEST_F(Sqlite, AnotherApplicationsFileIsCorrupt) {
  Tamper(path_, "PRAGMA application_id = 7");
  ExpectRefused(ErrorCode::kCorrupt, "is not a test file");
}

TEST_F(Sqlite, AnotherVersionSaysHowToMigrate) {
  Tamper(path_, "PRAGMA user_version = 4");
  ExpectRefused(ErrorCode::kCorrupt, "schema version 4, this build reads");
}

TEST_F(Sqlite, AWriteAheadLogIsRefused) {
  Tamper(path_, "PRAGMA journal_mode = WAL");
  ExpectRefused(ErrorCode::kCorrupt, "mode");
}

TEST_F(Sqlite, ATruncatedFileIsCorrupt) {
  const std::string bytes = ReadBytes(path_);
  for (const size_t size : {bytes.size() / 2, bytes.size() - 1, size_t{100}}) {
    WriteBytes(path_, bytes.substr(0, size));
    std::string message;
    EXPECT_EQ(CodeOf(
                  [&] {
                    const auto database =
                        SqliteDatabase::OpenReadOnly(path_, Format());
                    if (!database.CheckIntegrity().empty()) {
                      throw Error(ErrorCode::kCorrupt, "found by the check");
                    }
                  },
                  &message),
              ErrorCode::kCorrupt)
        << size << " " << message;
  }
}

TEST_F(Sqlite, TriggersAndForeignTablesAreRefused) {
  const std::string clean = ReadBytes(path_);
  Tamper(path_,
         "CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM "
         "item; END");
  ExpectRefused(ErrorCode::kCorrupt, "trigger 't'");
  WriteBytes(path_, clean);
  Tamper(path_, "CREATE TABLE other(x)");
  ExpectRefused(ErrorCode::kCorrupt, "table 'other'");
  WriteBytes(path_, clean);
  Tamper(path_, "CREATE INDEX other ON item(weight)");
  ExpectRefused(ErrorCode::kCorrupt, "index 'other'");
}

TEST_F(Sqlite, ATableReplacedByAViewIsRefused) {
  Tamper(path_,
         "ALTER TABLE item RENAME TO hidden; DROP VIEW heavy;"
         "CREATE VIEW item AS SELECT * FROM hidden;");
  ExpectRefused(ErrorCode::kCorrupt, "hidden");
}

TEST_F(Sqlite, AUsersOwnViewsMayStandBesideOurs) {
  Tamper(path_, "CREATE VIEW mine AS SELECT count(*) AS n FROM item");
  EXPECT_NO_THROW(SqliteDatabase::OpenReadOnly(path_, Format()));
}

TEST_F(Sqlite, ViewsOfTheFileAreNeverRun) {
  const SqliteDatabase database = SqliteDatabase::OpenReadOnly(path_, Format());
  EXPECT_THROW(database.Prepare("SELECT * FROM heavy"), Error);
}

TEST_F(Sqlite, AKilledWritersJournalIsRolledBack) {
  const std::string before = ReadBytes(path_);
  {
    const SqliteDatabase database =
        SqliteDatabase::OpenReadWrite(path_, Format());
    database.Execute("PRAGMA cache_size = 1");  // spill into the file early
    SqliteTransaction transaction(database);
    SqliteStatement insert = database.Prepare(
        "INSERT INTO item(name, data) VALUES (?, zeroblob(9000))");
    for (int i = 0; i < 50; ++i) insert.Bind(std::to_string(i)).Run();
    // What a killed process leaves behind.
    std::filesystem::copy_file(path_, folder_.Path("copy.db"));
    std::filesystem::copy_file(path_ + "-journal",
                               folder_.Path("copy.db-journal"));
  }
  ASSERT_GT(ReadBytes(folder_.Path("copy.db")).size(), before.size());
  const SqliteDatabase copy =
      SqliteDatabase::OpenReadOnly(folder_.Path("copy.db"), Format());
  SqliteStatement count = copy.Prepare("SELECT count(*) FROM item");
  ASSERT_TRUE(count.Step());
  EXPECT_EQ(count.Int(0), 2);
}

TEST_F(Sqlite, AFileThatAsksForTooMuchMemoryIsTakenForDamaged) {
  SqliteDatabase database = SqliteDatabase::OpenReadOnly(path_, Format());
  SqliteStatement huge =
      database.Prepare("SELECT length(hex(zeroblob(200000000)))");
  sqlite3_hard_heap_limit64(64 << 20);
  std::string message;
  const ErrorCode code = CodeOf([&] { huge.Step(); }, &message);
  sqlite3_hard_heap_limit64(0);
  EXPECT_EQ(code, ErrorCode::kCorrupt) << message;
  EXPECT_NE(message.find("memory"), std::string::npos) << message;
}

}  // namespace
}  // namespace hwnas
