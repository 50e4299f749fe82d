#ifndef HWNAS_BENCH_REPORT_TEXT_TABLE_H_
#define HWNAS_BENCH_REPORT_TEXT_TABLE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hwnas {

/// Whether a cell is a number with what reports put around it (signs, an
/// uncertainty, an interval's brackets), or a dash for none.
bool LooksNumeric(std::string_view text);

/// For each column of rows as long as `columns`, whether all its cells look
/// numeric: such a column is set flush right.
std::vector<bool> NumericColumns(
    size_t columns, const std::vector<std::vector<std::string>>& rows);

/// Places that UTF-8 text takes: a character counts as one.
size_t TextWidth(std::string_view text);

/// A table for a terminal: columns aligned and two spaces apart, a column of
/// numbers to the right, any other to the left. Cells are UTF-8 on one line;
/// a character counts as one place.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  /// As many cells as the header has (HWNAS_CHECK).
  void AddRow(std::vector<std::string> cells);
  size_t Rows() const { return rows_.size(); }

  /// Header, rule and rows, each line ended; every line starts with `indent`.
  std::string Text(const std::string& indent = "") const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// 'name  value' lines for what has one value each, names padded alike.
std::string TextList(
    const std::vector<std::pair<std::string, std::string>>& items,
    const std::string& indent = "");

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_TEXT_TABLE_H_
