#include "datasets/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/decimal.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {

namespace {

constexpr size_t kMostDepth = 64;
constexpr size_t kMostValues = 10'000'000;

enum class Kind : uint8_t {
  kNull,
  kBool,
  kInteger,
  kNumber,
  kString,
  kArray,
  kObject
};

const char* KindName(Kind kind) {
  constexpr const char* kNames[] = {"null",     "a boolean", "an integer",
                                    "a number", "a string",  "an array",
                                    "an object"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace

struct JsonValue::Node {
  Kind kind = Kind::kNull;
  int64_t integer = 0;
  std::string text;  // of a string, or of a number as written
  std::vector<std::unique_ptr<Node>> items;  // of an array, or entries
  std::vector<std::string> keys;             // of an object
  std::vector<uint32_t> by_key;              // entries sorted by key
  const Node* parent = nullptr;

  const Node* Find(std::string_view key) const {
    const auto at = std::lower_bound(
        by_key.begin(), by_key.end(), key,
        [&](uint32_t i, std::string_view k) { return keys[i] < k; });
    if (at == by_key.end() || keys[*at] != key) return nullptr;
    return items[*at].get();
  }

  /// `$.a[3].b`
  std::string Path() const {
    if (parent == nullptr) return "$";
    for (size_t i = 0; i < parent->items.size(); ++i) {
      if (parent->items[i].get() != this) continue;
      return parent->kind == Kind::kArray
                 ? fmt::format("{}[{}]", parent->Path(), i)
                 : fmt::format("{}.{}", parent->Path(),
                               Quoted(parent->keys[i], 60));
    }
    return "$";
  }
};

struct JsonValue::Document {
  std::string name;
  std::unique_ptr<Node> root;
};

/// Builds the document from the parser's events; the parser never recurses.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  using Node = JsonValue::Node;

  explicit JsonBuilder(std::string name)
      : document_(std::make_shared<JsonValue::Document>()) {
    document_->name = std::move(name);
  }

  JsonValue Take() {
    const Node* root = document_->root.get();
    return JsonValue(std::move(document_), root);
  }

  bool null() override { return Add(Kind::kNull) != nullptr; }
  bool boolean(bool value) override {
    Add(Kind::kBool)->integer = value ? 1 : 0;
    return true;
  }
  bool number_integer(number_integer_t value) override {
    Node* node = Add(Kind::kInteger);
    node->integer = value;
    node->text = fmt::format("{}", value);
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > INT64_MAX) Fail("an integer of more than 63 bits");
    return number_integer(static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    if (!TryParseNumber(text).has_value()) Fail("a number that does not fit");
    Add(Kind::kNumber)->text = text;
    return true;
  }
  bool string(string_t& text) override {
    Add(Kind::kString)->text = std::move(text);
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(Kind::kObject); }
  bool start_array(size_t) override { return Open(Kind::kArray); }
  bool key(string_t& key) override {
    open_.back()->keys.push_back(std::move(key));
    return true;
  }
  bool end_object() override {
    Node& node = *open_.back();
    for (uint32_t i = 0; i < node.keys.size(); ++i) node.by_key.push_back(i);
    std::sort(
        node.by_key.begin(), node.by_key.end(),
        [&](uint32_t a, uint32_t b) { return node.keys[a] < node.keys[b]; });
    for (size_t i = 1; i < node.by_key.size(); ++i) {
      const std::string& key = node.keys[node.by_key[i]];
      if (key == node.keys[node.by_key[i - 1]]) {
        Fail(fmt::format("the key '{}' stands twice", Quoted(key)));
      }
    }
    open_.pop_back();
    return true;
  }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    Fail(fmt::format("no JSON at byte {}", position));
  }

 private:
  [[noreturn]] void Fail(const std::string& message) const {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: {}", document_->name, message));
  }

  Node* Add(Kind kind) {
    if (++values_ > kMostValues) {
      Fail(fmt::format("more than {} values", kMostValues));
    }
    auto node = std::make_unique<Node>();
    node->kind = kind;
    Node* added = node.get();
    if (open_.empty()) {
      document_->root = std::move(node);
    } else {
      added->parent = open_.back();
      open_.back()->items.push_back(std::move(node));
    }
    return added;
  }

  bool Open(Kind kind) {
    if (open_.size() >= kMostDepth) {
      Fail(fmt::format("nested deeper than {}", kMostDepth));
    }
    open_.push_back(Add(kind));
    return true;
  }

  std::shared_ptr<JsonValue::Document> document_;
  std::vector<Node*> open_;
  size_t values_ = 0;
};

JsonValue JsonValue::Parse(std::string_view text, const std::string& name) {
  JsonBuilder builder(Quoted(name, 400));
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.Take();
}

JsonValue JsonValue::ParsePython(std::string_view text,
                                 const std::string& name) {
  std::string plain;
  plain.reserve(text.size());
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\' && i + 1 < text.size()) {
      plain += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      size_t length = 0;
      for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
        if (text.substr(i, word.size()) == word) length = word.size();
      }
      if (length > 0) {
        plain += "null";
        i += length - 1;
        continue;
      }
    }
    plain += text[i];
  }
  return Parse(plain, name);
}

void JsonValue::Fail(const std::string& message) const {
  throw Error(ErrorCode::kCorrupt, fmt::format("{}: at {}: {}", document_->name,
                                               node_->Path(), message));
}

bool JsonValue::IsNull() const { return node_->kind == Kind::kNull; }
bool JsonValue::IsNumber() const {
  return node_->kind == Kind::kInteger || node_->kind == Kind::kNumber;
}
bool JsonValue::IsString() const { return node_->kind == Kind::kString; }
bool JsonValue::IsArray() const { return node_->kind == Kind::kArray; }
bool JsonValue::IsObject() const { return node_->kind == Kind::kObject; }

bool JsonValue::Bool() const {
  if (node_->kind != Kind::kBool) {
    Fail(fmt::format("expected a boolean, found {}", KindName(node_->kind)));
  }
  return node_->integer != 0;
}

int64_t JsonValue::Integer() const {
  if (node_->kind != Kind::kInteger) {
    Fail(fmt::format("expected an integer, found {}", KindName(node_->kind)));
  }
  return node_->integer;
}

double JsonValue::Number() const {
  if (!IsNumber()) {
    Fail(fmt::format("expected a number, found {}", KindName(node_->kind)));
  }
  return ParseNumber(node_->text);
}

double JsonValue::Scaled(int exponent) const {
  Number();
  const auto scaled = ScaleDecimal(std::string_view(node_->text), exponent);
  if (!scaled.has_value()) Fail("a number that does not fit");
  return *scaled;
}

const std::string& JsonValue::String() const {
  if (!IsString()) {
    Fail(fmt::format("expected a string, found {}", KindName(node_->kind)));
  }
  return node_->text;
}

size_t JsonValue::Size() const {
  if (!IsArray() && !IsObject()) {
    Fail(fmt::format("expected an array or object, found {}",
                     KindName(node_->kind)));
  }
  return node_->items.size();
}

JsonValue JsonValue::operator[](size_t i) const {
  if (!IsArray()) {
    Fail(fmt::format("expected an array, found {}", KindName(node_->kind)));
  }
  if (i >= node_->items.size()) Fail(fmt::format("has no item {}", i));
  return {document_, node_->items[i].get()};
}

const std::string& JsonValue::Key(size_t i) const {
  if (!IsObject()) {
    Fail(fmt::format("expected an object, found {}", KindName(node_->kind)));
  }
  HWNAS_CHECK(i < node_->keys.size());
  return node_->keys[i];
}

JsonValue JsonValue::Entry(size_t i) const {
  if (!IsObject()) {
    Fail(fmt::format("expected an object, found {}", KindName(node_->kind)));
  }
  HWNAS_CHECK(i < node_->items.size());
  return {document_, node_->items[i].get()};
}

bool JsonValue::Has(std::string_view key) const {
  if (!IsObject()) {
    Fail(fmt::format("expected an object, found {}", KindName(node_->kind)));
  }
  return node_->Find(key) != nullptr;
}

JsonValue JsonValue::Get(std::string_view key) const {
  if (!Has(key)) Fail(fmt::format("lacks the key '{}'", Quoted(key)));
  return {document_, node_->Find(key)};
}

}  // namespace hwnas
