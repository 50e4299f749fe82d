// The importers of published spaces on small inputs of our own, and what they
// refuse.

#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "datasets/crc32.h"
#include "datasets/importer.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/spaces/nb101.h"
#include "tabular/table.h"
#include "tests/datasets/fixtures.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

const char kCell[] =
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|"
    "skip_connect~1|skip_connect~2|";

class Published : public testing::Test {
 protected:
  ImportReport Import(const std::string& source, const std::string& file) {
    return ImportInto(FindImporter(source), {{folder_.Path(file)}, ""},
                      folder_.Path("t.db"));
  }

  /// Imports twice: the second time must change nothing.
  std::shared_ptr<const Table> ImportTwice(const std::string& source,
                                           const std::string& file) {
    Import(source, file);
    const std::string digest = Table::Open(folder_.Path("t.db"))->Digest();
    Import(source, file);
    auto table = Table::Open(folder_.Path("t.db"));
    EXPECT_EQ(table->Digest(), digest);
    EXPECT_EQ(table->Check(), std::vector<std::string>{});
    return table;
  }

  std::string Refusal(const std::string& source, const std::string& file,
                      const std::string& bytes) {
    WriteBytes(folder_.Path(file), bytes);
    std::string message =
        Failure(ErrorCode::kCorrupt, [&] { Import(source, file); });
    EXPECT_FALSE(std::filesystem::exists(folder_.Path("t.db")));
    return message;
  }

  static double At(const Table& table, const std::string& metric,
                   const std::string& label = "", size_t row = 0) {
    const auto column = table.Load(table.GetColumn(Metric::Parse(metric)));
    const auto& labels = column->Info().replicates;
    for (size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] != label) continue;
      EXPECT_TRUE(column->At(row, i).Ok()) << metric;
      return column->At(row, i).value;
    }
    ADD_FAILURE() << metric << " has no replicate '" << label << "'";
    return 0;
  }

  TempDir folder_;
};

TEST_F(Published, NasBenchMacroKeepsThreeTrainings) {
  WriteBytes(folder_.Path("m.json"),
             R"({"02012100": {"test_acc": [89.5, 88.25, 89.0], "mean_acc": )"
             R"(88.91666666666667, "std": 0.5, "params": 890666, "flops": )"
             R"(47327744}})");
  const auto table = ImportTwice("nas-bench-macro", "m.json");
  EXPECT_EQ(table->Rows(), 1u);
  EXPECT_EQ(At(*table, "accuracy:cifar10/test", "1"), 88.25);
  EXPECT_EQ(At(*table, "params"), 890666);
  EXPECT_EQ(At(*table, "macs"), 47327744);
}

TEST_F(Published, NasBenchMacroRefusesDamage) {
  Refusal("nas-bench-macro", "m.json", R"({"02012100": {"test_acc": [1]}})");
  Refusal("nas-bench-macro", "m.json",
          R"({"92012100": {"test_acc": [1], )"
          R"("mean_acc": 1, "params": 1, )"
          R"("flops": 1}})");
  EXPECT_NE(Refusal("nas-bench-macro", "m.json",
                    R"({"02012100": {"test_acc": [1], "mean_acc": 2, )"
                    R"("params": 1, "flops": 1}})")
                .find("mean_acc is not the mean"),
            std::string::npos);
  Refusal("nas-bench-macro", "m.json", R"({"02012100": {"test_acc)");
}

TEST_F(Published, MetaD2aKeepsItsCandidates) {
  WriteBytes(folder_.Path("m.txt"),
             std::string("116.5\n") + kCell + ", 72.41999998168944, 0.001\n");
  const auto table = ImportTwice("metad2a", "m.txt");
  EXPECT_EQ(At(*table, "accuracy:cifar100/test/e200"), 72.41999998168944);
}

TEST_F(Published, MetaD2aRefusesDamage) {
  EXPECT_NE(
      Refusal("metad2a", "m.txt", std::string("1\n") + kCell + ", nan, 0.1\n")
          .find("m.txt:2: expected an architecture and two numbers"),
      std::string::npos);
  Refusal("metad2a", "m.txt", "1\n|x~0|, 1, 2\n");
  Refusal("metad2a", "m.txt", std::string("1\n") + kCell + ", 1\n");
}

std::string AccelResult(const std::string& top1, const std::string& latency) {
  std::string genes;
  for (int block = 0; block < 7; ++block) {
    const std::string b = "\"block" + std::to_string(block);
    genes += (block == 0 ? "" : ", ") + b + "_e\": 6, " + b + "_k\": 3, " + b +
             "_l\": 1, " + b + "_se\": " + (block == 0 ? "true" : "false");
  }
  return "{\"architecture\": {" + genes +
         "}, \"metrics\": {\"val_top1\": " + top1 +
         ", \"val_top5\": 82.5, \"train_time\": 1500.5}, \"model_info\": "
         "{\"macs\": 415.361072, \"params\": 2.50116}, \"platform_perf\": "
         "{\"latency_zcu102\": {\"latency_mean\": " +
         latency +
         ", \"latency_std\": null}, \"throughput_a100\": "
         "{\"throughput_mean\": 7000.5, \"throughput_std\": 1.5}}}";
}

TEST_F(Published, AccelNasbenchKeepsASecondTrainingAsReplicate) {
  WriteBytes(folder_.Path("a.tar.gz"),
             MakeArchive("tar.gz",
                         {{"d/result_10.json", AccelResult("61.5", "null")},
                          {"d/result_2.json", AccelResult("60.25", "4.5")}}));
  const auto table = ImportTwice("accel-nasbench", "a.tar.gz");
  EXPECT_EQ(table->Rows(), 1u);
  EXPECT_EQ(At(*table, "accuracy:imagenet/val", "0"), 60.25);
  EXPECT_EQ(At(*table, "accuracy:imagenet/val", "1"), 61.5);
  EXPECT_EQ(At(*table, "macs:imagenet"), 415361072);
  EXPECT_EQ(At(*table, "params:imagenet"), 2501160);
  EXPECT_EQ(At(*table, "latency@zcu102:imagenet", "0"), 4.5);
  const auto column =
      table->Load(table->GetColumn(Metric::Parse("latency@zcu102:imagenet")));
  EXPECT_EQ(column->At(0, 1).missing, Missing::kNotMeasured);
}

TEST_F(Published, AccelNasbenchRefusesDamage) {
  const auto refused = [&](const std::string& path, const std::string& text) {
    Refusal("accel-nasbench", "a.tar.gz",
            MakeArchive("tar.gz", {{path, text}}));
  };
  refused("../result_1.json", AccelResult("1", "1"));
  refused("d/result_1.json", AccelResult("\"x\"", "1"));
  refused("d/result_1.json", AccelResult("1", "1").substr(0, 300));
  refused("d/other.json", "{}");
  refused("d/result_1.json", std::string(size_t{2} << 20, ' '));
}

const char kPoolScores[] =
    R"({"idx": "534", "flops": {"score": 88.5, "time": 0.5}, )"
    R"("grad_norm": {"score": 1.5, "time": 0.5}, "val_accuracy": 86.06})";

TEST_F(Published, NaslibPoolsNameTheirAccuracyForWhatItIs) {
  WriteBytes(folder_.Path("p.json"),
             std::string("{\"cifar10\": {\"(0, 2, 3, 2, 3, 1)\": ") +
                 kPoolScores + "}}");
  const auto table = ImportTwice("naslib", "p.json");
  // Operations and edges are in NASLib's order.
  EXPECT_EQ(table->BaseSpace()->Format(table->ArchitectureAt(0)),
            "|skip_connect~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_1x1~0|"
            "nor_conv_1x1~1|none~2|");
  EXPECT_EQ(At(*table, "accuracy:cifar10/test/e200;train=half", "888"), 86.06);
  EXPECT_EQ(At(*table, "score:cifar10;proxy=grad_norm"), 1.5);
}

TEST_F(Published, NaslibReadsCellsOfNasBench101) {
  const std::string edges =
      "(0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, "
      "0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, "
      "0, 0, 0, 4, 3, 2, 4, 4, 1)";
  WriteBytes(folder_.Path("p.json"),
             "{\"nasbench101\": {\"cifar10\": {\"" + edges +
                 "\": {\"grad_norm\": 1.5, \"val_accuracy\": 92.5}}}}");
  const auto table = ImportTwice("naslib", "p.json");
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e108", "0"), 92.5);
  EXPECT_EQ(At(*table, "score;proxy=grad_norm", "0"), 1.5);
  const std::vector<uint8_t> chain = {
      0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
      1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(
      table->ArchitectureAt(0),
      Nb101Space::FromGraph(7, chain, std::vector<int>{-1, 0, 1, 2, 0, 0, -2}));
}

TEST_F(Published, NaslibRefusesDamage) {
  const auto refused = [&](const std::string& key) {
    Refusal("naslib", "p.json",
            "{\"cifar10\": {\"" + key + "\": " + kPoolScores + "}}");
  };
  refused("(0, 2, 3, 2, 3)");
  refused("(0, 2, 3, 2, 3, 5)");
  refused("(0, 2, 3, 2, 3, x)");
  refused("[[nonsense]]");
  Refusal("naslib", "p.json", "{\"grad_norm\": 1}");
}

const char kChain3[] = "010001000";
const char kOps3[] = "input,conv3x3-bn-relu,output";

std::string ChainHash() {
  const std::vector<uint8_t> edges = {0, 1, 0, 0, 0, 1, 0, 0, 0};
  return Nb101Space::Hash(
      *Nb101Space::FromGraph(3, edges, std::vector<int>{-1, 0, -2}));
}

std::string ChainRecord(double val) {
  return MakeNb101Record(ChainHash(), 108, kChain3, kOps3, 8555530,
                         {{0, 0, 0.1, 0.1, 0.1},
                          {54, 500.5, 0.75, 0.5, 0.5},
                          {108, 1000.25, 1.0, val, 0.875}});
}

TEST_F(Published, NasBench101ReadsRecordsOfOurOwnWriter) {
  WriteBytes(folder_.Path("n.tfrecord"),
             MakeTfRecords({ChainRecord(0.930489), ChainRecord(0.9)}));
  const auto table = ImportTwice("nas-bench-101", "n.tfrecord");
  EXPECT_EQ(table->Rows(), 1u);
  EXPECT_EQ(table->FindAlias("nas-bench-101", ChainHash()), 0u);
  // Exactly: 0.930489 * 100 in floating point would be 93.04889999999999.
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e108", "0"), 93.0489);
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e108", "1"), 90);
  EXPECT_EQ(At(*table, "accuracy:cifar10/test/e108", "0"), 87.5);
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e54of108", "0"), 50);
  EXPECT_EQ(At(*table, "train-seconds:cifar10/e108", "0"), 1000.25);
  EXPECT_EQ(At(*table, "params"), 8555530);
}

TEST_F(Published, NasBench101RefusesDamage) {
  const std::string good = MakeTfRecords({ChainRecord(0.5)});
  const auto refused = [&](const std::string& bytes) {
    return Refusal("nas-bench-101", "n.tfrecord", bytes);
  };
  refused(good.substr(0, good.size() - 1));
  refused(good.substr(0, 20));
  for (size_t at = 0; at < good.size(); at += 3) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    refused(flipped);
  }
  refused(MakeTfRecords({"[1, 2]"}));
  refused(MakeTfRecords({"{}"}));
  refused(MakeTfRecords({MakeNb101Record("00", 108, kChain3, kOps3, 1, {})}));
  refused(
      MakeTfRecords({MakeNb101Record(ChainHash(), 108, "0101", kOps3, 1, {})}));
  refused(MakeTfRecords({MakeNb101Record(ChainHash(), 108, kChain3, kOps3, 1,
                                         {{200, 1, 1, 1, 1}})}));
}

TEST(TfRecord, ChecksumIsCastagnolis) {
  // RFC 3720, B.4: 32 bytes of zeroes and of ones.
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST_F(Published, NasBench101SampleChecksTheHash) {
  const std::string line =
      "{\"hash\": \"" + ChainHash() +
      "\", \"adjacency\": [[0, 1, 0], [0, 0, 1], [0, 0, 0]], \"ops\": [-1, 0, "
      "-2], \"val_acc\": {\"4\": 0.360477, \"12\": 0.421975, \"36\": 0.90014, "
      "\"108\": 0.930489}, \"train_seconds_108\": 1768.976, \"params\": "
      "8555530}\n";
  WriteBytes(folder_.Path("s.jsonl.gz"), Compress("gzip", line));
  const auto table = ImportTwice("nas-bench-101-sample", "s.jsonl.gz");
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e4"), 36.0477);
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e108"), 93.0489);
  std::filesystem::remove(folder_.Path("t.db"));
  std::string other = line;
  other[12] = other[12] == '0' ? '1' : '0';
  EXPECT_NE(Refusal("nas-bench-101-sample", "s.jsonl", other).find("hash"),
            std::string::npos);
  Refusal("nas-bench-101-sample", "s.jsonl", line.substr(0, 80));
  Refusal("nas-bench-101-sample", "s.jsonl.gz",
          Compress("gzip", line).substr(0, 60));
}

TEST_F(Published, NatsBenchKeepsTheTwoTrainingsApart) {
  std::filesystem::create_directories(folder_.Path("nats"));
  WriteBytes(folder_.Path("nats/000007.pickle.pbz2"),
             Compress("bzip2", MakeNatsArchive(7, kCell, 2)));
  WriteBytes(folder_.Path("nats/meta.pickle.pbz2"), "not read");
  const auto table = ImportTwice("nats-bench", "nats");
  EXPECT_EQ(table->FindAlias("nas-bench-201", "7"), 0u);
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e2", "777"), 21.25);
  EXPECT_EQ(At(*table, "accuracy:cifar10/val/e1of2", "777"), 20.25);
  EXPECT_EQ(At(*table, "accuracy:cifar10/test/e2;train=half", "777"), 21.25);
  EXPECT_EQ(At(*table, "accuracy:cifar10/test/e2", "888"), 21.25);
  EXPECT_EQ(At(*table, "accuracy:cifar100/valtest/e2", "777"), 21.25);
  EXPECT_EQ(At(*table, "train-seconds:cifar10/e2", "777"), 21);
  EXPECT_EQ(At(*table, "train-seconds:cifar10/e2;train=whole", "888"), 21);
  EXPECT_EQ(At(*table, "loss:cifar100/test/e2", "777"), 21.25);
  EXPECT_EQ(At(*table, "eval-seconds:cifar100/test/e2", "777"), 21.25);
  EXPECT_EQ(At(*table, "params:cifar10"), 129306);
  EXPECT_EQ(At(*table, "macs:cifar10"), 15647370);
}

TEST_F(Published, NatsBenchsOwnVocabularyIsAView) {
  WriteBytes(folder_.Path("000007.pickle.pbz2"),
             Compress("bzip2", MakeNatsArchive(7, kCell, 2)));
  Import("nats-bench", "000007.pickle.pbz2");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.Path("t.db").c_str(), &database), SQLITE_OK);
  const auto count = [&](const std::string& where) {
    const std::string sql =
        "SELECT count(*) FROM nats_bench WHERE \"index\" = 7 AND " + where;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(
        sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr),
        SQLITE_OK)
        << sqlite3_errmsg(database);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const int rows = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return rows;
  };
  const std::string last = "hp = 2 AND iepoch = 1 AND quantity = 'accuracy'";
  EXPECT_EQ(count("dataset = 'cifar10-valid' AND seed = 777 AND \"set\" = "
                  "'x-valid' AND value = 21.25 AND " +
                  last),
            1);
  EXPECT_EQ(
      count("dataset = 'cifar10-valid' AND \"set\" = 'ori-test' AND " + last),
      1);
  EXPECT_EQ(count("dataset = 'cifar10' AND seed = 888 AND \"set\" = "
                  "'ori-test' AND " +
                  last),
            1);
  for (const char* set : {"x-valid", "x-test", "ori-test", "train"}) {
    EXPECT_EQ(count("dataset = 'cifar100' AND \"set\" = '" + std::string(set) +
                    "' AND " + last),
              1)
        << set;
  }
  EXPECT_EQ(count("dataset = 'cifar10-valid' AND quantity = 'train-seconds'"),
            2);
  sqlite3_close(database);
}

TEST_F(Published, NatsBenchReadsTheSizeSpace) {
  WriteBytes(folder_.Path("000000.pickle.pbz2"),
             Compress("bzip2", MakeNatsArchive(0, "8:8:8:8:8", 1)));
  const auto table = ImportTwice("nats-bench", "000000.pickle.pbz2");
  EXPECT_EQ(table->BaseSpace()->Id(), MakeSpace("nats-sss")->Id());
  EXPECT_EQ(table->FindAlias("nats-sss", "0"), 0u);
}

TEST_F(Published, NatsBenchRefusesDamage) {
  const auto refused = [&](const std::string& pickle) {
    return Refusal("nats-bench", "0.pickle.pbz2", Compress("bzip2", pickle));
  };
  using namespace pickle;  // NOLINT
  EXPECT_NE(refused(Start() + Global("os", "system") + Tuple({Str("id")}) +
                    "R" + Stop())
                .find("nothing was executed"),
            std::string::npos);
  refused(Start() + Dict({}) + Stop());
  refused(MakeNatsArchive(0, "|other~0|", 1));
  const std::string good = MakeNatsArchive(0, kCell, 1);
  refused(good.substr(0, good.size() / 2));
  Refusal("nats-bench", "0.pickle.pbz2",
          Compress("bzip2", good).substr(0, 200));
  Refusal("nats-bench", "0.pickle.pbz2",
          Compress("bzip2", std::string(size_t{20} << 20, '\0')));
}

TEST_F(Published, HelpReadsFbnetByItsOwnIndex) {
  std::filesystem::create_directories(folder_.Path("fb/latency"));
  using namespace pickle;  // NOLINT
  std::vector<std::string> ops(22, Int(8));
  ops[0] = Int(3);
  WriteBytes(folder_.Path("fb/arch.pt"), MakePt(List({List(ops)})));
  WriteBytes(folder_.Path("fb/latency/1080ti_64.pt"),
             MakePt(List({Float(10.5)})));
  const auto table = ImportTwice("help", "fb");
  EXPECT_EQ(table->BaseSpace()->Id(), MakeSpace("fbnet")->Id());
  EXPECT_EQ(table->FindAlias("help-fbnet", "0"), 0u);
  EXPECT_EQ(At(*table, "latency@1080ti_64:cifar100"), 10.5);
}

TEST_F(Published, SourcesAreToldApartByTheirContent) {
  WriteBytes(folder_.Path("m.txt"), std::string("1\n") + kCell + ", 1, 2\n");
  EXPECT_NE(
      Failure(ErrorCode::kUsage, [&] { Import("nas-bench-macro", "m.txt"); })
          .find("it looks like 'metad2a'"),
      std::string::npos);
  WriteBytes(folder_.Path("n"), MakeTfRecords({"x"}));
  EXPECT_NE(Failure(ErrorCode::kUsage, [&] { Import("naslib", "n"); })
                .find("it looks like 'nas-bench-101'"),
            std::string::npos);
}

TEST(Datasets, EverySourceSaysWhereItIsFromAndHowToCiteIt) {
  for (const auto& importer : Importers()) {
    const DatasetInfo& info = importer->Info();
    SCOPED_TRACE(info.name);
    EXPECT_FALSE(info.summary.empty());
    EXPECT_FALSE(info.obtain.empty());
    EXPECT_FALSE(info.size.empty());
    EXPECT_FALSE(info.licence.empty());
    EXPECT_FALSE(info.spaces.empty());
    EXPECT_FALSE(info.metrics.empty());
    if (info.name == "csv") continue;
    EXPECT_EQ(info.citation.substr(0, 1), "@");
    for (const std::string& metric : info.metrics) {
      EXPECT_EQ(Metric::Parse(metric).Text(), metric);
    }
    for (const std::string& space : info.spaces) MakeSpace(space);
  }
}

}  // namespace
}  // namespace hwnas
