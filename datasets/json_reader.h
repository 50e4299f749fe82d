#ifndef HWNAS_DATASETS_JSON_READER_H_
#define HWNAS_DATASETS_JSON_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// A value of a JSON document from an untrusted file. Bounded (depth 64, ten
/// million values) and strict: getters throw Error(kCorrupt) "FILE: at PATH:
/// expected ..., found ..." for another type; numbers are finite; an object
/// with a key twice is refused. Cheap to copy; keeps its document alive.
class JsonValue {
 public:
  /// `name` stands in messages.
  static JsonValue Parse(std::string_view text, const std::string& name);

  /// The same for what Python writes: NaN and Infinity, which are no JSON,
  /// are read as null.
  static JsonValue ParsePython(std::string_view text, const std::string& name);

  bool IsNull() const;
  bool IsNumber() const;
  bool IsString() const;
  bool IsArray() const;
  bool IsObject() const;

  bool Bool() const;
  int64_t Integer() const;
  double Number() const;
  /// The number times 10^exponent, as the nearest to the exact product of
  /// what is written (92.1234 by 6 is 92123400, not a bit less).
  double Scaled(int exponent) const;
  const std::string& String() const;

  /// Items of an array, entries of an object (in the file's order).
  size_t Size() const;
  JsonValue operator[](size_t i) const;
  const std::string& Key(size_t i) const;
  JsonValue Entry(size_t i) const;
  bool Has(std::string_view key) const;
  JsonValue Get(std::string_view key) const;

  [[noreturn]] void Fail(const std::string& message) const;

 private:
  struct Node;
  struct Document;
  friend class JsonBuilder;
  JsonValue(std::shared_ptr<const Document> document, const Node* node)
      : document_(std::move(document)), node_(node) {}
  std::shared_ptr<const Document> document_;
  const Node* node_;
};

}  // namespace hwnas

#endif  // HWNAS_DATASETS_JSON_READER_H_
