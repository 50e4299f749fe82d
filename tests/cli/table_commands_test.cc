// query, front, info, export and platforms on a small table of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tabular/search_space.h"
#include "tabular/table_writer.h"
#include "tests/cli/process.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr char kBest[] =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+"
    "|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|";
constexpr char kSmall[] =
    "|nor_conv_1x1~0|+|none~0|nor_conv_1x1~1|+"
    "|skip_connect~0|none~1|nor_conv_1x1~2|";
constexpr char kMiddle[] =
    "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+"
    "|skip_connect~0|none~1|nor_conv_1x1~2|";
constexpr char kDisconnected[] =
    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";

// Four cells: accuracy with two replicates, a latency that one lacks, an
// energy by a model.
class TableCommands : public testing::Test {
 protected:
  TableCommands() : table_(folder_.Path("small.db")) {
    const auto space = MakeSpace("nb201");
    TableInfo info;
    info.title = "Four cells";
    info.defaults = {"cifar10", "val", Fidelity::Parse("e200")};
    const auto writer = TableWriter::Create(table_, space, info);
    writer->AddSource({"lab", "https://example.org/lab", "MIT",
                       "@misc{lab2026, title = {Lab}}", "", "", "csv@1"});
    for (const char* id : {"slow", "tiny"}) {
      Platform platform;
      platform.id = id;
      platform.device = id;
      platform.processor = "CPU";
      writer->AddPlatform(platform);
    }
    const auto column = [&](const std::string& metric, Origin origin) {
      Column added;
      added.metric = Metric::Parse(metric);
      added.source = "lab";
      added.origin = origin;
      return writer->AddColumn(added);
    };
    const int64_t accuracy =
        column("accuracy:cifar10/val/e200", Origin::kMeasured);
    const int64_t latency = column("latency@slow:cifar10", Origin::kMeasured);
    const int64_t energy = column("energy@tiny:cifar10", Origin::kSimulated);
    struct Cell {
      const char* text;
      double accuracy;
      Value latency;
      double energy;
    };
    const Cell cells[] = {
        {kBest, 93, {20, Missing::kNone}, 9},
        {kMiddle, 90, {0, Missing::kDidNotCompile}, 6},
        {kSmall, 85, {5, Missing::kNone}, 3},
        {kDisconnected, 10, {0.5, Missing::kNone}, 1},
    };
    int index = 40;
    for (const Cell& cell : cells) {
      const int64_t id = writer->AddArchitecture(space->Parse(cell.text));
      writer->AddAlias("lab-index", std::to_string(index++), id);
      writer->Set(accuracy, "0", id, {cell.accuracy - 0.5, Missing::kNone});
      writer->Set(accuracy, "1", id, {cell.accuracy + 0.5, Missing::kNone});
      writer->Set(latency, "", id, cell.latency);
      writer->Set(energy, "", id, {cell.energy, Missing::kNone});
    }
    writer->Commit();
  }

  // A command's JSON.
  json Json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    const ProcessResult result = RunHwnas(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    if (result.exit_code != 0) return {};
    const json document = json::parse(result.out);
    EXPECT_EQ(document.at("format_version"), 1);
    return document;
  }

  std::vector<std::string> FrontOf(std::vector<std::string> options) {
    options.insert(options.begin(), {"front", table_});
    std::vector<std::string> texts;
    const json document = Json(options);
    for (const json& row : document.at("front")) {
      texts.push_back(row.at("architecture"));
    }
    return texts;
  }

  void ExpectError(const std::vector<std::string>& arguments, int exit_code,
                   const std::string& says) {
    const ProcessResult result = RunHwnas(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, testing::StartsWith("hwnas: error: "));
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
  }

  TempDir folder_;
  std::string table_;
};

TEST_F(TableCommands, QueryFindsByTextAndByPublishedIndex) {
  for (const std::string& name : {std::string(kBest), std::string("40")}) {
    const json list = Json({"query", table_, "--arch", name, "--metrics",
                            "accuracy,latency@slow"})
                          .at("query");
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].at("architecture"), kBest);
    EXPECT_EQ(list[0].at("aliases").at("lab-index"), "40");
    EXPECT_EQ(list[0].at("connected"), true);
    const json& values = list[0].at("values");
    ASSERT_EQ(values.size(), 2u);
    EXPECT_EQ(values[0].at("metric"), "accuracy:cifar10/val/e200");
    EXPECT_EQ(values[0].at("value"), 93.0);
    EXPECT_EQ(values[0].at("replicates"), json({{"0", 92.5}, {"1", 93.5}}));
    EXPECT_EQ(values[1].at("value"), 20.0);
    EXPECT_EQ(values[1].at("unit"), "ms");
    EXPECT_EQ(values[1].at("origin"), "measured");
    EXPECT_EQ(values[1].at("source"), "lab");
  }
}

TEST_F(TableCommands, QuerySaysWhyAValueIsMissing) {
  const json list =
      Json({"query", table_, "--arch", kMiddle, "--metrics", "latency@slow"})
          .at("query");
  EXPECT_EQ(list[0].at("values")[0].at("value"), nullptr);
  EXPECT_EQ(list[0].at("values")[0].at("missing"), "did not compile");
  const ProcessResult text = RunHwnas(
      {"query", table_, "--arch", kMiddle, "--metrics", "latency@slow"});
  EXPECT_THAT(text.out, HasSubstr("did not compile"));
}

TEST_F(TableCommands, QueryWithoutMetricsPrintsAll) {
  const ProcessResult result = RunHwnas({"query", table_, "--arch", "42"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr(kSmall));
  EXPECT_THAT(result.out, HasSubstr("lab-index:42"));
  EXPECT_THAT(result.out, HasSubstr("accuracy:cifar10/val/e200"));
  EXPECT_THAT(result.out, HasSubstr("energy@tiny"));
  EXPECT_THAT(result.out, HasSubstr("mean of 2 replicates"));
}

TEST_F(TableCommands, QueryRefusesWhatIsNotThere) {
  ExpectError({"query", folder_.Path("absent.db"), "--arch", "40"}, 3,
              "absent.db");
  ExpectError({"query", table_, "--arch", "44"}, 3, "44");
  ExpectError({"query", table_, "--arch", "40", "--metrics", "latency@slwo"}, 3,
              "latency@slow");
  ExpectError({"query", table_, "--arch", "40", "--metrics", "latencyy"}, 2,
              "did you mean 'latency'?");
  ExpectError({"query", table_}, 2, "--arch");
}

TEST_F(TableCommands, FilesThatAreNoTablesAreCorrupt) {
  const std::string path = folder_.Path("text.db");
  WriteBytes(path, std::string(5000, 'x'));
  ExpectError({"query", path, "--arch", "40"}, 4, "text.db");
  ExpectError({"info", path}, 4, "text.db");
}

TEST_F(TableCommands, FrontLeavesDisconnectedNetworksOutAndSaysSo) {
  EXPECT_EQ(FrontOf({"--objectives", "accuracy,latency@slow"}),
            (std::vector<std::string>{kBest, kSmall}));
  EXPECT_EQ(FrontOf({"--objectives", "accuracy,latency@slow",
                     "--include-disconnected"}),
            (std::vector<std::string>{kBest, kSmall, kDisconnected}));
  const ProcessResult text =
      RunHwnas({"front", table_, "--objectives", "accuracy,latency@slow"});
  EXPECT_THAT(text.out, HasSubstr("left out: 1 disconnected"));
  EXPECT_THAT(text.out,
              HasSubstr("left out: 1 latency@slow:cifar10: did not compile"));
}

TEST_F(TableCommands, FrontOfOneObjectiveIsTheBestSoMany) {
  EXPECT_EQ(FrontOf({"--objectives", "accuracy"}),
            (std::vector<std::string>{kBest, kMiddle, kSmall}));
  EXPECT_EQ(FrontOf({"--objectives", "accuracy", "--top", "2"}),
            (std::vector<std::string>{kBest, kMiddle}));
  EXPECT_EQ(FrontOf({"--objectives", "energy@tiny", "--top", "1"}),
            (std::vector<std::string>{kSmall}));
}

TEST_F(TableCommands, FrontHoldsBounds) {
  EXPECT_EQ(FrontOf({"--objectives", "accuracy", "--where", "latency@slow<=5"}),
            (std::vector<std::string>{kSmall}));
  EXPECT_EQ(FrontOf({"--objectives", "accuracy", "--where", "energy@tiny<=8",
                     "--where", "accuracy>=86"}),
            (std::vector<std::string>{kMiddle}));
  ExpectError({"front", table_, "--objectives", "accuracy", "--where",
               "latency@slow<5"},
              2, "'latency@slow<5' is no constraint");
}

TEST_F(TableCommands, FrontShowsFurtherMetricsAndTheirOrigin) {
  const json document =
      Json({"front", table_, "--objectives", "accuracy", "--show",
            "latency@slow,energy@tiny", "--top", "1"});
  const json& values = document.at("front")[0].at("values");
  EXPECT_EQ(values.at("latency@slow:cifar10"), 20.0);
  EXPECT_EQ(values.at("energy@tiny:cifar10"), 9.0);
  EXPECT_EQ(document.at("metrics")[2].at("origin"), "simulated");
  const ProcessResult text = RunHwnas(
      {"front", table_, "--objectives", "accuracy", "--show", "energy@tiny"});
  EXPECT_THAT(text.out, HasSubstr("* energy@tiny:cifar10: simulated"));
}

TEST_F(TableCommands, InfoSaysWhatIsInIt) {
  const json document = Json({"info", table_});
  EXPECT_EQ(document.at("space"), "nb201@1");
  EXPECT_EQ(document.at("synthetic"), false);
  EXPECT_EQ(document.at("architectures"), 4);
  EXPECT_EQ(document.at("effective_networks"), 4);
  EXPECT_EQ(document.at("disconnected"), 1);
  ASSERT_EQ(document.at("metrics").size(), 3u);
  for (const json& metric : document.at("metrics")) {
    if (metric.at("metric") != "latency@slow:cifar10") continue;
    EXPECT_EQ(metric.at("values"), 3);
    EXPECT_EQ(metric.at("missing"), json({{"did not compile", 1}}));
  }
  const ProcessResult text = RunHwnas({"info", table_});
  EXPECT_THAT(text.out, HasSubstr("4 of 15625"));
  EXPECT_THAT(text.out, HasSubstr("1 did not compile"));
  EXPECT_THAT(text.out, Not(HasSubstr("SYNTHETIC")));
}

TEST_F(TableCommands, InfoCitesSources) {
  const ProcessResult text = RunHwnas({"info", table_, "--cite"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, HasSubstr("@misc{lab2026, title = {Lab}}"));
  EXPECT_THAT(text.out, HasSubstr("MIT"));
}

TEST_F(TableCommands, InfoChecksTheFile) {
  const ProcessResult sound = RunHwnas({"info", table_, "--check"});
  EXPECT_EQ(sound.exit_code, 0) << sound.err;
  EXPECT_THAT(sound.out, HasSubstr(": sound"));
}

TEST_F(TableCommands, ExportWritesEveryReplicateAndGap) {
  const ProcessResult csv = RunHwnas({"export", table_});
  EXPECT_EQ(csv.exit_code, 0) << csv.err;
  // A header; four architectures with two replicates and two lone values.
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 1 + 4 * 4);
  EXPECT_THAT(csv.out,
              HasSubstr(std::string(kMiddle) +
                        ",latency@slow:cifar10,ms,lab,measured,,,did not "
                        "compile,\n"));
  const ProcessResult lines = RunHwnas(
      {"export", table_, "--format", "jsonl", "--metrics", "energy@tiny"});
  std::vector<double> energies;
  std::istringstream stream(lines.out);
  for (std::string line; std::getline(stream, line);) {
    energies.push_back(json::parse(line).at("value"));
  }
  std::sort(energies.begin(), energies.end());
  EXPECT_EQ(energies, (std::vector<double>{1, 3, 6, 9}));
}

TEST_F(TableCommands, ExportSaysWhatEveryColumnMeans) {
  const ProcessResult lines =
      RunHwnas({"export", table_, "--what", "columns", "--format", "jsonl"});
  EXPECT_EQ(lines.exit_code, 0) << lines.err;
  std::vector<json> columns;
  std::istringstream stream(lines.out);
  for (std::string line; std::getline(stream, line);) {
    columns.push_back(json::parse(line));
  }
  ASSERT_EQ(columns.size(), 3u);
  const json& accuracy = columns[0];
  EXPECT_EQ(accuracy.at("metric"), "accuracy:cifar10/val/e200");
  EXPECT_EQ(accuracy.at("unit"), "%");
  EXPECT_EQ(accuracy.at("direction"), "max");
  EXPECT_EQ(accuracy.at("fidelity"), "e200");
  EXPECT_EQ(accuracy.at("replicates"), "0 1");
  EXPECT_EQ(accuracy.at("source"), "lab");
  EXPECT_EQ(accuracy.at("licence"), "MIT");
  EXPECT_EQ(accuracy.at("values"), 4);
  EXPECT_EQ(accuracy.at("platform"), nullptr);
  EXPECT_NE(accuracy.at("about"), nullptr);
  const json& latency = columns[2];
  EXPECT_EQ(latency.at("metric"), "latency@slow:cifar10");
  EXPECT_EQ(latency.at("platform"), "slow");
  EXPECT_EQ(latency.at("values"), 3);
  const ProcessResult one = RunHwnas(
      {"export", table_, "--what", "columns", "--metrics", "energy@tiny"});
  EXPECT_EQ(std::count(one.out.begin(), one.out.end(), '\n'), 2);
}

TEST_F(TableCommands, ExportRefusesUnknownNames) {
  ExpectError({"export", table_, "--what", "valeus"}, 2,
              "did you mean 'values'?");
  ExpectError({"export", table_, "--format", "cvs"}, 2, "did you mean 'csv'?");
}

TEST_F(TableCommands, ExportUnpacksResults) {
  const std::string results = folder_.Path("r.db");
  const ProcessResult run =
      RunHwnas({"run", "--table", table_, "--strategy", "random",
                "--objectives", "accuracy", "--evaluations", "3",
                "--repetitions", "2", "--seed", "7", "--out", results});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto lines_of = [&](const std::string& what) {
    const ProcessResult lines =
        RunHwnas({"export", results, "--what", what, "--format", "jsonl"});
    EXPECT_EQ(lines.exit_code, 0) << lines.err;
    std::vector<json> records;
    std::istringstream stream(lines.out);
    for (std::string line; std::getline(stream, line);) {
      records.push_back(json::parse(line));
    }
    return records;
  };
  const std::vector<json> trials = lines_of("trials");
  ASSERT_EQ(trials.size(), 6u);
  for (size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].at("strategy"), "random");
    EXPECT_EQ(trials[i].at("repetition"), i / 3);
    EXPECT_EQ(trials[i].at("trial"), i % 3 + 1);
    EXPECT_EQ(trials[i].at("status"), "ok");
    // One replicate is observed, the mean is judged.
    EXPECT_EQ(
        std::abs(
            trials[i].at("observed:accuracy:cifar10/val/e200").get<double>() -
            trials[i].at("scored:accuracy:cifar10/val/e200").get<double>()),
        0.5);
  }
  EXPECT_EQ(lines_of("runs").size(), 2u);
  EXPECT_EQ(lines_of("recommendations").size(), 2u);
  EXPECT_GE(lines_of("dictionary").size(), 1u);
  ExpectError({"export", table_, "--what", "trials"}, 4, "small.db");
}

TEST_F(TableCommands, ExportFreezesSplits) {
  const std::vector<std::string> command = {
      "export", table_,    "--what", "splits", "--splits",
      "3",      "--train", "2",      "--seed", "4"};
  const ProcessResult csv = RunHwnas(command);
  ASSERT_EQ(csv.exit_code, 0) << csv.err;
  std::istringstream stream(csv.out);
  std::string line;
  std::getline(stream, line);
  EXPECT_EQ(line, "split,architecture,group,side");
  int lines = 0;
  int learnt = 0;
  for (; std::getline(stream, line); ++lines) {
    EXPECT_TRUE(line.starts_with(std::to_string(lines / 4) + ",|")) << line;
    learnt += line.ends_with(",train") ? 1 : 0;
  }
  EXPECT_EQ(lines, 3 * 4);
  EXPECT_EQ(learnt, 3 * 2);
  EXPECT_EQ(RunHwnas(command).out, csv.out);
  ExpectError({"export", table_, "--what", "splits", "--train", "4"}, 2,
              "leave some on both sides");
  ExpectError({"export", table_, "--seed", "4"}, 2, "belong to --what splits");
  ExpectError({"export", table_, "--what", "trials", "--metrics", "accuracy"},
              2, "belongs to --what values, columns or splits");
}

TEST_F(TableCommands, SplitsOfAMetricAreOfArchitecturesThatHaveIt) {
  const ProcessResult csv =
      RunHwnas({"export", table_, "--what", "splits", "--splits", "1",
                "--train", "1", "--metrics", "latency@slow"});
  ASSERT_EQ(csv.exit_code, 0) << csv.err;
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 1 + 3);
}

TEST_F(TableCommands, RunInfoMergeAndVerifySpeakJson) {
  const std::string results = folder_.Path("r.db");
  std::vector<std::string> command = {"run",
                                      "--table",
                                      table_,
                                      "--strategy",
                                      "random",
                                      "--strategy",
                                      "local-search",
                                      "--objectives",
                                      "accuracy",
                                      "--evaluations",
                                      "3",
                                      "--repetitions",
                                      "2"};
  std::vector<std::string> check = command;
  check.push_back("--check");
  const json estimate = Json(check).at("check");
  EXPECT_EQ(estimate.at("runs"), 4);
  EXPECT_EQ(estimate.at("evaluations"), 12);
  EXPECT_EQ(estimate.at("problems")[0].at("simulated_seconds"), nullptr);

  command.insert(command.end(), {"--out", results});
  const json run = Json(command).at("run");
  EXPECT_EQ(run.at("results"), results);
  EXPECT_EQ(run.at("planned"), 4);
  EXPECT_EQ(run.at("ran"), 4);
  EXPECT_EQ(run.at("failed"), 0);
  EXPECT_EQ(run.at("interrupted"), false);
  EXPECT_EQ(Json(command).at("run").at("skipped"), 4);

  const json info = Json({"info", results}).at("results");
  EXPECT_EQ(info.at("runs"), 4);
  EXPECT_EQ(info.at("digest"), run.at("digest"));
  EXPECT_EQ(info.at("trials"), run.at("trials"));
  EXPECT_EQ(info.at("synthetic"), false);
  ASSERT_EQ(info.at("strategies").size(), 2u);
  EXPECT_EQ(info.at("strategies")[0].at("label"), "local-search");
  EXPECT_EQ(info.at("strategies")[0].at("runs"), 2);
  ASSERT_EQ(info.at("problems").size(), 1u);
  EXPECT_EQ(info.at("problems")[0].at("objectives"),
            json({"accuracy:cifar10/val/e200"}));
  EXPECT_EQ(info.at("experiments")[0].at("table"), table_);
  const ProcessResult text = RunHwnas({"info", results});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("accuracy:cifar10/val/e200"));
  EXPECT_THAT(text.out, HasSubstr("local-search"));
  EXPECT_EQ(Json({"info", results, "--check"}).at("check").at("sound"), true);
  ExpectError({"info", results, "--cite"}, 2, "ask the table");

  const json merge =
      Json({"merge", results, "--out", folder_.Path("all.db")}).at("merge");
  EXPECT_EQ(merge.at("added"), 4);
  EXPECT_EQ(merge.at("digest"), run.at("digest"));

  const json verify = Json({"verify", results}).at("verify");
  EXPECT_EQ(verify.at("runs"), 4);
  EXPECT_EQ(verify.at("agrees"), true);
  EXPECT_EQ(verify.at("differences"), json::array());
}

TEST_F(TableCommands, VerifySaysWhichRunDisagrees) {
  const std::string results = folder_.Path("r.db");
  ASSERT_EQ(RunHwnas({"run", "--table", table_, "--strategy", "random",
                      "--objectives", "accuracy", "--evaluations", "3",
                      "--repetitions", "2", "--out", results})
                .exit_code,
            0);
  const std::string change =
      "sqlite3 '" + results +
      "' \"UPDATE run SET digest='0' WHERE repetition=1\"";
  ASSERT_EQ(std::system(change.c_str()), 0);
  const ProcessResult verify =
      RunHwnas({"verify", results, "--format", "json"});
  EXPECT_EQ(verify.exit_code, 6);
  const json document = json::parse(verify.out).at("verify");
  EXPECT_EQ(document.at("agrees"), false);
  // The run made again differs, and what is stored does not fit either.
  ASSERT_EQ(document.at("differences").size(), 2u);
  EXPECT_EQ(document.at("differences")[0].at("run"), "run/random/1");
  EXPECT_EQ(document.at("differences")[1].at("run"), "file");
  EXPECT_EQ(RunHwnas({"info", results, "--check"}).exit_code, 4);
}

TEST_F(TableCommands, PlatformsAreThoseOfTheTable) {
  const json list = Json({"platforms", table_}).at("platforms");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].at("id"), "slow");
  EXPECT_EQ(list[0].at("batch"), nullptr);
  EXPECT_EQ(list[0].at("metrics"), json({"latency@slow:cifar10"}));
}

}  // namespace
}  // namespace hwnas
