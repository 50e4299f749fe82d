// The engineer's question on published data, against a plain reading of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tabular/number.h"
#include "tabular/search_space.h"
#include "tests/cli/process.h"
#include "tests/real_data.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using nlohmann::json;

// Fields of a CSV without quotes, by line; the header is dropped.
std::vector<std::vector<std::string>> Lines(const std::string& path) {
  std::vector<std::vector<std::string>> lines;
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::vector<std::string> fields;
    std::istringstream parts(line);
    for (std::string field; std::getline(parts, field, ',');) {
      fields.push_back(field);
    }
    lines.push_back(std::move(fields));
  }
  return lines;
}

struct Cell {
  std::string text;
  double accuracy = 0;
};

// Connected cells under 5 ms on the edge GPU, most accurate first.
std::vector<Cell> FastCells(const std::string& accuracy_csv,
                            const std::string& hardware_csv) {
  constexpr size_t kArch = 1, kCifar10Val200 = 5, kEdgeGpuLatency = 2;
  std::map<std::string, double> latency;
  for (const auto& fields : Lines(hardware_csv)) {
    latency[fields[0]] = ParseNumber(fields[kEdgeGpuLatency]);
  }
  const auto space = MakeSpace("nb201");
  std::vector<Cell> cells;
  for (const auto& fields : Lines(accuracy_csv)) {
    const auto found = latency.find(fields[0]);
    if (found == latency.end() || found->second > 5) continue;
    if (!space->IsConnected(space->Parse(fields[kArch]))) continue;
    cells.push_back({fields[kArch], ParseNumber(fields[kCifar10Val200])});
  }
  std::stable_sort(
      cells.begin(), cells.end(),
      [](const auto& a, const auto& b) { return a.accuracy > b.accuracy; });
  return cells;
}

TEST(PublishedData, FrontFindsTheMostAccurateCellsUnder5MsOnEdgeGpu) {
  HWNAS_REAL_DATA(accuracy, "nb201/accuracy.csv");
  HWNAS_REAL_DATA(hardware, "nb201/hwnasbench_cifar10.csv");
  const TempDir folder;
  const std::string table = folder.Path("nb201.db");
  for (const auto& [path, schema] :
       {std::pair{accuracy, "nb201-accuracy"},
        std::pair{hardware, "nb201-hw-nas-bench"}}) {
    const ProcessResult imported =
        RunHwnas({"import", "csv", path, "--schema", schema, "--out", table});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
  }
  const ProcessResult result = RunHwnas(
      {"front", table, "--objectives", "accuracy:cifar10/val/e200", "--where",
       "latency@edgegpu:cifar10<=5", "--top", "10", "--show",
       "latency@pixel3:cifar10,latency@raspi4:cifar10,energy@eyeriss:cifar10",
       "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json document = json::parse(result.out);
  const std::vector<Cell> expected = FastCells(accuracy, hardware);
  EXPECT_EQ(document.at("candidates"), expected.size());
  ASSERT_EQ(document.at("front").size(), 10u);
  for (size_t i = 0; i < 10; ++i) {
    const json& row = document.at("front")[i];
    EXPECT_EQ(row.at("connected"), true);
    const json& values = row.at("values");
    EXPECT_EQ(values.at("accuracy:cifar10/val/e200"), expected[i].accuracy);
    EXPECT_LE(values.at("latency@edgegpu:cifar10"), 5);
    EXPECT_GT(values.at("latency@pixel3:cifar10"), 0);
    EXPECT_GT(values.at("latency@raspi4:cifar10"), 0);
    EXPECT_GT(values.at("energy@eyeriss:cifar10"), 0);
  }
  uint64_t disconnected = 0;
  for (const json& exclusion : document.at("excluded")) {
    if (exclusion.at("reason") == "disconnected") {
      disconnected = exclusion.at("count");
    }
  }
  EXPECT_EQ(disconnected, 341u);

  const ProcessResult info = RunHwnas({"info", table, "--format", "json"});
  const json about = json::parse(info.out);
  EXPECT_EQ(about.at("space"), "nb201@1");
  EXPECT_EQ(about.at("architectures"), 15625);
  EXPECT_EQ(about.at("effective_networks"), 6985);
  EXPECT_EQ(about.at("disconnected"), 341);
  for (const json& metric : about.at("metrics")) {
    if (metric.at("metric") != "latency@edgetpu:cifar10") continue;
    EXPECT_EQ(metric.at("missing"),
              json({{"absent in this copy", 3071}, {"did not compile", 3768}}));
  }
}

}  // namespace
}  // namespace hwnas
