#ifndef HWNAS_TESTS_FUZZ_EDITED_FILE_H_
#define HWNAS_TESTS_FUZZ_EDITED_FILE_H_

#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "tabular/error.h"
#include "tests/temp_dir.h"

namespace hwnas {

/// The bytes of a SQLite file, written anew with pages of 512 bytes: edits of
/// two bytes of place reach all of it.
inline std::string InSmallPages(const std::string& path) {
  sqlite3* handle = nullptr;
  HWNAS_CHECK(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  HWNAS_CHECK(sqlite3_exec(handle, "PRAGMA page_size = 512; VACUUM", nullptr,
                           nullptr, nullptr) == SQLITE_OK);
  HWNAS_CHECK(sqlite3_close(handle) == SQLITE_OK);
  return ReadBytes(path);
}

/// Edits of four bytes each: where (two, little-endian, modulo the size), and
/// what to add to the byte there and to the next.
inline std::string ApplyEdits(std::string bytes, const std::string& edits) {
  for (size_t i = 0; i + 4 <= edits.size(); i += 4) {
    const auto at = [&](size_t k) {
      return static_cast<uint8_t>(edits[i + k]);
    };
    const size_t where = (at(0) + 256u * at(1)) % (bytes.size() - 1);
    bytes[where] = static_cast<char>(bytes[where] + edits[i + 2]);
    bytes[where + 1] = static_cast<char>(bytes[where + 1] + edits[i + 3]);
  }
  return bytes;
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_FUZZ_EDITED_FILE_H_
