#ifndef HWNAS_TESTS_REAL_DATA_H_
#define HWNAS_TESTS_REAL_DATA_H_

#include <cstdlib>
#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace hwnas {

/// The folder of published data: $HWNAS_DATA, else ../shared/data beside the
/// source tree; "" when neither is there.
inline std::string RealDataFolder() {
  if (const char* folder = std::getenv("HWNAS_DATA");
      folder != nullptr && *folder != '\0') {
    return folder;
  }
  const std::filesystem::path beside =
      std::filesystem::path(HWNAS_SOURCE_DIR).parent_path() / "shared" / "data";
  return std::filesystem::is_directory(beside) ? beside.string() : "";
}

/// Whether a test that lacks published data fails, and is not skipped.
inline bool RealDataRequired() {
  const char* require = std::getenv("HWNAS_REQUIRE_DATA");
  return require != nullptr && std::string(require) == "1";
}

/// The path of a published file, "" when this machine lacks it (which fails
/// the test where HWNAS_REQUIRE_DATA=1). Use through HWNAS_REAL_DATA.
inline std::string RealData(const std::string& relative) {
  const std::string folder = RealDataFolder();
  if (!folder.empty()) {
    const std::filesystem::path path = std::filesystem::path(folder) / relative;
    if (std::filesystem::exists(path)) return path.string();
  }
  if (RealDataRequired()) {
    ADD_FAILURE() << "HWNAS_REQUIRE_DATA=1, but " << relative
                  << " is not in $HWNAS_DATA or ../shared/data";
  }
  return "";
}

/// Declares `name` as the path of a published file, or skips the test.
#define HWNAS_REAL_DATA(name, relative)                               \
  const std::string name = ::hwnas::RealData(relative);               \
  if (name.empty()) {                                                 \
    GTEST_SKIP() << relative << " is not here: set HWNAS_DATA to the" \
                 << " folder of published data";                      \
  }                                                                   \
  static_cast<void>(0)

}  // namespace hwnas

#endif  // HWNAS_TESTS_REAL_DATA_H_
