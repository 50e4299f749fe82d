// Damaged and hostile tables: one clear line each, never a wrong value.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tabular/rng.h"
#include "tabular/sha256.h"
#include "tabular/table.h"
#include "tabular/table_schema.h"
#include "tests/tabular/table_fixture.h"
#include "tests/tabular/tamper.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

constexpr size_t kBlobSize = 12;  // six decisions of nb201
constexpr size_t kRowSize = kBlobSize + 13;

std::string PackedRowsOf(const std::string& path) {
  const auto database = SqliteDatabase::OpenReadOnly(path, TableFormat());
  SqliteStatement select =
      database.Prepare("SELECT contents FROM packed_architectures");
  EXPECT_TRUE(select.Step());
  const auto blob = select.Blob(0);
  return {blob.begin(), blob.end()};
}

/// SQL that replaces the packed architectures, with a checksum that fits.
std::string SetPackedRows(const std::string& bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    hex += kHex[value >> 4];
    hex += kHex[value & 15];
  }
  Sha256 hash;
  hash.Update(bytes.data(), bytes.size());
  return "UPDATE packed_architectures SET contents = x'" + hex +
         "', checksum = '" + hash.HexDigest() + "'";
}

class TableDamage : public testing::Test {
 protected:
  TableDamage() : path_(folder_.Path("t.db")) {
    WriteFixture(path_, 501);
    bytes_ = ReadBytes(path_);
    digest_ = Table::Open(path_)->Digest();
  }

  /// What is wrong with the file when all of it is read: the refusal, or the
  /// first fault of the check; empty when it is found sound.
  std::string Fault() {
    try {
      const auto table = Table::Open(path_);
      for (const Column& column : table->Columns()) table->Load(column);
      for (const std::string& scheme : table->AliasSchemes()) {
        table->AliasOf(scheme, 0);
      }
      const auto faults = table->Check();
      if (faults.empty()) {
        EXPECT_EQ(table->Digest(), digest_);
        return "";
      }
      return faults[0];
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kCorrupt) << error.what();
      const std::string what = error.what();
      EXPECT_EQ(what.find('\n'), std::string::npos);
      EXPECT_EQ(what.rfind(path_, 0), 0u) << what;
      return what;
    }
  }

  void ExpectFault(const std::string& sql, const std::string& fault) {
    WriteBytes(path_, bytes_);
    Tamper(path_, sql);
    const std::string found = Fault();
    EXPECT_NE(found.find(fault), std::string::npos)
        << "'" << found << "' after " << sql;
  }

  TempDir folder_;
  std::string path_;
  std::string bytes_;
  std::string digest_;
};

TEST_F(TableDamage, FlippedBitsAreFoundOrChangeNothing) {
  Rng rng = Rng::FromLabel(1, "flips");
  int found = 0;
  constexpr int kFlips = 200;
  for (int i = 0; i < kFlips; ++i) {
    std::string flipped = bytes_;
    flipped[rng.Below(flipped.size())] ^= static_cast<char>(1 << rng.Below(8));
    WriteBytes(path_, flipped);
    found += Fault().empty() ? 0 : 1;
  }
  // The rest hit free space, of which small tables are full, or the title.
  EXPECT_GT(found, kFlips / 10);
}

TEST_F(TableDamage, TruncatedFilesAreFound) {
  Rng rng = Rng::FromLabel(1, "cuts");
  for (int i = 0; i < 60; ++i) {
    WriteBytes(path_, bytes_.substr(0, rng.Below(bytes_.size())));
    EXPECT_NE(Fault(), "");
  }
}

TEST_F(TableDamage, EntriesThatAreNotThePackedOnesAreFound) {
  constexpr char kFault[] = "not as they are packed";
  ExpectFault(
      "UPDATE entry SET value = value + 1 WHERE architecture = 3 AND "
      "value IS NOT NULL",
      kFault);
  ExpectFault("UPDATE entry SET missing = 2 WHERE missing = 5", kFault);
  ExpectFault("DELETE FROM entry WHERE architecture = 3", kFault);
  ExpectFault("UPDATE entry SET standard_deviation = 1 WHERE architecture = 3",
              kFault);
}

TEST_F(TableDamage, PackedValuesDoNotFitTheirChecksumWhenChanged) {
  ExpectFault("DELETE FROM packed_replicate", "lack a replicate");
  ExpectFault("UPDATE packed_replicate SET contents = x'00'",
              "another number of architectures");
  ExpectFault("UPDATE packed_replicate SET contents = zeroblob(32 * 9)",
              "checksum");
  ExpectFault(
      "UPDATE packed_replicate SET contents = zeroblob(32 * 17) "
      "WHERE label = 'b'",
      "two kinds");
}

TEST_F(TableDamage, PackedArchitecturesAreChecked) {
  const std::string packed = PackedRowsOf(path_);
  ExpectFault("DELETE FROM packed_architectures", "no packed architectures");
  ExpectFault("UPDATE packed_architectures SET contents = x'00'", "checksum");
  // A stranger can make the checksum fit.
  const size_t rows = packed.size() / kRowSize;
  const auto expect = [&](size_t at, std::string bytes, const char* fault) {
    std::string changed = packed;
    changed.replace(at, bytes.size(), bytes);
    ExpectFault(SetPackedRows(changed), fault);
  };
  ExpectFault(SetPackedRows(packed.substr(1)), "bytes of architectures");
  ExpectFault(SetPackedRows(""), "another number of architectures");
  expect(2 * kBlobSize, std::string(kBlobSize, '\7'), "none of nb201");
  expect(2 * kBlobSize, packed.substr(kBlobSize, kBlobSize), "there twice");
  expect(2 * kBlobSize, packed.substr(0, kBlobSize), "out of order");
  const size_t ids = rows * kBlobSize;
  expect(ids, std::string(4, '\0'), "architecture's id");
  expect(ids, "\xff\xff\xff\xff", "architecture's id");
  expect(ids, packed.substr(ids + 4, 4), "architecture's id");
  expect(ids + 8 * rows - 4, "\x0f\x0f\x0f\x0f", "numbered by row");
  expect(ids + 12 * rows - 4, "\x0f\x0f\x0f\x0f", "not as it is packed");
}

TEST_F(TableDamage, ValuesThatAreNoNumbersAreRefused) {
  ExpectFault(
      "UPDATE entry SET value = 9e999 WHERE architecture = 3 AND "
      "value IS NOT NULL",
      "not finite");
  ExpectFault("UPDATE entry SET value = NULL WHERE architecture = 3",
              "another type");
  ExpectFault(
      "UPDATE entry SET value = NULL, missing = 99 WHERE "
      "architecture = 3",
      "outside of 1..5");
  ExpectFault(
      "UPDATE entry SET architecture = 4611686018427387904 WHERE "
      "architecture = 3",
      "outside of");
  ExpectFault("UPDATE entry SET architecture = -1 WHERE architecture = 3",
              "outside of");
}

TEST_F(TableDamage, ArchitecturesThatAreNotThePackedOnesAreFound) {
  constexpr char kFault[] = "not as it is packed";
  for (const char* blob :
       {"x'00090000000000000000FFFF'", "x'00'", "zeroblob(1000000)", "x''"}) {
    ExpectFault(std::string("UPDATE architecture SET decisions = ") + blob +
                    " WHERE id = 3",
                kFault);
  }
  ExpectFault("UPDATE architecture SET id = 9000000000 WHERE id = 3",
              "outside of");
  ExpectFault("DELETE FROM architecture WHERE id = 3",
              "31 architectures, 32 of them packed");
  ExpectFault("UPDATE architecture SET network = 1000000000000 WHERE id = 3",
              kFault);
  ExpectFault("UPDATE architecture SET class = class + 1 WHERE id = 3", kFault);
  ExpectFault("UPDATE architecture SET connected = 1 - connected", kFault);
  ExpectFault("UPDATE architecture SET text = 'x' WHERE id = 3", "text");
}

TEST_F(TableDamage, WhatTheTableSaysOfItselfIsChecked) {
  ExpectFault("DELETE FROM meta WHERE key = 'space'", "lacks 'space'");
  ExpectFault("UPDATE meta SET value = 'nb999' WHERE key = 'space'",
              "unknown space");
  ExpectFault("UPDATE meta SET value = 'nb201@9' WHERE key = 'space'",
              "this build has version");
  ExpectFault("UPDATE meta SET value = 'maybe' WHERE key = 'synthetic'",
              "synthetic");
  ExpectFault("UPDATE meta SET value = 'yes' WHERE key = 'synthetic'",
              "digest");
  ExpectFault("UPDATE meta SET value = 'e' WHERE key = 'default_fidelity'",
              "fidelity");
  ExpectFault(
      "UPDATE meta SET value = 'imagenet' WHERE key = "
      "'default_dataset'",
      "digest");
  ExpectFault("UPDATE meta SET value = 'deadbeef' WHERE key = 'digest'",
              "digest");
}

TEST_F(TableDamage, ColumnsAreChecked) {
  ExpectFault("UPDATE metric_column SET metric = 'acc' WHERE id = 1",
              "unknown quantity");
  ExpectFault("UPDATE metric_column SET metric = 'accuracy' WHERE id = 1",
              "complete form");
  ExpectFault("UPDATE metric_column SET origin = 'guessed'", "unknown origin");
  ExpectFault("UPDATE metric_column SET preferred = 7", "outside of 0..1");
  ExpectFault("UPDATE metric_column SET preferred = 0", "preferred");
  ExpectFault("UPDATE metric_column SET source = 'nobody' WHERE id = 1",
              "'nobody' is not there");
  ExpectFault("UPDATE metric_column SET unit = 'furlong' WHERE id = 1",
              "parts");
  ExpectFault("UPDATE metric_column SET mean_of = 99999999999", "outside of");
  ExpectFault("UPDATE metric_column SET note = 'x' WHERE id = 1", "digest");
  ExpectFault("DELETE FROM metric_replicate", "0 replicates");
  ExpectFault("INSERT INTO metric_replicate VALUES (1, 'c')",
              "lack a replicate");
  ExpectFault(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < 20000) INSERT INTO metric_replicate SELECT 1, i "
      "FROM n",
      "replicates");
  ExpectFault("DELETE FROM platform", "platform");
}

TEST_F(TableDamage, ProvenanceIsPartOfTheDigest) {
  ExpectFault("UPDATE source SET licence = 'none'", "digest");
  ExpectFault("UPDATE platform SET category = 'tiny'", "digest");
  ExpectFault("UPDATE platform_fact SET value = 'x'", "digest");
  ExpectFault("UPDATE alias SET architecture = 1", "digest");
  ExpectFault("UPDATE alias SET architecture = 99999", "outside of");
  ExpectFault("UPDATE missing_reason SET reason = 'just so' WHERE code = 1",
              "reasons");
}

TEST_F(TableDamage, TricksInTheSchemaAreRefused) {
  ExpectFault(
      "CREATE TRIGGER t AFTER INSERT ON entry BEGIN "
      "DELETE FROM entry; END",
      "trigger 't'");
  ExpectFault(
      "DROP VIEW latency; ALTER TABLE entry RENAME TO stored; "
      "CREATE VIEW entry AS SELECT 1 AS metric_column, '' AS "
      "replicate, 1 AS architecture, 1.0 AS value, NULL AS missing, "
      "NULL AS standard_deviation",
      "stored");
  ExpectFault("DROP INDEX architecture_text", "lacks 'CREATE INDEX");
  ExpectFault("ALTER TABLE entry ADD COLUMN more TEXT", "that no hwnas table");
  ExpectFault("PRAGMA application_id = 1", "is not a hwnas table");
  ExpectFault("PRAGMA user_version = 1", "schema version 1");
}

TEST_F(TableDamage, AFileOfAnotherKindIsRefused) {
  for (const std::string& bytes :
       {std::string(), std::string("arch,accuracy\n1,2\n"),
        std::string(100000, '\0')}) {
    WriteBytes(path_, bytes);
    EXPECT_NE(Fault().find("is not a hwnas table"), std::string::npos);
  }
}

}  // namespace
}  // namespace hwnas
