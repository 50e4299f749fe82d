// Every block of commands in the documentation is run as it stands there, or
// says in a comment above its fence, which readers do not see, why it is not:
//
//   <!-- not run: REASON -->
//   <!-- runs with published data -->   skipped where they are not here
//   <!-- runs after: COMMANDS -->       what a reader has done before
//   <!-- file: NAME -->                 the block is what this file holds
//
// A document's blocks run in order by one bash in an empty folder, which has
// links to the source's folders, and `hwnas` where its build puts it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/real_data.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;

/// A fenced block and the comments directly above it.
struct Block {
  int line = 0;          // of its fence, from 1
  std::string language;  // "" where none is named
  std::string text;      // lines, without the fence's indentation
  std::string not_run;   // the reason, "" where it is run
  bool published_data = false;
  std::string after;  // commands
  std::string file;   // a name
};

/// The words between `begin` and `end`, the whole of `line` otherwise; whether
/// `line` is that.
bool Between(const std::string& line, const std::string& begin,
             const std::string& end, std::string* words) {
  if (line.size() < begin.size() + end.size() || line.rfind(begin, 0) != 0 ||
      line.compare(line.size() - end.size(), end.size(), end) != 0) {
    return false;
  }
  *words = line.substr(begin.size(), line.size() - begin.size() - end.size());
  return true;
}

/// The fenced blocks of a document. Throws std::runtime_error, with the line,
/// where a comment is none of those above, lacks its words, stands above no
/// fence, or contradicts another; and where a fence is not closed.
std::vector<Block> Blocks(const std::string& text) {
  std::vector<Block> blocks;
  std::istringstream lines(text);
  std::string line;
  Block block;
  bool commented = false;
  bool inside = false;
  size_t indentation = 0;
  int number = 0;
  const auto fail = [&](const std::string& what) {
    throw std::runtime_error("line " + std::to_string(number) + ": " + what);
  };
  while (std::getline(lines, line)) {
    ++number;
    const size_t first = line.find_first_not_of(' ');
    const std::string words =
        first == std::string::npos ? "" : line.substr(first);
    if (inside) {
      if (words == "```") {
        blocks.push_back(block);
        block = Block();
        inside = false;
      } else {
        block.text +=
            line.substr(std::min({indentation, first, line.size()})) + "\n";
      }
      continue;
    }
    std::string comment;
    if (words.rfind("```", 0) == 0) {
      block.line = number;
      block.language = words.substr(3);
      indentation = first;
      inside = true;
      commented = false;
    } else if (Between(words, "<!--", "-->", &comment)) {
      std::string* value = nullptr;
      if (words == "<!-- runs with published data -->") {
        block.published_data = true;
      } else if (Between(words, "<!-- not run:", "-->", &comment)) {
        value = &block.not_run;
      } else if (Between(words, "<!-- runs after:", "-->", &comment)) {
        value = &block.after;
      } else if (Between(words, "<!-- file:", "-->", &comment)) {
        value = &block.file;
      } else {
        fail("an unknown comment");
      }
      if (value != nullptr) {
        const size_t begin = comment.find_first_not_of(' ');
        if (begin == std::string::npos) fail("a comment without its words");
        if (!value->empty()) *value += "\n";
        *value +=
            comment.substr(begin, comment.find_last_not_of(' ') + 1 - begin);
      }
      if (!block.not_run.empty() &&
          (block.published_data || !block.after.empty())) {
        fail("both run and not run");
      }
      commented = true;
    } else if (commented) {
      fail("no block below the comment");
    }
  }
  if (inside) fail("a fence is not closed");
  if (commented) fail("no block below the comment");
  return blocks;
}

/// Whether a line of a block without a language starts as commands do.
bool LooksLikeCommands(const Block& block) {
  if (!block.language.empty()) return false;
  for (const char* start : {"hwnas ", "$hwnas ", "sqlite3 ", "cmake ", "$ "}) {
    if (("\n" + block.text).find(std::string("\n") + start) !=
        std::string::npos) {
      return true;
    }
  }
  return false;
}

/// The documents with blocks of commands, relative to the source, in order.
std::vector<std::string> Documents() {
  const fs::path root = HWNAS_SOURCE_DIR;
  std::vector<std::string> documents;
  const auto add = [&](const fs::path& path) {
    if (path.extension() != ".md" || path.filename() == "CHANGELOG.md") return;
    const std::string text = ReadBytes(path.string());
    if (text.find("```") != std::string::npos ||
        text.find("<!--") != std::string::npos) {
      documents.push_back(fs::relative(path, root).string());
    }
  };
  for (const auto& entry : fs::directory_iterator(root)) add(entry.path());
  for (const char* folder :
       {"bench", "datasets", "predictors", "strategies", "tabular", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      add(entry.path());
    }
  }
  std::sort(documents.begin(), documents.end());
  return documents;
}

std::string Quoted(const std::string& path) { return "'" + path + "'"; }

class Documentation : public testing::TestWithParam<std::string> {};

TEST_P(Documentation, CommandsRunAsPrinted) {
  const fs::path root = HWNAS_SOURCE_DIR;
  std::vector<Block> blocks;
  try {
    blocks = Blocks(ReadBytes((root / GetParam()).string()));
  } catch (const std::runtime_error& error) {
    FAIL() << GetParam() << ", " << error.what();
  }
  const TempDir folder;
  const std::string scratch = folder.Path("scratch");
  fs::create_directories(scratch + "/build/release/bin");
  fs::create_symlink(HWNAS_BINARY, scratch + "/build/release/bin/hwnas");
  for (const char* name :
       {"bench", "datasets", "predictors", "strategies", "tabular"}) {
    fs::create_directory_symlink(root / name, scratch + "/" + name);
  }
  std::string script =
      "set -e\nexport LC_ALL=C PATH=" + Quoted(scratch + "/build/release/bin") +
      ":\"$PATH\"\nhwnas=hwnas\ncd " + Quoted(scratch) + "\n";
  std::string data = RealDataFolder();
  if (!fs::is_directory(data)) data.clear();
  if (!data.empty()) {
    script += "export HWNAS_DATA=" + Quoted(fs::absolute(data).string()) + "\n";
  }
  int ran = 0, marked = 0, without_data = 0;
  for (const Block& block : blocks) {
    const std::string at = GetParam() + ":" + std::to_string(block.line);
    EXPECT_FALSE(LooksLikeCommands(block))
        << at << ": commands, open their block by ```sh";
    if (block.language != "sh") {
      EXPECT_TRUE(block.not_run.empty() && block.after.empty() &&
                  !block.published_data)
          << at << ": the comment is for a block of commands";
      if (!block.file.empty()) {
        // In order with the commands: a later one may replace it.
        script += "cat >" + Quoted(block.file) + " <<'END OF FILE'\n" +
                  block.text + "END OF FILE\n";
      }
      continue;
    }
    if (!block.not_run.empty()) {
      ++marked;
      continue;
    }
    if (block.published_data && data.empty()) {
      EXPECT_FALSE(RealDataRequired())
          << at << ": HWNAS_REQUIRE_DATA=1, but there is no "
          << "$HWNAS_DATA and no ../shared/data";
      ++without_data;
      continue;
    }
    ++ran;
    script += "echo '--- " + at + "' >&2\n" + block.after + "\n" + block.text;
  }
  std::cout << GetParam() << ": blocks of commands run " << ran
            << ", marked as not run " << marked << ", without their data "
            << without_data << "\n";
  if (ran > 0) {
    WriteBytes(folder.Path("commands.sh"), script);
    const int status = std::system(
        ("bash " + Quoted(folder.Path("commands.sh")) + " </dev/null >" +
         Quoted(folder.Path("out")) + " 2>" + Quoted(folder.Path("err")))
            .c_str());
    EXPECT_EQ(status, 0) << "after the last '---' of\n"
                         << ReadBytes(folder.Path("err")) << "by\n"
                         << script;
  }
  if (without_data > 0) {
    GTEST_SKIP() << without_data << " blocks of " << GetParam()
                 << " need published data: set HWNAS_DATA to their folder";
  }
}

INSTANTIATE_TEST_SUITE_P(
    , Documentation, testing::ValuesIn(Documents()),
    [](const testing::TestParamInfo<std::string>& document) {
      std::string name = document.param.substr(0, document.param.size() - 3);
      for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
      }
      return name;
    });

TEST(DocumentationBlocks, HaveTheirCommentsAndNoIndentation) {
  const std::vector<Block> blocks = Blocks(
      "<!-- not run: dear -->\n```sh\na\n```\n"
      "1. item\n   <!-- runs with published data -->\n"
      "   <!-- runs after: touch b -->\n   ```sh\n   b\n     c\n\n   ```\n"
      "<!-- file: f.csv -->\n```\nd\n```\n");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].not_run, "dear");
  EXPECT_EQ(blocks[0].text, "a\n");
  EXPECT_EQ(blocks[0].line, 2);
  EXPECT_TRUE(blocks[1].published_data);
  EXPECT_EQ(blocks[1].after, "touch b");
  EXPECT_EQ(blocks[1].text, "b\n  c\n\n");
  EXPECT_EQ(blocks[1].not_run, "");
  EXPECT_EQ(blocks[2].file, "f.csv");
  EXPECT_EQ(blocks[2].language, "");
}

TEST(DocumentationBlocks, CommentsThatSayNothingOrAreStaleAreErrors) {
  const auto fault = [](const std::string& text) -> std::string {
    try {
      Blocks(text);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  const std::string block = "```sh\na\n```\n";
  EXPECT_EQ(fault(block), "");
  EXPECT_EQ(fault("<!-- not run: -->\n" + block),
            "line 1: a comment without its words");
  EXPECT_EQ(fault("<!-- not runs: x -->\n" + block),
            "line 1: an unknown comment");
  EXPECT_EQ(fault("<!-- not run: x -->\n\n" + block),
            "line 2: no block below the comment");
  EXPECT_EQ(fault("<!-- not run: x -->"), "line 1: no block below the comment");
  EXPECT_EQ(fault("<!-- not run: x -->\n<!-- runs after: y -->\n" + block),
            "line 2: both run and not run");
  EXPECT_EQ(fault("```sh\na\n"), "line 2: a fence is not closed");
}

}  // namespace
}  // namespace hwnas
