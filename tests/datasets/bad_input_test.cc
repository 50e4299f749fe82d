// What every importer does with inputs that are cut off, changed, too large,
// of another type or another source's: it refuses them in one line that names
// the file, and leaves the table as it was.

#include <algorithm>
#include <filesystem>
#include <string>

#include "datasets/importer.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/rng.h"
#include "tabular/table.h"
#include "tests/datasets/published_samples.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

std::string Packed(const PublishedSample& sample, const std::string& inner) {
  return sample.pack == nullptr ? inner : sample.pack(inner);
}

class BadInput : public testing::TestWithParam<PublishedSample> {
 protected:
  /// Imports these bytes into a table that has what comes before, if any.
  void Import(const std::string& bytes) {
    const PublishedSample& sample = GetParam();
    std::filesystem::remove(table_);
    for (const auto& [file, content] : sample.before) {
      WriteBytes(folder_.Path(file), content);
      ImportInto(FindImporter("help"), {{folder_.Path(file)}, ""}, table_);
    }
    before_ = Digest();
    WriteBytes(folder_.Path(sample.file), bytes);
    ImportInto(FindImporter(sample.source),
               {{folder_.Path(sample.file)}, sample.schema}, table_);
  }

  /// "" when there is no table.
  std::string Digest() const {
    return std::filesystem::exists(table_) ? Table::Open(table_)->Digest() : "";
  }

  /// Whether the bytes are refused, as they should be if at all.
  bool Refused(const std::string& bytes) {
    try {
      Import(bytes);
      return false;
    } catch (const Error& e) {
      const std::string what = e.what();
      // Damage, what looks like another source's, or an index that no table
      // knows.
      EXPECT_TRUE(e.Code() == ErrorCode::kCorrupt ||
                  e.Code() == ErrorCode::kUsage ||
                  e.Code() == ErrorCode::kNotFound)
          << what;
      EXPECT_NE(what.find(GetParam().file), std::string::npos) << what;
      EXPECT_EQ(what.find('\n'), std::string::npos) << what;
      EXPECT_EQ(Digest(), before_);
      return true;
    }
  }

  TempDir folder_;
  std::string table_ = folder_.Path("t.db");
  std::string before_;
};

TEST_P(BadInput, TheSampleItselfImportsAndTwiceIsOnce) {
  const std::string good = Packed(GetParam(), GetParam().inner);
  Import(good);
  const std::string once = Digest();
  EXPECT_NE(once, before_);
  ImportInto(FindImporter(GetParam().source),
             {{folder_.Path(GetParam().file)}, GetParam().schema}, table_);
  EXPECT_EQ(Digest(), once);
  EXPECT_EQ(Table::Open(table_)->Check(), std::vector<std::string>{});
}

TEST_P(BadInput, FilesThatWereCutOffAreRefused) {
  const std::string good = Packed(GetParam(), GetParam().inner);
  Rng rng(1);
  for (int i = 0; i < 15; ++i) {
    // At least two bytes less: the last one of a text may be its newline.
    const size_t length =
        i == 0 ? good.size() - 2 : static_cast<size_t>(rng.Below(good.size()));
    // A text may lack a number's last digits, which nothing tells.
    EXPECT_TRUE(Refused(good.substr(0, length)) || !GetParam().checksummed)
        << length;
  }
  for (int i = 0; i < 10; ++i) {
    const std::string& inner = GetParam().inner;
    Refused(Packed(GetParam(), inner.substr(0, static_cast<size_t>(
                                                   rng.Below(inner.size())))));
  }
}

TEST_P(BadInput, ChangedBitsAreRefusedOrMeanNothingWhereThereAreChecksums) {
  const std::string good = Packed(GetParam(), GetParam().inner);
  Import(good);
  const std::string whole = Digest();
  Rng rng(2);
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    std::string changed = good;
    const size_t at = static_cast<size_t>(rng.Below(changed.size()));
    changed[at] = static_cast<char>(changed[at] ^ (1 << rng.Below(8)));
    if (Refused(changed)) {
      ++refused;
    } else if (GetParam().checksummed) {
      EXPECT_EQ(Digest(), whole) << "byte " << at;
    }
  }
  EXPECT_GT(refused, 5);
}

TEST_P(BadInput, EmptyFilesAreRefused) {
  EXPECT_TRUE(Refused(""));
  EXPECT_TRUE(Refused(std::string(300, '\0')));
}

TEST_P(BadInput, ContentsOfAnotherTypeAreRefused) {
  using namespace pickle;  // NOLINT
  for (const std::string& other :
       {std::string("[]"), std::string("{}"), std::string("7"),
        std::string("null"), Start() + Int(7) + Stop(),
        Start() + List({Str("x")}) + Stop(),
        Start() + Dict({Str("x"), Int(1)}) + Stop()}) {
    EXPECT_TRUE(Refused(Packed(GetParam(), other))) << other;
  }
}

TEST_P(BadInput, BombsAreRefused) {
  // Thousands of times larger inside, or nested without end.
  const std::string zeroes(size_t{20} << 20, '\0');
  EXPECT_TRUE(Refused(GetParam().source == "nas-bench-101"
                          ? MakeTfRecords({zeroes})
                          : Packed(GetParam(), zeroes)));
  EXPECT_TRUE(Refused(Packed(GetParam(), std::string(100'000, '['))));
  EXPECT_TRUE(
      Refused(Packed(GetParam(), pickle::Start() + std::string(100'000, '(') +
                                     "l" + pickle::Stop())));
}

TEST_P(BadInput, AMistakenSourceIsToldWhichOneFits) {
  const PublishedSample& sample = GetParam();
  const std::string path = folder_.Path(sample.file);
  WriteBytes(path, Packed(sample, sample.inner));
  for (const auto& importer : Importers()) {
    if (importer->Info().name == sample.source) continue;
    const std::string message = Failure(ErrorCode::kUsage, [&] {
      ImportInto(*importer, {{path}, "nb201-accuracy"}, table_);
    });
    EXPECT_NE(message.find("it looks like '" + sample.source + "'"),
              std::string::npos)
        << message;
  }
  EXPECT_FALSE(std::filesystem::exists(table_));
}

INSTANTIATE_TEST_SUITE_P(Published, BadInput,
                         testing::ValuesIn(PublishedSamples()),
                         [](const auto& param) {
                           std::string name = param.param.name;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// Archives name the files within: none may lead out.
TEST(BadInputPaths, LeadingOutOfAnArchiveAreRefused) {
  for (const PublishedSample& sample : PublishedSamples()) {
    const bool tar = sample.source == "accel-nasbench";
    if (!tar && !sample.file.ends_with(".pt")) continue;
    for (const char* hostile :
         {"../result_1.json", "/result_1.json", "d/../../x", "archive/..",
          "a\\..\\b", "archive/../archive/data.pkl"}) {
      FixtureFiles files = {{hostile, sample.inner}};
      if (!tar) files.emplace_back("archive/data.pkl", sample.inner);
      const TempDir folder;
      const std::string path = folder.Path(sample.file);
      WriteBytes(path, MakeArchive(tar ? "tar.gz" : "zip", files));
      const std::string message = Failure(ErrorCode::kCorrupt, [&] {
        ImportInto(FindImporter(sample.source), {{path}, ""},
                   folder.Path("t.db"));
      });
      EXPECT_NE(message.find("leads out of the archive"), std::string::npos)
          << message;
    }
  }
}

}  // namespace
}  // namespace hwnas
