#include "tabular/table_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>

#include "tests/tabular/table_fixture.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

class TableWriterTest : public testing::Test {
 protected:
  TableWriterTest() : path_(folder_.Path("t.db")) {}

  std::unique_ptr<TableWriter> Fresh() {
    return TableWriter::Create(path_, MakeSpace("nb201"), FixtureInfo());
  }

  /// Files in the folder.
  size_t Files() const {
    size_t files = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(folder_.Path(""))) {
      ++files;
    }
    return files;
  }

  TempDir folder_;
  std::string path_;
};

std::string Refusal(ErrorCode code, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

/// Files may grow to `bytes` only while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes)
      : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(TableWriterTest, ANewFileAppearsOnlyAtCommit) {
  {
    const auto writer = Fresh();
    AddFixture(*writer, 500, false);
    EXPECT_EQ(Files(), 0u);
  }
  EXPECT_EQ(Files(), 0u);
  WriteFixture(path_, 500);
  EXPECT_EQ(Files(), 1u);
}

TEST_F(TableWriterTest, AnExistingFileIsNeverReplaced) {
  const auto early = Fresh();
  WriteBytes(path_, "precious");
  Refusal(ErrorCode::kUsage, [&] { Fresh(); });
  AddFixture(*early, 500, false);
  Refusal(ErrorCode::kUsage, [&] { early->Commit(); });
  EXPECT_EQ(ReadBytes(path_), "precious");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(TableWriterTest, AFolderThatIsNotThereIsSaidAtOnce) {
  path_ = folder_.Path("no/such/folder.db");
  Refusal(ErrorCode::kIo, [&] { Fresh(); });
}

TEST_F(TableWriterTest, AddingTheSameAgainChangesNothing) {
  WriteFixture(path_, 500);
  const std::string before = ReadBytes(path_);
  const auto writer = TableWriter::Open(path_);
  AddFixture(*writer, 500, true);
  writer->Commit();
  EXPECT_EQ(ReadBytes(path_), before);
}

TEST_F(TableWriterTest, AdditionsInStepsEqualOneImport) {
  WriteFixture(path_, 125);
  const auto whole = Table::Open(path_);
  const std::string steps = folder_.Path("steps.db");
  WriteFixture(steps, 500, true);  // every fourth of them
  const auto writer = TableWriter::Open(steps);
  AddFixture(*writer, 125, false);
  writer->Commit();
  const auto joined = Table::Open(steps);
  EXPECT_EQ(joined->Digest(), whole->Digest());
  EXPECT_EQ(joined->Check(), std::vector<std::string>{});
}

TEST_F(TableWriterTest, WithoutCommitTheFileIsAsBefore) {
  WriteFixture(path_, 500);
  const std::string before = ReadBytes(path_);
  {
    const auto writer = TableWriter::Open(path_);
    AddFixture(*writer, 100, false);
  }
  EXPECT_EQ(ReadBytes(path_), before);
  EXPECT_EQ(Files(), 1u);
}

TEST_F(TableWriterTest, AFullDiskLeavesNoNewFile) {
  const auto writer = Fresh();
  AddFixture(*writer, 10, false);
  {
    const FileSizeLimit limit(64 * 1024);
    const std::string message =
        Refusal(ErrorCode::kIo, [&] { writer->Commit(); });
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
  EXPECT_EQ(Files(), 0u);
}

TEST_F(TableWriterTest, AFullDiskLeavesTheFileFromBefore) {
  WriteFixture(path_, 500);
  const std::string before = ReadBytes(path_);
  for (const rlim_t room : {4 * 1024, 64 * 1024, 512 * 1024}) {
    const auto writer = TableWriter::Open(path_);
    AddFixture(*writer, 10, false);
    const FileSizeLimit limit(before.size() + room);
    Refusal(ErrorCode::kIo, [&] { writer->Commit(); });
  }
  EXPECT_EQ(ReadBytes(path_), before);
  EXPECT_EQ(Files(), 1u);
  EXPECT_EQ(Table::Open(path_)->Check(), std::vector<std::string>{});
}

TEST_F(TableWriterTest, AReadOnlyFileIsSaid) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everything";
  WriteFixture(path_, 500);
  std::filesystem::permissions(path_, std::filesystem::perms::owner_read);
  Refusal(ErrorCode::kIo, [&] { TableWriter::Open(path_); });
}

TEST_F(TableWriterTest, AValueReplacesAGapButNotAnotherValue) {
  const auto writer = Fresh();
  writer->AddSource({.name = "s"});
  const int64_t column = writer->AddColumn(FixtureColumn("accuracy", "s"));
  const int64_t id = writer->AddArchitecture(writer->Space().Unrank(0));
  writer->Set(column, "", id, {0, Missing::kAbsentInThisCopy});
  writer->Set(column, "", id, {0, Missing::kDidNotCompile});  // better informed
  writer->Set(column, "", id, {3});
  writer->Set(column, "", id, {3});
  const std::string message =
      Refusal(ErrorCode::kUsage, [&] { writer->Set(column, "", id, {4}); });
  EXPECT_NE(message.find("is 3 already, not 4"), std::string::npos) << message;
  Refusal(ErrorCode::kUsage, [&] {
    writer->Set(column, "", id, {0, Missing::kDiverged});
  });
  writer->FillGaps(column, "", Missing::kNotMeasured);
  writer->Commit();
  const auto table = Table::Open(path_);
  EXPECT_EQ(table->Load(table->Columns()[0])->Mean(0), Value{3});
}

TEST_F(TableWriterTest, WhatIsNoNumberIsRefused) {
  const auto writer = Fresh();
  writer->AddSource({.name = "s"});
  const int64_t column = writer->AddColumn(FixtureColumn("accuracy", "s"));
  const int64_t id = writer->AddArchitecture(writer->Space().Unrank(0));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  Refusal(ErrorCode::kUsage, [&] { writer->Set(column, "", id, {nan}); });
  Refusal(ErrorCode::kUsage, [&] { writer->Set(column, "", id, {-inf}); });
  Refusal(ErrorCode::kUsage, [&] { writer->Set(column, "", id, {1}, nan); });
  Refusal(ErrorCode::kUsage, [&] { writer->Set(column, "", id, {1}, -1.0); });
}

TEST_F(TableWriterTest, ContradictionsAreRefused) {
  const auto writer = Fresh();
  writer->AddSource({.name = "s"});
  writer->AddSource({.name = "s"});
  Refusal(ErrorCode::kUsage,
          [&] { writer->AddSource({.name = "s", .licence = "MIT"}); });
  Platform pixel = *FindKnownPlatform("pixel3");
  writer->AddPlatform(pixel);
  writer->AddPlatform(pixel);
  pixel.device = "another";
  Refusal(ErrorCode::kUsage, [&] { writer->AddPlatform(pixel); });
  const int64_t a = writer->AddArchitecture(writer->Space().Unrank(0));
  const int64_t b = writer->AddArchitecture(writer->Space().Unrank(1));
  EXPECT_EQ(writer->AddArchitecture(writer->Space().Unrank(0)), a);
  writer->AddAlias("scheme", "0", a);
  writer->AddAlias("scheme", "0", a);
  Refusal(ErrorCode::kUsage, [&] { writer->AddAlias("scheme", "0", b); });
  writer->AddColumn(FixtureColumn("accuracy", "s"));
  Refusal(ErrorCode::kUsage, [&] {
    writer->AddColumn(FixtureColumn("accuracy", "s", Origin::kAnalytic));
  });
  Refusal(ErrorCode::kUsage,
          [&] { writer->AddColumn(FixtureColumn("accuracy", "unknown")); });
  Refusal(ErrorCode::kUsage,
          [&] { writer->AddColumn(FixtureColumn("latency@fpga", "s")); });
}

TEST_F(TableWriterTest, OneColumnOfAMetricIsPreferred) {
  const auto writer = Fresh();
  for (const char* name : {"few", "many", "model"}) {
    writer->AddSource({.name = name});
  }
  const int64_t few = writer->AddColumn(FixtureColumn("params", "few"));
  const int64_t many = writer->AddColumn(FixtureColumn("params", "many"));
  const int64_t model =
      writer->AddColumn(FixtureColumn("params", "model", Origin::kPredicted));
  for (uint64_t rank = 0; rank < 4; ++rank) {
    const int64_t id = writer->AddArchitecture(writer->Space().Unrank(rank));
    if (rank < 1) writer->Set(few, "", id, {1});
    if (rank < 2) writer->Set(many, "", id, {1});
    writer->Set(model, "", id, {1}, 0.5);
  }
  writer->Commit();
  const Metric params = Metric::Parse("params");
  const auto table = Table::Open(path_);
  EXPECT_EQ(table->GetColumn(params).source, "many");
  const auto predicted = table->Load(table->GetColumn(params, "model"));
  EXPECT_EQ(predicted->StandardDeviation(2), 0.5);
  EXPECT_EQ(predicted->Mean(3), Value{1});

  const auto again = TableWriter::Open(path_);
  again->Prefer(again->AddColumn(FixtureColumn("params", "few")));
  again->Commit();
  const auto chosen = Table::Open(path_);
  EXPECT_EQ(chosen->GetColumn(params).source, "few");
  EXPECT_EQ(chosen->Check(), std::vector<std::string>{});
}

TEST_F(TableWriterTest, OnlyPredictedColumnsAreRemoved) {
  WriteFixture(path_, 500);
  const std::string digest = Table::Open(path_)->Digest();
  const auto fill = TableWriter::Open(path_);
  fill->AddSource({.name = "trainings", .licence = "MIT"});
  const int64_t predicted = fill->AddColumn(
      FixtureColumn("accuracy:test", "trainings", Origin::kPredicted));
  fill->Set(predicted, "", 1, {50}, 1.5);
  fill->Set(predicted, "", 2, {0, Missing::kDisconnected});
  fill->Commit();
  EXPECT_NE(Table::Open(path_)->Digest(), digest);

  const auto remove = TableWriter::Open(path_);
  Refusal(ErrorCode::kUsage, [&] {
    remove->RemoveColumn(
        remove->AddColumn(FixtureColumn("accuracy", "trainings")));
  });
  EXPECT_EQ(remove->RemoveColumn(predicted), 1);
  remove->Commit();
  EXPECT_EQ(Table::Open(path_)->Digest(), digest);
  EXPECT_EQ(Table::Open(path_)->Check(), std::vector<std::string>{});
}

TEST_F(TableWriterTest, AWriterAtWorkDisturbsNoReader) {
  WriteFixture(path_, 500);
  const auto writer = TableWriter::Open(path_);
  AddFixture(*writer, 100, false);
  EXPECT_EQ(Table::Open(path_)->Check(), std::vector<std::string>{});
}

TEST_F(TableWriterTest, AReaderIsToldOfChangesBehindItsBack) {
  WriteFixture(path_, 500);
  const auto reader = Table::Open(path_);
  const auto writer = TableWriter::Open(path_);
  AddFixture(*writer, 100, false);
  writer->Commit();
  const std::string message = Refusal(ErrorCode::kIo, [&] {
    reader->LoadOrCompute(Metric::Parse("accuracy"));
  });
  EXPECT_NE(message.find("another process"), std::string::npos) << message;
}

}  // namespace
}  // namespace hwnas
