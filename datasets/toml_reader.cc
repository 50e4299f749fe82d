#include "datasets/toml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <toml.hpp>
#include <utility>

#include "datasets/file_reader.h"
#include "tabular/error.h"

namespace hwnas {

namespace {

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr int kMostDepth = 32;
constexpr size_t kMostValues = 1'000'000;

using TomlValue =
    toml::basic_value<toml::discard_comments, std::unordered_map, std::vector>;

/// Bounds what the parser proper will recurse on, before it sees the text:
/// nested brackets, parts of dotted keys, and the number of values. It walks
/// the text as TOML's lexer does; where the text is no TOML, the parser stops
/// there, so what this makes of the rest does not matter.
class Scan {
 public:
  Scan(std::string_view text, const std::string& name)
      : text_(text), name_(name) {}

  void Run() {
    CheckText();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      switch (c) {
        case '#':
          while (at_ < text_.size() && text_[at_] != '\n') ++at_;
          continue;
        case '"':
        case '\'':
          SkipString(c);
          continue;
        case '\n':
          ++line_;
          dots_ = 0;
          break;
        case '[':
        case '{':
          ++depth_;
          dots_ = 0;
          CountValue();
          break;
        case ']':
        case '}':
          depth_ = std::max(0, depth_ - 1);
          dots_ = 0;
          break;
        case '=':
        case ',':
          dots_ = 0;
          CountValue();
          break;
        case '.':
          ++dots_;
          break;
        default:
          break;
      }
      if (depth_ + dots_ > kMostDepth) {
        throw Error(ErrorCode::kCorrupt,
                    fmt::format("{}:{}: nested deeper than {} levels", name_,
                                line_, kMostDepth));
      }
      ++at_;
    }
  }

 private:
  /// TOML is UTF-8 without control characters. Checked here since toml11, when
  /// it reports such a byte in a string, moves beyond its own buffer.
  void CheckText() {
    size_t line = 1;
    for (size_t i = 0; i < text_.size();) {
      const auto first = static_cast<uint8_t>(text_[i]);
      if (first == '\n') ++line;
      const size_t length = SequenceLength(i);
      if (length == 0) {
        throw Error(ErrorCode::kUsage,
                    fmt::format("{}:{}: no TOML: the byte 0x{:02x} stands for "
                                "no character of UTF-8 text",
                                name_, line, first));
      }
      i += length;
    }
  }

  /// Length of the character at `i`; 0 when it is none.
  size_t SequenceLength(size_t i) const {
    const auto byte = [&](size_t k) -> uint32_t {
      return k < text_.size() ? static_cast<uint8_t>(text_[k]) : 0;
    };
    const uint32_t first = byte(i);
    if (first < 0x80) {
      const bool control = first < 0x20 || first == 0x7f;
      const bool blank = first == '\t' || first == '\n' || first == '\r';
      return control && !blank ? 0 : 1;
    }
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4) return 0;
    uint32_t code = first & (0xffu >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return 0;
      code = code << 6 | (byte(i + k) & 0x3f);
    }
    const uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least || code > 0x10ffff || surrogate ? 0 : length;
  }

  bool Has(std::string_view prefix) const {
    return text_.substr(at_, prefix.size()) == prefix;
  }

  void SkipString(char quote) {
    const std::string three(3, quote);
    const bool escapes = quote == '"';
    if (Has(three)) {
      at_ += 3;
      while (at_ < text_.size() && !Has(three)) {
        if (text_[at_] == '\n') ++line_;
        if (escapes && text_[at_] == '\\' && at_ + 1 < text_.size()) {
          ++at_;
          if (text_[at_] == '\n') ++line_;
        }
        ++at_;
      }
      at_ = std::min(text_.size(), at_ + 3);
      // Up to two quotes before the closing three belong to the string.
      for (int i = 0; i < 2 && at_ < text_.size(); ++i) {
        if (text_[at_] == quote) ++at_;
      }
      return;
    }
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      if (escapes && text_[at_] == '\\' && at_ + 1 < text_.size() &&
          text_[at_ + 1] != '\n') {
        ++at_;
      }
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == quote) ++at_;
  }

  void CountValue() {
    if (++values_ > kMostValues) {
      throw Error(ErrorCode::kCorrupt, fmt::format("{}:{}: more than {} values",
                                                   name_, line_, kMostValues));
    }
  }

  std::string_view text_;
  const std::string& name_;
  size_t at_ = 0;
  size_t line_ = 1;
  int depth_ = 0;
  int dots_ = 0;
  size_t values_ = 0;
};

/// What toml11 says, in one line and without its own function names.
std::string OneLine(const std::string& what) {
  std::string line = what.substr(0, what.find('\n'));
  for (const std::string_view prefix : {"[error] ", "[error]"}) {
    if (line.rfind(prefix, 0) == 0) line.erase(0, prefix.size());
  }
  if (line.rfind("toml::", 0) == 0) {
    const size_t colon = line.find(": ");
    if (colon != std::string::npos) line.erase(0, colon + 2);
  }
  return Quoted(line, 200);
}

enum class Kind { kString, kInteger, kNumber, kBool, kDate, kArray, kTable };

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kString:
      return "a string";
    case Kind::kInteger:
      return "an integer";
    case Kind::kNumber:
      return "a number";
    case Kind::kBool:
      return "a boolean";
    case Kind::kDate:
      return "a date or time";
    case Kind::kArray:
      return "a list";
    case Kind::kTable:
      return "a table";
  }
  return "";
}

}  // namespace

struct TomlTable::Node {
  Kind kind = Kind::kTable;
  std::shared_ptr<const std::string> file;
  size_t line = 1;
  std::string text;  // of a string
  int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<std::shared_ptr<Node>> items;              // of a list
  std::map<std::string, std::shared_ptr<Node>> entries;  // of a table
  std::vector<std::string> order;                        // its keys
  std::set<std::string> read;
  std::set<std::string> asked;

  std::string Place() const { return fmt::format("{}:{}", *file, line); }

  [[noreturn]] void Fail(const std::string& message) const {
    throw Error(ErrorCode::kUsage, fmt::format("{}: {}", Place(), message));
  }

  [[noreturn]] void Mismatch(const std::string& key, const char* expected,
                             const Node& found) const {
    found.Fail(fmt::format("key '{}': expected {}, found {}", Quoted(key),
                           expected, KindName(found.kind)));
  }

  /// The entry, marked as read; null when absent.
  const Node* Find(const std::string& key) {
    asked.insert(key);
    const auto entry = entries.find(key);
    if (entry == entries.end()) return nullptr;
    read.insert(key);
    return entry->second.get();
  }

  const Node& Get(const std::string& key, const char* expected) {
    const Node* node = Find(key);
    if (node == nullptr) {
      Fail(fmt::format("key '{}' is missing; expected {}", Quoted(key),
                       expected));
    }
    return *node;
  }

  /// The items of a list; a lone value is a list of one.
  std::vector<const Node*> List(const std::string& key) {
    std::vector<const Node*> list;
    const Node* node = Find(key);
    if (node == nullptr) return list;
    if (node->kind != Kind::kArray) {
      list.push_back(node);
    } else {
      for (const auto& item : node->items) list.push_back(item.get());
    }
    return list;
  }

  const std::string& AsString(const std::string& key, const Node& node) const {
    if (node.kind != Kind::kString) Mismatch(key, "a string", node);
    return node.text;
  }

  int64_t AsInteger(const std::string& key, const Node& node) const {
    if (node.kind != Kind::kInteger) Mismatch(key, "an integer", node);
    return node.integer;
  }

  double AsNumber(const std::string& key, const Node& node) const {
    if (node.kind == Kind::kInteger) return static_cast<double>(node.integer);
    if (node.kind != Kind::kNumber) Mismatch(key, "a number", node);
    if (!std::isfinite(node.number)) {
      node.Fail(fmt::format("key '{}': expected a finite number", Quoted(key)));
    }
    return node.number;
  }

  std::string AsText(const std::string& key, const Node& node) const {
    switch (node.kind) {
      case Kind::kString:
        return node.text;
      case Kind::kInteger:
        return fmt::format("{}", node.integer);
      case Kind::kNumber:
        return fmt::format("{}", AsNumber(key, node));
      case Kind::kBool:
        return node.boolean ? "true" : "false";
      default:
        Mismatch(key, "a string, number or boolean", node);
    }
  }

  void CheckAllRead() const {
    for (const std::string& key : order) {
      const Node& entry = *entries.at(key);
      if (read.count(key) == 0) {
        const std::vector<std::string> known(asked.begin(), asked.end());
        const std::string nearest = Nearest(key, known);
        std::string message = fmt::format("unknown key '{}'", Quoted(key));
        if (!nearest.empty()) {
          message += fmt::format("; did you mean '{}'?", nearest);
        }
        constexpr size_t kMost = 40;
        if (!known.empty() && known.size() <= kMost) {
          message += fmt::format(" (known: {})", fmt::join(known, ", "));
        }
        entry.Fail(message);
      }
      entry.CheckBelow();
    }
  }

  void CheckBelow() const {
    if (kind == Kind::kTable) CheckAllRead();
    for (const auto& item : items) item->CheckBelow();
  }

  static std::shared_ptr<Node> Convert(
      const TomlValue& value, const std::shared_ptr<const std::string>& file,
      const std::vector<size_t>& lines);
};

namespace {

const toml::detail::region* RegionOf(const TomlValue& value) {
  return dynamic_cast<const toml::detail::region*>(
      toml::detail::get_region(value));
}

size_t OffsetOf(const TomlValue& value) {
  const auto* region = RegionOf(value);
  if (region == nullptr) return 0;
  return static_cast<size_t>(region->first() - region->begin());
}

/// The number as written, without underscores and plus sign.
std::string Digits(const TomlValue& value) {
  const auto* region = RegionOf(value);
  HWNAS_CHECK(region != nullptr);
  std::string text = region->str();
  std::erase(text, '_');
  if (!text.empty() && text.front() == '+') text.erase(0, 1);
  return text;
}

/// Read again from the text, strictly: toml11 reads numbers through streams,
/// which clamp what does not fit and follow the process's locale.
bool ParseInteger(const std::string& written, int64_t* out) {
  int base = 10;
  size_t begin = 0;
  if (written.size() > 2 && written[0] == '0') {
    const char mark = written[1];
    base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
    if (base != 10) begin = 2;
  }
  const char* end = written.data() + written.size();
  const auto result = std::from_chars(written.data() + begin, end, *out, base);
  return result.ec == std::errc() && result.ptr == end;
}

bool ParseNumber(const std::string& written, double* out) {
  const char* end = written.data() + written.size();
  const auto result = std::from_chars(written.data(), end, *out);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

std::shared_ptr<TomlTable::Node> TomlTable::Node::Convert(
    const TomlValue& value, const std::shared_ptr<const std::string>& file,
    const std::vector<size_t>& lines) {
  auto node = std::make_shared<Node>();
  node->file = file;
  const size_t offset = OffsetOf(value);
  node->line = static_cast<size_t>(
      std::upper_bound(lines.begin(), lines.end(), offset) - lines.begin());
  switch (value.type()) {
    case toml::value_t::boolean:
      node->kind = Kind::kBool;
      node->boolean = value.as_boolean();
      break;
    case toml::value_t::integer:
      node->kind = Kind::kInteger;
      if (!ParseInteger(Digits(value), &node->integer)) {
        node->Fail(
            fmt::format("{} is no integer of 64 bits", Quoted(Digits(value))));
      }
      break;
    case toml::value_t::floating:
      node->kind = Kind::kNumber;
      if (!ParseNumber(Digits(value), &node->number)) {
        node->Fail(
            fmt::format("{} does not fit a number", Quoted(Digits(value))));
      }
      break;
    case toml::value_t::string:
      node->kind = Kind::kString;
      node->text = value.as_string().str;
      break;
    case toml::value_t::array:
      node->kind = Kind::kArray;
      for (const TomlValue& item : value.as_array()) {
        node->items.push_back(Convert(item, file, lines));
      }
      break;
    case toml::value_t::table: {
      node->kind = Kind::kTable;
      std::vector<std::pair<size_t, std::string>> places;
      for (const auto& [key, entry] : value.as_table()) {
        // An array of tables begins where its first table does.
        const bool tables = entry.is_array() && !entry.as_array().empty() &&
                            entry.as_array().front().is_table();
        places.emplace_back(OffsetOf(tables ? entry.as_array().front() : entry),
                            key);
        node->entries[key] = Convert(entry, file, lines);
      }
      std::sort(places.begin(), places.end());
      for (auto& place : places) node->order.push_back(std::move(place.second));
      break;
    }
    default:
      node->kind = Kind::kDate;
      break;
  }
  return node;
}

TomlTable::TomlTable(std::shared_ptr<Node> node) : node_(std::move(node)) {}

TomlTable TomlTable::ReadFile(const std::string& path) {
  return ReadText(ReadWholeFile(path, kMostBytes), path);
}

TomlTable TomlTable::ReadText(std::string_view text, const std::string& name) {
  const std::string quoted = Quoted(name, 400);
  if (text.size() > kMostBytes) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: larger than {} bytes", quoted, kMostBytes));
  }
  Scan(text, quoted).Run();
  std::vector<size_t> lines = {0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') lines.push_back(i + 1);
  }
  try {
    std::istringstream stream{std::string(text)};
    const TomlValue value =
        toml::parse<toml::discard_comments, std::unordered_map, std::vector>(
            stream, quoted);
    return TomlTable(Node::Convert(
        value, std::make_shared<const std::string>(quoted), lines));
  } catch (const Error&) {
    throw;
  } catch (const toml::exception& e) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}:{}: no TOML: {}", quoted, e.location().line(),
                            OneLine(e.what())));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: no TOML: {}", quoted, OneLine(e.what())));
  }
}

bool TomlTable::Has(const std::string& key) const {
  node_->asked.insert(key);
  return node_->entries.count(key) != 0;
}

bool TomlTable::HasTable(const std::string& key) const {
  node_->asked.insert(key);
  const auto entry = node_->entries.find(key);
  return entry != node_->entries.end() && entry->second->kind == Kind::kTable;
}

std::string TomlTable::String(const std::string& key) const {
  return node_->AsString(key, node_->Get(key, "a string"));
}

std::string TomlTable::String(const std::string& key,
                              std::string fallback) const {
  const Node* node = node_->Find(key);
  return node == nullptr ? fallback : node_->AsString(key, *node);
}

int64_t TomlTable::Integer(const std::string& key) const {
  return node_->AsInteger(key, node_->Get(key, "an integer"));
}

int64_t TomlTable::Integer(const std::string& key, int64_t fallback) const {
  const Node* node = node_->Find(key);
  return node == nullptr ? fallback : node_->AsInteger(key, *node);
}

double TomlTable::Number(const std::string& key) const {
  return node_->AsNumber(key, node_->Get(key, "a number"));
}

double TomlTable::Number(const std::string& key, double fallback) const {
  const Node* node = node_->Find(key);
  return node == nullptr ? fallback : node_->AsNumber(key, *node);
}

bool TomlTable::Bool(const std::string& key, bool fallback) const {
  const Node* node = node_->Find(key);
  if (node == nullptr) return fallback;
  if (node->kind != Kind::kBool) node_->Mismatch(key, "true or false", *node);
  return node->boolean;
}

std::string TomlTable::Text(const std::string& key) const {
  return node_->AsText(key, node_->Get(key, "a string, number or boolean"));
}

std::vector<std::string> TomlTable::Strings(const std::string& key) const {
  std::vector<std::string> values;
  for (const Node* node : node_->List(key)) {
    values.push_back(node_->AsString(key, *node));
  }
  return values;
}

std::vector<double> TomlTable::Numbers(const std::string& key) const {
  std::vector<double> values;
  for (const Node* node : node_->List(key)) {
    values.push_back(node_->AsNumber(key, *node));
  }
  return values;
}

std::vector<int64_t> TomlTable::Integers(const std::string& key) const {
  std::vector<int64_t> values;
  for (const Node* node : node_->List(key)) {
    values.push_back(node_->AsInteger(key, *node));
  }
  return values;
}

std::vector<std::vector<double>> TomlTable::Matrix(
    const std::string& key) const {
  std::vector<std::vector<double>> matrix;
  const Node* node = node_->Find(key);
  if (node == nullptr) return matrix;
  if (node->kind != Kind::kArray) {
    node_->Mismatch(key, "a list of lists of numbers", *node);
  }
  for (const auto& row : node->items) {
    if (row->kind != Kind::kArray) {
      node_->Mismatch(key, "a list of numbers", *row);
    }
    std::vector<double>& values = matrix.emplace_back();
    for (const auto& item : row->items) {
      values.push_back(node_->AsNumber(key, *item));
    }
  }
  return matrix;
}

std::vector<std::string> TomlTable::Texts(const std::string& key) const {
  std::vector<std::string> values;
  for (const Node* node : node_->List(key)) {
    values.push_back(node_->AsText(key, *node));
  }
  return values;
}

TomlTable TomlTable::Table(const std::string& key) const {
  if (node_->Find(key) == nullptr) {
    auto node = std::make_shared<Node>();
    node->file = node_->file;
    node->line = node_->line;
    return TomlTable(std::move(node));
  }
  const std::shared_ptr<Node>& node = node_->entries.at(key);
  if (node->kind != Kind::kTable) node_->Mismatch(key, "a table", *node);
  return TomlTable(node);
}

std::vector<TomlTable> TomlTable::Tables(const std::string& key) const {
  std::vector<TomlTable> tables;
  const Node* node = node_->Find(key);
  if (node == nullptr) return tables;
  if (node->kind != Kind::kArray) {
    node_->Mismatch(key, "a list of tables", *node);
  }
  for (const auto& item : node->items) {
    if (item->kind != Kind::kTable) {
      node_->Mismatch(key, "a list of tables", *item);
    }
    tables.push_back(TomlTable(item));
  }
  return tables;
}

std::vector<std::string> TomlTable::Keys() const { return node_->order; }

void TomlTable::CheckAllRead() const { node_->CheckAllRead(); }

void TomlTable::Fail(const std::string& key, const std::string& message) const {
  const auto entry = node_->entries.find(key);
  const Node& at = entry == node_->entries.end() ? *node_ : *entry->second;
  if (key.empty()) at.Fail(message);
  at.Fail(fmt::format("key '{}': {}", Quoted(key), message));
}

}  // namespace hwnas
