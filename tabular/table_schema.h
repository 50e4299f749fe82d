#ifndef HWNAS_TABULAR_TABLE_SCHEMA_H_
#define HWNAS_TABULAR_TABLE_SCHEMA_H_

#include "tabular/sqlite.h"

namespace hwnas {

/// What a table is on disk; SCHEMA.md explains it. Private to hwnas_table.
const SqliteFormat& TableFormat();

}  // namespace hwnas

#endif  // HWNAS_TABULAR_TABLE_SCHEMA_H_
