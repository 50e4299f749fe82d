#include <filesystem>
#include <string>

#include "datasets/importer.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tests/datasets/fixtures.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using namespace pickle;  // NOLINT: opcodes are the language of this file

const char kFirst[] = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
const char kSecond[] = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";

class HelpImport : public testing::Test {
 protected:
  HelpImport() {
    std::filesystem::create_directories(folder_.Path("nb/latency"));
    WriteBytes(folder_.Path("nb/str_arch2idx.pt"),
               MakePt(Dict({Str(kFirst), Int(0), Str(kSecond), Int(1)})));
    WriteBytes(folder_.Path("nb/latency/1080ti_1.pt"),
               MakePt(List({Float(1.5), Float(2.25)})));
    WriteBytes(folder_.Path("nb/latency/eyeriss.pt"),
               MakePt(List({Float(3.5), Int(4)})));
  }

  ImportReport Import(const std::string& path) {
    return ImportInto(FindImporter("help"), {{folder_.Path(path)}, ""},
                      folder_.Path("t.db"));
  }

  TempDir folder_;
};

TEST_F(HelpImport, MakesATableOfAFolderAlone) {
  const ImportReport report = Import("nb");
  EXPECT_EQ(report.architectures, 2);
  EXPECT_EQ(report.values, 4);
  EXPECT_TRUE(report.notes.empty());
  const auto table = Table::Open(folder_.Path("t.db"));
  EXPECT_EQ(table->Rows(), 2u);
  const Column& gpu = table->GetColumn(Metric::Parse("latency@1080ti_1"));
  EXPECT_EQ(gpu.origin, Origin::kMeasured);
  EXPECT_EQ(table->GetColumn(Metric::Parse("latency@eyeriss")).origin,
            Origin::kSimulated);
  const auto values = table->Load(gpu);
  EXPECT_EQ(values->Mean(table->Resolve("0")).value, 1.5);
  EXPECT_EQ(values->Mean(table->Resolve(kSecond)).value, 2.25);
  EXPECT_TRUE(table->Connected(table->Resolve("0")));
  EXPECT_FALSE(table->Connected(table->Resolve("1")));
  ASSERT_NE(table->FindPlatform("1080ti_1"), nullptr);
  EXPECT_EQ(table->FindPlatform("1080ti_1")->batch, 1);
}

TEST_F(HelpImport, IsIdempotentAndJoinsFilesGivenAlone) {
  Import("nb");
  const std::string digest = Table::Open(folder_.Path("t.db"))->Digest();
  Import("nb");
  Import("nb/latency/eyeriss.pt");
  EXPECT_EQ(Table::Open(folder_.Path("t.db"))->Digest(), digest);
}

TEST_F(HelpImport, NeedsThePublishedIndex) {
  EXPECT_NE(
      Failure(ErrorCode::kNotFound, [&] { Import("nb/latency/eyeriss.pt"); })
          .find("does not know the published index"),
      std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("t.db")));
}

TEST_F(HelpImport, RefusesDamagedAndHostileFiles) {
  Import("nb");
  const std::string before = ReadBytes(folder_.Path("t.db"));
  const std::string path = folder_.Path("nb/latency/pixel2.pt");
  const auto refusal = [&](const std::string& bytes) {
    WriteBytes(path, bytes);
    const std::string message =
        Failure(ErrorCode::kCorrupt, [&] { Import("nb"); });
    EXPECT_EQ(message.rfind(path, 0), 0u) << message;
    EXPECT_EQ(ReadBytes(folder_.Path("t.db")), before);
    return message;
  };
  refusal(MakePt(List({Float(1), Float(2), Float(3)})));  // one too many
  refusal(MakePt(List({Float(0.0 / 0.0), Float(2)})));
  refusal(MakePt(List({Str("x"), Float(2)})));
  refusal(MakePt(Dict({Int(0), Float(2)})));
  refusal(MakePt(Float(2)));
  const std::string good = MakePt(List({Float(1), Float(2)}));
  refusal(good.substr(0, good.size() / 2));
  EXPECT_NE(refusal(MakePt(Global("os", "system") + Tuple({Str("id")}) + "R"))
                .find("nothing was executed"),
            std::string::npos);
  refusal(MakeArchive("zip-deflate", {{"archive/data.pkl",
                                       std::string(size_t{20} << 20, '\0')}}));
  refusal(MakeArchive("zip", {{"../data.pkl", Start() + "N."}}));
}

TEST_F(HelpImport, RefusesAnIndexOfWhatIsNoCell) {
  WriteBytes(folder_.Path("nb/str_arch2idx.pt"),
             MakePt(Dict({Str("|other~0|"), Int(0)})));
  Failure(ErrorCode::kCorrupt, [&] { Import("nb"); });
  WriteBytes(folder_.Path("nb/str_arch2idx.pt"),
             MakePt(Dict({Str(kFirst), Int(-1)})));
  Failure(ErrorCode::kCorrupt, [&] { Import("nb"); });
}

}  // namespace
}  // namespace hwnas
