#include "bench/report/text_table.h"

#include <algorithm>
#include <string_view>

#include "tabular/error.h"

namespace hwnas {
namespace {

// Characters of UTF-8: bytes that do not continue one.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// A number with what reports put around it: signs, separators, an
// uncertainty, a unit of percent; or a dash for none.
bool LooksNumeric(std::string_view text) {
  if (text.empty() || text == "-") return true;
  bool digit = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digit = true;
    } else if (std::string_view("+-.,e% ()<>=\xc2\xb1").find(c) ==
               std::string_view::npos) {
      return false;
    }
  }
  return digit;
}

std::string Padded(const std::string& text, size_t width, bool right) {
  const size_t own = Width(text);
  const std::string space(width > own ? width - own : 0, ' ');
  return right ? space + text : text + space;
}

void AppendLine(std::string line, std::string* out) {
  line.erase(line.find_last_not_of(' ') + 1);
  *out += line + "\n";
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header)
    : header_(std::move(header)) {}

void TextTable::AddRow(std::vector<std::string> cells) {
  HWNAS_CHECK(cells.size() == header_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::Text(const std::string& indent) const {
  std::vector<size_t> widths;
  std::vector<bool> right;
  for (size_t i = 0; i < header_.size(); ++i) {
    size_t width = Width(header_[i]);
    bool numeric = !rows_.empty();
    for (const std::vector<std::string>& row : rows_) {
      width = std::max(width, Width(row[i]));
      numeric = numeric && LooksNumeric(row[i]);
    }
    widths.push_back(width);
    right.push_back(numeric);
  }
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
  for (const auto& [name, value] : items) width = std::max(width, Width(name));
  std::string out;
  for (const auto& [name, value] : items) {
    AppendLine(indent + Padded(name, width, false) + "  " + value, &out);
  }
  return out;
}

}  // namespace hwnas
