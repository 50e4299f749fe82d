#ifndef HWNAS_TESTS_TABULAR_TAMPER_H_
#define HWNAS_TESTS_TABULAR_TAMPER_H_

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace hwnas {

/// Runs SQL on a file as a hostile stranger would, without our wrapper and
/// without constraints.
inline void Tamper(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  const std::string all = "PRAGMA ignore_check_constraints = ON;" + sql;
  EXPECT_EQ(sqlite3_exec(handle, all.c_str(), nullptr, nullptr, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_TABULAR_TAMPER_H_
