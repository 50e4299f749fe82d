#ifndef HWNAS_DATASETS_TOML_READER_H_
#define HWNAS_DATASETS_TOML_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// A table of a TOML document, with errors that name file, line and key. The
/// project's one TOML reader: bounded (16 MiB, depth 32, checked before the
/// parser proper sees the text), and strict: every key must be read, or
/// CheckAllRead() refuses it by name. Values are copied out; not thread-safe
/// (it remembers what was read).
///
/// All getters throw Error(kUsage) "FILE:LINE: key 'x': expected ..., found
/// ..." for another type; the ones without a default also when it is absent.
/// Malformed documents are Error(kUsage), too large or too deep ones
/// Error(kCorrupt).
class TomlTable {
 public:
  static TomlTable ReadFile(const std::string& path);
  static TomlTable ReadText(std::string_view text, const std::string& name);

  bool Has(const std::string& key) const;
  /// Whether the key is there and is a table, where it may be either.
  bool HasTable(const std::string& key) const;
  std::string String(const std::string& key) const;
  std::string String(const std::string& key, std::string fallback) const;
  int64_t Integer(const std::string& key) const;
  int64_t Integer(const std::string& key, int64_t fallback) const;
  /// Integers are accepted as numbers; never NaN or infinity.
  double Number(const std::string& key) const;
  double Number(const std::string& key, double fallback) const;
  bool Bool(const std::string& key, bool fallback) const;
  /// A scalar of any type in its text form (options of strategies): integers
  /// as written in decimal, numbers by shortest round-trip, true and false.
  std::string Text(const std::string& key) const;

  /// A lone value is a list of one. Empty when absent.
  std::vector<std::string> Strings(const std::string& key) const;
  std::vector<double> Numbers(const std::string& key) const;
  std::vector<int64_t> Integers(const std::string& key) const;
  std::vector<std::vector<double>> Matrix(const std::string& key) const;
  std::vector<std::string> Texts(const std::string& key) const;

  /// A sub-table; an empty one when absent.
  TomlTable Table(const std::string& key) const;
  /// `[[key]]`; empty when absent.
  std::vector<TomlTable> Tables(const std::string& key) const;
  /// Keys in the order of the file.
  std::vector<std::string> Keys() const;

  /// Error(kUsage) naming the first key, here or below, that nobody read, and
  /// the nearest key that was asked for.
  void CheckAllRead() const;

  /// "FILE:LINE: message" as Error(kUsage), for a caller's own checks.
  [[noreturn]] void Fail(const std::string& key,
                         const std::string& message) const;

 private:
  struct Node;
  explicit TomlTable(std::shared_ptr<Node> node);
  std::shared_ptr<Node> node_;
};

}  // namespace hwnas

#endif  // HWNAS_DATASETS_TOML_READER_H_
