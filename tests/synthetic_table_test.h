#ifndef HWNAS_TESTS_SYNTHETIC_TABLE_TEST_H_
#define HWNAS_TESTS_SYNTHETIC_TABLE_TEST_H_

#include <gtest/gtest.h>

#include <memory>

#include "datasets/synthetic.h"
#include "tabular/table.h"
#include "tests/temp_dir.h"

namespace hwnas {

/// Tests that share a synthetic table, of every 16th architecture.
class SyntheticTableTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_dir_ = new TempDir();
    SyntheticOptions options;
    options.every = 16;
    WriteSyntheticTable(shared_dir_->Path("table.db"), options);
    table_ = new std::shared_ptr<const Table>(
        Table::Open(shared_dir_->Path("table.db")));
  }
  static void TearDownTestSuite() {
    delete table_;
    delete shared_dir_;
  }

  static inline TempDir* shared_dir_ = nullptr;
  static inline std::shared_ptr<const Table>* table_ = nullptr;
};

}  // namespace hwnas

#endif  // HWNAS_TESTS_SYNTHETIC_TABLE_TEST_H_
