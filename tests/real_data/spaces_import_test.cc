// The published spaces imported from the formats of their sources, against
// the files.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/csv_reader.h"
#include "datasets/file_reader.h"
#include "datasets/importer.h"
#include "datasets/json_reader.h"
#include "datasets/safe_pickle.h"
#include "gtest/gtest.h"
#include "tabular/cost_model.h"
#include "tabular/number.h"
#include "tabular/spaces/nb101.h"
#include "tabular/table.h"
#include "tests/real_data.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

struct Imported {
  std::shared_ptr<const Table> table;
  ImportReport report;
  double seconds = 0;
};

Imported Import(const std::string& source,
                const std::vector<std::string>& paths, const std::string& out) {
  Imported imported;
  const auto start = std::chrono::steady_clock::now();
  imported.report = ImportInto(FindImporter(source), {paths, ""}, out);
  imported.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  imported.table = Table::Open(out);
  EXPECT_EQ(imported.table->Check(), std::vector<std::string>{});
  testing::Test::RecordProperty("import_seconds",
                                std::to_string(imported.seconds));
  return imported;
}

std::shared_ptr<const DenseColumn> Load(const Table& table,
                                        const std::string& metric,
                                        const std::string& source = "") {
  return table.Load(table.GetColumn(Metric::Parse(metric), source));
}

double At(const DenseColumn& column, size_t row, const std::string& label) {
  const auto& labels = column.Info().replicates;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != label) continue;
    return column.At(row, i).Ok() ? column.At(row, i).value : NAN;
  }
  return NAN;
}

TEST(RealData, NasBenchMacroIsWhole) {
  HWNAS_REAL_DATA(path, "nas-bench-macro/nas-bench-macro_cifar10.json");
  const TempDir dir;
  const auto table = Import("nas-bench-macro", {path}, dir.Path("t.db")).table;
  ASSERT_EQ(table->Rows(), 6561u);
  EXPECT_EQ(table->EffectiveNetworks(), 3969u);
  const JsonValue root =
      JsonValue::Parse(ReadWholeFile(path, size_t{64} << 20), path);
  const auto accuracy = Load(*table, "accuracy:cifar10/test");
  const auto params = Load(*table, "params");
  const auto macs = Load(*table, "macs");
  size_t different = 0;
  std::map<size_t, size_t> first_of_network;
  for (size_t i = 0; i < root.Size(); ++i) {
    const size_t row = table->Resolve(root.Key(i));
    const JsonValue values = root.Entry(i);
    for (size_t k = 0; k < 3; ++k) {
      different += At(*accuracy, row, std::to_string(k)) ==
                           values.Get("test_acc")[k].Number()
                       ? 0
                       : 1;
    }
    different +=
        params->Mean(row).value == values.Get("params").Number() ? 0 : 1;
    different += macs->Mean(row).value == values.Get("flops").Number() ? 0 : 1;
    // One network, one row: duplicates carry equal values.
    const auto [first, fresh] =
        first_of_network.try_emplace(table->EffectiveNetwork(row), row);
    if (!fresh) {
      for (size_t k = 0; k < 3; ++k) {
        different += At(*accuracy, row, std::to_string(k)) ==
                             At(*accuracy, first->second, std::to_string(k))
                         ? 0
                         : 1;
      }
    }
  }
  EXPECT_EQ(different, 0u);
}

TEST(RealData, TheSampleOfNasBench101HasTheHashesThatWeCompute) {
  HWNAS_REAL_DATA(path, "nas-bench-101/sample_30001.jsonl.gz");
  const TempDir dir;
  const Imported imported =
      Import("nas-bench-101-sample", {path}, dir.Path("t.db"));
  const Table& table = *imported.table;
  // The importer refuses a graph whose hash is another.
  EXPECT_EQ(table.Rows(), 30001u);
  EXPECT_EQ(imported.report.architectures, 30001);
  EXPECT_EQ(At(*Load(table, "accuracy:cifar10/val/e108"),
               table.Resolve("00005c142e6f48ac74fdcf73e3439874"), ""),
            93.0489);
  EXPECT_EQ(At(*Load(table, "accuracy:cifar10/val/e4"),
               table.Resolve("00005c142e6f48ac74fdcf73e3439874"), ""),
            36.0477);
  // It is a list, not a space to mutate in.
  EXPECT_NE(table.Space(), table.BaseSpace());
  EXPECT_EQ(table.Space()->Size(), 30001u);
}

TEST(RealData, HelpsFbnetHasAllSettings) {
  HWNAS_REAL_DATA(path, "help/fbnet");
  const TempDir dir;
  const auto table = Import("help", {path}, dir.Path("t.db")).table;
  ASSERT_EQ(table->Rows(), 5000u);
  std::vector<size_t> rows;
  for (size_t i = 0; i < 5000; ++i) {
    rows.push_back(table->FindAlias("help-fbnet", std::to_string(i)).value());
  }
  // The operations' names are published beside their numbers.
  const Pickle meta = ReadPtFile(path + "/metainfo.pt");
  size_t settings = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(path + "/latency")) {
    ++settings;
    const Pickle pickle = ReadPtFile(entry.path().string());
    const auto column = Load(*table, "latency@" + entry.path().stem().string());
    size_t different = 0;
    for (size_t i = 0; i < 5000; ++i) {
      different +=
          column->At(rows[i], 0).value == pickle.Root()[i].Number() ? 0 : 1;
    }
    EXPECT_EQ(different, 0u) << entry.path();
  }
  EXPECT_EQ(settings, 27u);
}

TEST(RealData, AccelNasbenchEqualsItsCsv) {
  HWNAS_REAL_DATA(path, "accel-nasbench/anb_dataset_jsons.tar.gz");
  HWNAS_REAL_DATA(csv_path, "accel-nasbench/accel_nasbench.csv");
  const TempDir dir;
  const auto table = Import("accel-nasbench", {path}, dir.Path("t.db")).table;
  EXPECT_EQ(table->Rows(), 5138u - 13u);
  const std::vector<std::pair<std::string, std::string>> columns = {
      {"val_top1", "accuracy:imagenet/val"},
      {"val_top5", "top5-accuracy:imagenet/val"},
      {"train_time_s", "train-seconds"},
      {"latency_vck190", "latency@vck190"},
      {"latency_zcu102", "latency@zcu102"},
      {"throughput_3090", "throughput@3090"},
      {"throughput_a100", "throughput@a100"},
      {"throughput_tpuv2", "throughput@tpuv2"},
      {"throughput_tpuv3", "throughput@tpuv3"},
      {"throughput_vck190", "throughput@vck190"},
      {"throughput_zcu102", "throughput@zcu102"}};
  // The order of the CSV decides which training of a twin is which there; here
  // it is compared as a set of values.
  std::map<std::string, std::map<std::string, std::vector<std::string>>> csv;
  CsvReader reader = CsvReader::ReadFile(csv_path);
  while (reader.Next()) {
    std::string text;
    for (int block = 0; block < 7; ++block) {
      const auto gene = [&](const char* name) {
        return reader.Field(
            reader.Column("block" + std::to_string(block) + "_" + name));
      };
      text += (block == 0 ? "e" : ",e") + gene("e") + "_k" + gene("k") + "_l" +
              gene("l") + (gene("se") == "1" ? "_se" : "");
    }
    for (const auto& [name, metric] : columns) {
      csv[text][metric].push_back(reader.Field(reader.Column(name)));
    }
  }
  EXPECT_EQ(csv.size(), table->Rows());
  const std::map<std::string, size_t> gaps_of = {
      {"latency_vck190", 2},    {"latency_zcu102", 2},
      {"throughput_3090", 3},   {"throughput_tpuv2", 37},
      {"throughput_tpuv3", 44}, {"throughput_vck190", 2},
      {"throughput_zcu102", 2}};
  size_t twice = 0;
  for (const auto& [name, metric] : columns) {
    const auto column = Load(*table, metric);
    size_t gaps = 0;
    size_t different = 0;
    for (const auto& [text, values] : csv) {
      const size_t row = table->Resolve(text);
      std::vector<double> expected;
      for (const std::string& field : values.at(metric)) {
        if (field.empty()) {
          ++gaps;
        } else {
          expected.push_back(ParseNumber(field));
        }
      }
      std::vector<double> found;
      for (size_t k = 0; k < column->Count(row); ++k) {
        found.push_back(column->Present(row, k).value);
      }
      std::sort(expected.begin(), expected.end());
      std::sort(found.begin(), found.end());
      different += expected == found ? 0 : 1;
      if (metric == columns[0].second) twice += expected.size() == 2 ? 1 : 0;
    }
    EXPECT_EQ(different, 0u) << name;
    const auto known = gaps_of.find(name);
    EXPECT_EQ(gaps, known == gaps_of.end() ? 0 : known->second) << name;
  }
  EXPECT_EQ(twice, 13u);
}

TEST(RealData, NaslibsPoolsImport) {
  HWNAS_REAL_DATA(nb201, "naslib/nb201_zc_pool_naslib_1bdbd960.json");
  HWNAS_REAL_DATA(nb301, "naslib/nasbench301_zc_naslib_1bdbd960.json");
  HWNAS_REAL_DATA(nb101, "naslib/nasbench101_zc_naslib_1bdbd960.json");
  HWNAS_REAL_DATA(seed888, "nb201/test_200_seed888.csv");
  HWNAS_REAL_DATA(accuracy, "nb201/accuracy.csv");
  const TempDir dir;
  const auto darts = Import("naslib", {nb301}, dir.Path("301.db")).table;
  EXPECT_EQ(darts->Rows(), 725u);
  const auto cells = Import("naslib", {nb101}, dir.Path("101.db")).table;
  // 500 graphs, of which many are one cell when pruned.
  EXPECT_EQ(cells->Rows(), 301u);
  const auto synflow = Load(*cells, "score;proxy=synflow");
  size_t graphs = 0;
  for (size_t row = 0; row < cells->Rows(); ++row) {
    graphs += synflow->Count(row);
  }
  EXPECT_EQ(graphs, 500u);
  // What the pool calls validation accuracy is the test accuracy of seed 888.
  const std::string path = dir.Path("201.db");
  ImportInto(FindImporter("csv"), {{accuracy}, "nb201-accuracy"}, path);
  ImportInto(FindImporter("csv"), {{seed888}, "nb201-test-seed888"}, path);
  const auto table = Import("naslib", {nb201}, path).table;
  const std::map<std::string, size_t> pools = {
      {"accuracy:cifar10/test/e200;train=half", 724},
      {"accuracy:cifar100/test/e200", 725},
      {"accuracy:imagenet16-120/test/e200", 724}};
  for (const auto& [metric, size] : pools) {
    const auto pool = Load(*table, metric, "naslib-zero-cost");
    const auto seed = Load(*table, metric, "naslib-seed888");
    size_t compared = 0;
    for (size_t row = 0; row < table->Rows(); ++row) {
      const double value = At(*pool, row, "888");
      if (std::isnan(value)) continue;
      ++compared;
      EXPECT_NEAR(value, At(*seed, row, "888"), 0.006) << metric;
    }
    EXPECT_EQ(compared, size) << metric;
  }
}

TEST(RealData, MetaD2asCandidatesMakeAListedSpace) {
  HWNAS_REAL_DATA(path, "help/nasbench201/arch_generated_by_metad2a.txt");
  const TempDir dir;
  const auto table = Import("metad2a", {path}, dir.Path("t.db")).table;
  EXPECT_EQ(table->Rows(), 500u);
  EXPECT_EQ(table->Space()->Size(), 500u);
  EXPECT_EQ(Load(*table, "accuracy")
                ->Mean(table->Resolve("|nor_conv_3x3~0|+|nor_conv_3x3~0|"
                                      "nor_conv_1x1~1|+|skip_connect~0|"
                                      "nor_conv_3x3~1|nor_conv_1x1~2|"))
                .value,
            72.41999998168944);
}

TEST(RealData, NatsBenchsArchivesEqualThePublishedTables) {
  HWNAS_REAL_DATA(path, "nats-bench/fake_torch_dir/NATS-tss-v1_0-3ffb9-simple");
  HWNAS_REAL_DATA(accuracy, "nb201/accuracy.csv");
  HWNAS_REAL_DATA(replicates, "nb201/accuracy_200_replicates.csv");
  HWNAS_REAL_DATA(seed888, "nb201/test_200_seed888.csv");
  const TempDir dir;
  const auto archives = Import("nats-bench", {path}, dir.Path("a.db")).table;
  EXPECT_EQ(archives->Rows(), 3u);
  const std::string out = dir.Path("t.db");
  ImportInto(FindImporter("csv"), {{accuracy}, "nb201-accuracy"}, out);
  ImportInto(FindImporter("csv"), {{seed888}, "nb201-test-seed888"}, out);
  const auto table = Table::Open(out);
  const auto mean = [&](const std::string& metric, const char* index) {
    return Load(*archives, metric)
        ->Mean(archives->FindAlias("nas-bench-201", index).value())
        .value;
  };
  const auto published = [&](const std::string& metric, const char* index) {
    const size_t row = table->FindAlias("nas-bench-201", index).value();
    for (const Column& column : table->Columns()) {
      if (column.source != "naslib-seed888" &&
          column.metric == table->Complete(Metric::Parse(metric))) {
        return table->Load(column)->Mean(row).value;
      }
    }
    ADD_FAILURE() << metric;
    return 0.0;
  };
  for (const char* index : {"0", "11", "284"}) {
    SCOPED_TRACE(index);
    EXPECT_EQ(mean("params:cifar10", index),
              published("params:cifar10", index));
    for (const std::string metric :
         {"accuracy:cifar10/val/e12", "accuracy:cifar10/test/e12",
          "accuracy:cifar100/val/e12", "accuracy:cifar100/test/e12",
          "accuracy:imagenet16-120/val/e12", "accuracy:imagenet16-120/test/e12",
          "accuracy:cifar10/val/e200", "accuracy:cifar10/test/e200",
          "accuracy:cifar100/val/e200", "accuracy:cifar100/test/e200",
          "accuracy:imagenet16-120/val/e200",
          "accuracy:imagenet16-120/test/e200"}) {
      EXPECT_NEAR(mean(metric, index), published(metric, index), 1e-6)
          << metric;
    }
    for (const std::string metric :
         {"train-seconds:cifar10/e200", "train-seconds:cifar100/e200",
          "train-seconds:imagenet16-120/e200"}) {
      EXPECT_NEAR(mean(metric, index) / published(metric, index), 1, 1e-6)
          << metric;
    }
    // Its replicates 0, 1, 2 are the seeds 777, 888, 999 where all three are.
    CsvReader reader = CsvReader::ReadFile(replicates);
    size_t compared = 0;
    while (reader.Next()) {
      if (reader.Field(reader.Column("arch_index")) != index) continue;
      const std::string label = reader.Field(reader.Column("replicate"));
      const char* seed = label == "0" ? "777" : label == "1" ? "888" : "999";
      for (const auto& [name, metric] : std::map<std::string, std::string>{
               {"cifar10_val", "accuracy:cifar10/val/e200"},
               {"cifar100_valtest", "accuracy:cifar100/valtest/e200"},
               {"imagenet16-120_valtest",
                "accuracy:imagenet16-120/valtest/e200"}}) {
        ++compared;
        EXPECT_NEAR(
            ParseNumber(reader.Field(reader.Column(name))),
            At(*Load(*archives, metric),
               archives->FindAlias("nas-bench-201", index).value(), seed),
            1e-6)
            << metric << " " << seed;
      }
    }
    EXPECT_EQ(compared, 9u);
    EXPECT_NEAR(At(*Load(*archives, "accuracy:cifar10/test/e200;train=half"),
                   archives->FindAlias("nas-bench-201", index).value(), "888"),
                At(*Load(*table, "accuracy:cifar10/test/e200;train=half",
                         "naslib-seed888"),
                   table->FindAlias("nas-bench-201", index).value(), "888"),
                1e-3);
  }
}

TEST(RealData, NatsBenchsSizeSpaceImports) {
  HWNAS_REAL_DATA(path, "nats-bench/fake_torch_dir/NATS-sss-v1_0-50262-simple");
  const TempDir dir;
  const auto table = Import("nats-bench", {path}, dir.Path("t.db")).table;
  EXPECT_EQ(table->Rows(), 3u);
  const size_t row = table->FindAlias("nats-sss", "0").value();
  EXPECT_EQ(Load(*table, "params:cifar10")->Mean(row).value, 11714);
  EXPECT_EQ(Load(*table, "macs:cifar10")->Mean(row).value, 4481114);
  const LayerGraph layers = [&] {
    NetworkInput input;
    EXPECT_TRUE(FindNetworkInput("cifar10", &input));
    return table->BaseSpace()->Layers(table->ArchitectureAt(row), input);
  }();
  EXPECT_EQ(Params(layers), 11714);
  EXPECT_EQ(Macs(layers), 4481114);
}

}  // namespace
}  // namespace hwnas
