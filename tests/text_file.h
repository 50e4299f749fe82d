#ifndef HWNAS_TESTS_TEXT_FILE_H_
#define HWNAS_TESTS_TEXT_FILE_H_

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace hwnas {

/// The lines of a text file.
inline std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// A line at its separators; no quoting.
inline std::vector<std::string> SplitFields(std::string_view line,
                                            char separator = ',') {
  std::vector<std::string> fields;
  for (;;) {
    const size_t end = line.find(separator);
    fields.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_TEXT_FILE_H_
