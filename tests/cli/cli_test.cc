// The binary, run as a user would: exit codes, messages, JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/importer.h"
#include "strategies/registry.h"
#include "tabular/version.h"
#include "tests/cli/process.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

// One line, with the program's name.
void ExpectError(const ProcessResult& result, int exit_code,
                 const std::string& says) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, StartsWith("hwnas: error: "));
  EXPECT_THAT(result.err, HasSubstr(says));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
      << result.err;
}

TEST(Cli, VersionSaysTheBuild) {
  const ProcessResult result = RunHwnas({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "hwnas " + Version() + " (" + BuildInfo() + ")\n");
  EXPECT_EQ(result.err, "");
}

TEST(Cli, HelpListsEveryCommandAndEveryCommandHasHelp) {
  const ProcessResult help = RunHwnas({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_EQ(help.err, "");
  for (const char* command :
       {"import", "info", "query", "front", "export", "run", "verify", "merge",
        "report", "reproduce", "transfer", "datasets", "platforms", "spaces",
        "strategies"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
    const ProcessResult own = RunHwnas({command, "--help"});
    EXPECT_EQ(own.exit_code, 0) << command;
    EXPECT_THAT(own.out, HasSubstr("Usage: hwnas " + std::string(command)));
  }
}

TEST(Cli, UnknownCommandNamesTheNearest) {
  ExpectError(RunHwnas({"stategies"}), 2,
              "unknown command 'stategies'; did you mean 'strategies'?");
}

TEST(Cli, UnknownOptionNamesTheNearest) {
  ExpectError(RunHwnas({"strategies", "--fromat", "json"}), 2,
              "hwnas strategies: unknown option '--fromat'; did you mean "
              "'--format'?");
}

TEST(Cli, NoCommandIsAUsageError) {
  ExpectError(RunHwnas({}), 2, "see 'hwnas --help'");
}

TEST(Cli, UnknownFormatIsAUsageError) {
  ExpectError(RunHwnas({"spaces", "--format", "jsn"}), 2,
              "unknown format 'jsn'; did you mean 'json'?");
}

TEST(Cli, UnknownStrategyNamesTheNearest) {
  ExpectError(RunHwnas({"strategies", "randon"}), 2,
              "unknown strategy 'randon'; did you mean 'random'?");
}

TEST(Cli, StrategiesAreAnArrayNamedAfterTheCommand) {
  const ProcessResult result = RunHwnas({"strategies", "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json document = json::parse(result.out);
  EXPECT_EQ(document.at("format_version"), 1);
  const json& list = document.at("strategies");
  ASSERT_EQ(list.size(), BuiltInStrategies().size());
  for (size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(list[i].at("name"), BuiltInStrategies()[i].name);
    EXPECT_EQ(list[i].at("options").size(),
              BuiltInStrategies()[i].options.size());
  }
}

TEST(Cli, OneStrategyIsShownWithItsOptions) {
  const StrategyInfo& info = FindStrategy("regularized-evolution");
  const ProcessResult result = RunHwnas({"strategies", info.name});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr(info.Id()));
  for (const OptionInfo& option : info.options) {
    EXPECT_THAT(result.out, HasSubstr(option.name));
  }
}

TEST(Cli, SpacesAreListedWithTheirSize) {
  const ProcessResult result = RunHwnas({"spaces", "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json list = json::parse(result.out).at("spaces");
  const auto nb201 = std::find_if(list.begin(), list.end(), [](const json& s) {
    return s.at("name") == "nb201";
  });
  ASSERT_NE(nb201, list.end());
  EXPECT_EQ(nb201->at("size"), 15625);
  EXPECT_EQ(nb201->at("moves"), json({"node", "edge"}));
  EXPECT_EQ(nb201->at("decisions").size(), 6u);
}

TEST(Cli, DatasetsSayWhereToGetThem) {
  const ProcessResult result = RunHwnas({"datasets", "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json document = json::parse(result.out);
  ASSERT_EQ(document.at("datasets").size(), Importers().size());
  for (const json& dataset : document.at("datasets")) {
    EXPECT_NE(dataset.at("licence"), "") << dataset.at("name");
    EXPECT_NE(dataset.at("obtain"), "") << dataset.at("name");
  }
}

TEST(Cli, ImportReadsAUsersCsvAndRefusesWhatIsNotThere) {
  const TempDir folder;
  const std::string csv = folder.Path("mine.csv");
  const std::string schema = folder.Path("mine.toml");
  const std::string table = folder.Path("mine.db");
  WriteBytes(csv,
             "cell,acc\n"
             "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|,41.5\n");
  WriteBytes(schema,
             "space = \"nb201\"\ntitle = \"Mine\"\nkey = \"cell\"\n"
             "defaults = {dataset = \"cifar10\", split = \"val\", fidelity "
             "= \"e200\"}\n"
             "[[source]]\nname = \"mine\"\norigin = \"here\"\n"
             "licence = \"MIT\"\n"
             "[[column]]\nname = \"acc\"\nmetric = \"accuracy\"\n"
             "source = \"mine\"\n");
  ExpectError(RunHwnas({"import", "cvs", csv, "--out", table}), 2,
              "unknown source 'cvs'; did you mean 'csv'?");
  ExpectError(RunHwnas({"import", "csv", folder.Path("none.csv"), "--schema",
                        schema, "--out", table}),
              3, "none.csv");
  const ProcessResult imported =
      RunHwnas({"import", "csv", csv, "--schema", schema, "--out", table,
                "--format", "json"});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  const json report = json::parse(imported.out).at("import");
  EXPECT_EQ(report.at("architectures"), 1);
  EXPECT_EQ(report.at("values"), 1);
  const ProcessResult front =
      RunHwnas({"front", table, "--objectives", "accuracy"});
  EXPECT_EQ(front.exit_code, 0) << front.err;
  EXPECT_THAT(front.out, HasSubstr("41.5"));
}

TEST(Cli, FullDiskIsAnIoError) {
  ProcessOptions options;
  options.stdout_path = "/dev/full";
  ExpectError(RunHwnas({"strategies", "--format", "json"}, options), 7,
              "cannot write to standard output: No space left on device");
}

TEST(Cli, ReaderThatGoesAwayEndsItQuietly) {
  ProcessOptions options;
  options.close_output = true;
  const ProcessResult result = RunHwnas({"strategies"}, options);
  EXPECT_EQ(result.exit_code, 141);
  EXPECT_EQ(result.err, "");
}

}  // namespace
}  // namespace hwnas
