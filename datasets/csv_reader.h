#ifndef HWNAS_DATASETS_CSV_READER_H_
#define HWNAS_DATASETS_CSV_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// A CSV file of RFC 4180 with a header, in memory: fields in quotes may hold
/// commas, line breaks and doubled quotes; lines end in LF or CRLF, the last
/// may lack it; a byte order mark is skipped. Strict: every row has as many
/// fields as the header, and a stray quote or carriage return, a NUL or a
/// blank line is refused. Bounded to 4,096 columns and 1 MiB a field. All
/// refusals are Error(kCorrupt) "FILE:LINE: ...".
///
/// A name that stands in the header more than once is known as `name` the
/// first time and as `name#2`, `name#3` thereafter.
class CsvReader {
 public:
  CsvReader(std::string bytes, const std::string& name);
  /// Error(kNotFound), kIo, or kCorrupt beyond 1 GiB.
  static CsvReader ReadFile(const std::string& path);

  const std::vector<std::string>& Header() const { return header_; }
  bool Has(std::string_view column) const;
  /// Index of a column; Error(kCorrupt) naming file, column and the nearest:
  /// the file is not what its description says.
  size_t Column(std::string_view column) const;

  /// The next row's fields, valid until the next call; false at the end.
  bool Next();
  const std::vector<std::string>& Fields() const { return fields_; }
  const std::string& Field(size_t column) const { return fields_[column]; }
  /// Line on which the current row begins, counted from 1.
  size_t Line() const { return row_line_; }

  /// "FILE:LINE" of the current row.
  std::string Place() const;
  /// "FILE:LINE: message" as Error(kCorrupt), for the current row.
  [[noreturn]] void Fail(const std::string& message) const;

 private:
  bool ReadRow();

  std::string bytes_;
  std::string name_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t row_line_ = 1;
  std::vector<std::string> header_;
  std::vector<std::string> fields_;
};

}  // namespace hwnas

#endif  // HWNAS_DATASETS_CSV_READER_H_
