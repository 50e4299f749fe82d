// The binary, run as a user would: exit codes, messages, JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "strategies/registry.h"
#include "tabular/version.h"
#include "tests/cli/process.h"

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
  for (const char* command : {"spaces", "strategies"}) {
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
