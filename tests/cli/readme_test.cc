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
  EXPECT_THAT(ReadBytes(folder.Path("mine-report.html")),
              testing::HasSubstr("</html>"));
  EXPECT_THAT(ReadBytes(folder.Path("mine-report.tex")),
              testing::HasSubstr("regularized{-}evolution {-} tpe"));
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

TEST(Readme, TheReferenceOfAStudyIsWhatIsPrinted) {
  const ProcessResult result = RunHwnas({"transfer", "--reference"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, ReadBytes(std::string(HWNAS_SOURCE_DIR) +
                                  "/bench/transfer/STUDY.md"))
      << "write it again: hwnas transfer --reference > bench/transfer/STUDY.md";
  const ProcessResult json =
      RunHwnas({"transfer", "--reference", "--format", "json"});
  EXPECT_THAT(json.out, testing::HasSubstr("\"table\": \"[[data_set]]\""));
}

TEST(Readme, AnArrayJobOfSharesMergesToOneRun) {
  const TempDir folder;
  WriteBytes(folder.Path("e.toml"), R"(
name = "e"
repetitions = 6
[protocol]
evaluations = 20
[[problem]]
objectives = ["accuracy:val"]
[[strategy]]
name = "random"
[[strategy]]
name = "regularized-evolution"
)");
  WriteBytes(folder.Path("commands.sh"), "set -e\ncd '" + folder.Path("") +
                                             R"('
export HWNAS=')" HWNAS_BINARY
                                             R"(' SLURM_ARRAY_TASK_COUNT=3
for i in 1 2 3; do
  SLURM_ARRAY_TASK_ID=$i sh ')" HWNAS_SOURCE_DIR
                                             R"(/bench/experiments/run.sbatch' \
    e.toml synthetic part
done
"$HWNAS" merge part.*.db --out merged.db
"$HWNAS" run e.toml --table synthetic --out whole.db
"$HWNAS" info merged.db --format json >merged.json
"$HWNAS" info whole.db --format json >whole.json
"$HWNAS" info part.1.db --format json >part.json
)");
  const int status = std::system(("sh '" + folder.Path("commands.sh") + "' >'" +
                                  folder.Path("out") + "' 2>&1")
                                     .c_str());
  ASSERT_EQ(status, 0) << ReadBytes(folder.Path("out"));
  const std::string whole = ReadBytes(folder.Path("whole.json"));
  EXPECT_THAT(whole, testing::HasSubstr("\"runs\": 12"));
  EXPECT_EQ(ReadBytes(folder.Path("merged.json")), whole);
  EXPECT_NE(ReadBytes(folder.Path("part.json")), whole);
}

}  // namespace
}  // namespace hwnas
