#ifndef HWNAS_DATASETS_CSV_CSV_SCHEMA_H_
#define HWNAS_DATASETS_CSV_CSV_SCHEMA_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/toml_reader.h"
#include "tabular/table_writer.h"

namespace hwnas {

/// What to make of a row whose architecture and replicate came before.
enum class CsvDuplicates { kError, kIdentical, kReplicates };

/// A column of a CSV file that holds values.
struct CsvColumn {
  std::string name;  // in the header; `x#2` for the second of that name
  Column column;     // metric, source, origin, mean_of, note
  bool prefer = false;
  std::string replicate;         // a fixed label
  std::string replicate_column;  // or the column that holds it
  double scale = 1;
  std::map<std::string, Missing> missing;  // by the field's text
  std::optional<Missing> absent;  // for the table's rows that the file lacks

  /// What a field is a marker of: by its text, or, for markers that are
  /// numbers, by its value (-1 is -1.0).
  std::optional<Missing> ReasonOf(const std::string& field) const;
};

/// What a CSV file means; see datasets/csv/README.md for the TOML.
struct CsvSchema {
  std::string name;  // of the schema, for messages
  std::shared_ptr<const SearchSpace> space;
  char separator = ',';  // joins the key's columns
  TableInfo info;
  std::vector<std::string> key;  // columns of the text form, in order
  std::string index;             // column of the published index
  std::string scheme;            // which the index is of
  std::vector<std::string> ignore;
  CsvDuplicates duplicates = CsvDuplicates::kError;
  std::vector<Source> sources;
  std::vector<Platform> platforms;
  std::vector<CsvColumn> columns;
};

/// From a TOML file, or the built-in schema of that name. Error(kUsage) with
/// file and line; kNotFound when it is neither.
CsvSchema ReadCsvSchema(const std::string& name_or_path);
CsvSchema ParseCsvSchema(const TomlTable& toml, const std::string& name);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_CSV_CSV_SCHEMA_H_
