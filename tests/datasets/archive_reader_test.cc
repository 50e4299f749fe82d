#include "datasets/archive_reader.h"

#include <string>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/datasets/fixtures.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

FixtureFiles ReadAll(const std::string& bytes,
                     const ArchiveLimits& limits = {}) {
  FixtureFiles files;
  ReadArchive(
      bytes, "x.zip", limits, [](const std::string&) { return true; },
      [&](const std::string& path, std::string content) {
        files.emplace_back(path, std::move(content));
      });
  return files;
}

const FixtureFiles kFiles = {{"a/one", "1"}, {"a/two", std::string(5000, 'x')}};

TEST(ArchiveReader, ReadsZipAndTarPlainAndCompressed) {
  for (const char* format :
       {"zip", "zip-deflate", "tar", "tar.gz", "tar.bz2"}) {
    SCOPED_TRACE(format);
    EXPECT_EQ(ReadAll(MakeArchive(format, kFiles)), kFiles);
  }
}

TEST(ArchiveReader, ReadsOnlyWhatIsWanted) {
  FixtureFiles files;
  ReadArchive(
      MakeArchive("tar.gz", kFiles), "x", {},
      [](const std::string& path) { return path == "a/one"; },
      [&](const std::string& path, std::string content) {
        files.emplace_back(path, content);
      });
  EXPECT_EQ(files, (FixtureFiles{{"a/one", "1"}}));
}

TEST(ArchiveReader, RefusesPathsThatLeadOut) {
  for (const char* path : {"../x", "a/../../x", "/etc/x", "a/..", "a\\x"}) {
    SCOPED_TRACE(path);
    const std::string bytes = MakeArchive("tar", {{path, "1"}});
    EXPECT_NE(Failure(ErrorCode::kCorrupt, [&] { ReadAll(bytes); })
                  .find("leads out of the archive"),
              std::string::npos);
  }
}

TEST(ArchiveReader, RefusesABomb) {
  const std::string zeros(size_t{20} << 20, '\0');
  const std::string bomb = MakeArchive("zip-deflate", {{"a", zeros}});
  ASSERT_LT(bomb.size(), size_t{1} << 17);
  EXPECT_EQ(Failure(ErrorCode::kCorrupt, [&] { ReadAll(bomb); }),
            "x.zip: unpacks to more than 200 times its size");
  const std::string packed = Compress("bzip2", zeros);
  Failure(ErrorCode::kCorrupt, [&] { Decompress(packed, "x"); });
}

TEST(ArchiveReader, HoldsToItsLimits) {
  ArchiveLimits limits;
  limits.entries = 1;
  const std::string bytes = MakeArchive("zip", kFiles);
  EXPECT_EQ(Failure(ErrorCode::kCorrupt, [&] { ReadAll(bytes, limits); }),
            "x.zip: holds more than 1 entries");
  limits = {};
  limits.entry_bytes = 4999;
  Failure(ErrorCode::kCorrupt, [&] { ReadAll(bytes, limits); });
  limits = {};
  limits.total_bytes = 5000;
  Failure(ErrorCode::kCorrupt, [&] { ReadAll(bytes, limits); });
  limits.total_bytes = 5001;
  EXPECT_EQ(ReadAll(bytes, limits), kFiles);
}

TEST(ArchiveReader, RefusesWhatIsCutOff) {
  for (const char* format : {"zip", "tar.gz", "tar.bz2"}) {
    SCOPED_TRACE(format);
    const std::string bytes = MakeArchive(format, kFiles);
    for (const size_t keep : {bytes.size() / 4, bytes.size() / 2}) {
      Failure(ErrorCode::kCorrupt, [&] { ReadAll(bytes.substr(0, keep)); });
    }
  }
  Failure(ErrorCode::kCorrupt, [] { ReadAll("no archive at all"); });
}

TEST(ArchiveReader, RefusesZipDataThatDoesNotFitItsChecksum) {
  std::string bytes = MakeArchive("zip", kFiles);
  bytes[bytes.find("xxxx") + 100] = 'y';
  Failure(ErrorCode::kCorrupt, [&] { ReadAll(bytes); });
}

TEST(Decompress, ReadsGzipBzip2AndXz) {
  for (const char* filter : {"gzip", "bzip2", "xz"}) {
    SCOPED_TRACE(filter);
    const std::string packed = Compress(filter, "text, and more text");
    EXPECT_EQ(Decompress(packed, "x"), "text, and more text");
    Failure(ErrorCode::kCorrupt,
            [&] { Decompress(packed.substr(0, packed.size() / 2), "x"); });
    Failure(ErrorCode::kCorrupt,
            [&] { Decompress(Compress("gzip", packed), "x"); });
  }
  Failure(ErrorCode::kCorrupt, [] { Decompress("plain", "x"); });
}

}  // namespace
}  // namespace hwnas
