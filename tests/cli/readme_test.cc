// What the front page tells a newcomer to do, done as it stands there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/cli/process.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

/// The content of the first block opened by `fence` behind `*at`, which is
/// moved behind it.
std::string NextBlock(const std::string& text, const std::string& fence,
                      size_t* at) {
  const size_t begin = text.find("\n```" + fence + "\n", *at);
  if (begin == std::string::npos) return "";
  const size_t content = begin + fence.size() + 5;
  const size_t end = text.find("\n```", content);
  *at = end + 4;
  return text.substr(content, end + 1 - content);
}

TEST(Readme, ASpaceOfYourOwnWorksAsPrinted) {
  const std::string text =
      ReadBytes(std::string(HWNAS_SOURCE_DIR) + "/README.md");
  size_t at = text.find("### A space of your own");
  ASSERT_NE(at, std::string::npos);
  const TempDir folder;
  WriteBytes(folder.Path("mine.csv"), NextBlock(text, "", &at));
  WriteBytes(folder.Path("mine.toml"), NextBlock(text, "toml", &at));
  const std::string commands = NextBlock(text, "sh", &at);
  EXPECT_THAT(commands, testing::HasSubstr("$hwnas import csv mine.csv"));
  WriteBytes(folder.Path("commands.sh"),
             "set -e\nhwnas='" HWNAS_BINARY "'\ncd '" + folder.Path("") +
                 "'\n" + commands);
  const int status = std::system(("sh '" + folder.Path("commands.sh") + "' >'" +
                                  folder.Path("out") + "' 2>&1")
                                     .c_str());
  const std::string out = ReadBytes(folder.Path("out"));
  EXPECT_EQ(status, 0) << out;
  EXPECT_THAT(out, testing::HasSubstr("mine.db: 2 architectures, 7 values, "
                                      "1 gaps from 'csv'"));
  // The report compares the strategies.
  EXPECT_THAT(out, testing::HasSubstr("regularized-evolution - tpe"));
}

TEST(Readme, TheReferenceOfAnExperimentIsWhatIsPrinted) {
  const ProcessResult result = RunHwnas({"run", "--reference"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, ReadBytes(std::string(HWNAS_SOURCE_DIR) +
                                  "/bench/harness/EXPERIMENT.md"))
      << "write it again: hwnas run --reference > bench/harness/EXPERIMENT.md";
  const ProcessResult json =
      RunHwnas({"run", "--reference", "--format", "json"});
  EXPECT_THAT(json.out, testing::HasSubstr("\"table\": \"[[problem.rung]]\""));
}

}  // namespace
}  // namespace hwnas
