#include "bench/report/text_table.h"

#include <algorithm>
#include <string_view>

#include "tabular/error.h"

namespace hwnas {
namespace {

std::string Padded(const std::string& text, size_t width, bool right) {
  const size_t own = TextWidth(text);
  const std::string space(width > own ? width - own : 0, ' ');
  return right ? space + text : text + space;
}

void AppendLine(std::string line, std::string* out) {
  line.erase(line.find_last_not_of(' ') + 1);
  *out += line + "\n";
}

}  // namespace

bool LooksNumeric(std::string_view text) {
  if (text.empty() || text == "-") return true;
  bool digit = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digit = true;
    } else if (std::string_view("+-.,e% ()[]/<>=\xc2\xb1").find(c) ==
               std::string_view::npos) {
      return false;
    }
  }
  return digit;
}

std::vector<bool> NumericColumns(
    size_t columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<bool> numeric(columns, !rows.empty());
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < columns; ++i) {
      numeric[i] = numeric[i] && LooksNumeric(row[i]);
    }
  }
  return numeric;
}

size_t TextWidth(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

TextTable::TextTable(std::vector<std::string> header)
    : header_(std::move(header)) {}

void TextTable::AddRow(std::vector<std::string> cells) {
  HWNAS_CHECK(cells.size() == header_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::Text(const std::string& indent) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < header_.size(); ++i) {
    size_t width = TextWidth(header_[i]);
    for (const std::vector<std::string>& row : rows_) {
      width = std::max(width, TextWidth(row[i]));
    }
    widths.push_back(width);
  }
  const std::vector<bool> right = NumericColumns(header_.size(), rows_);
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text = indent;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text += "  ";
      text += Padded(cells[i], widths[i], right[i]);
    }
    return text;
  };
  std::string out;
  AppendLine(line(header_), &out);
  std::vector<std::string> rule;
  for (const size_t width : widths) rule.emplace_back(width, '-');
  AppendLine(line(rule), &out);
  for (const std::vector<std::string>& row : rows_) {
    AppendLine(line(row), &out);
  }
  return out;
}

std::string TextList(
    const std::vector<std::pair<std::string, std::string>>& items,
    const std::string& indent) {
  size_t width = 0;
  for (const auto& [name, value] : items)
    width = std::max(width, TextWidth(name));
  std::string out;
  for (const auto& [name, value] : items) {
    AppendLine(indent + Padded(name, width, false) + "  " + value, &out);
  }
  return out;
}

}  // namespace hwnas
