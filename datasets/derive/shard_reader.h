#ifndef HWNAS_DATASETS_DERIVE_SHARD_READER_H_
#define HWNAS_DATASETS_DERIVE_SHARD_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "datasets/derive/shard.h"
#include "tabular/architecture.h"

namespace hwnas::derive {

/// What the readers of shard files and of compression files share: lines,
/// fields, the first lines of both. All failures are Error(kCorrupt) with the
/// file's name and the line.
class ShardReader {
 public:
  ShardReader(std::string_view text, const std::string& name)
      : rest_(text), name_(name) {}

  /// The lines in front of the columns.
  ShardHeader ReadHeader(std::string_view first_line);
  /// False at the end, or where only a line without an end is left.
  bool NextLine();
  const std::string_view& Line() const { return line_; }
  bool AtEnd() const { return rest_.empty(); }

  /// The line's fields; fails where they are not `count`.
  std::vector<std::string_view> Fields(size_t count) const;
  int Integer(std::string_view text, int low, int high) const;
  Architecture Decisions(std::string_view text) const;
  /// 32 hex digits.
  std::string Digest(std::string_view text) const;

  /// Of a file that is whole, or `growing`: every position at most once, and
  /// in a whole one all of them, in order.
  void CheckPositions(const ShardHeader& header,
                      const std::vector<int>& positions, bool growing) const;

  [[noreturn]] void Fail(const std::string& what) const;

 private:
  std::vector<std::string_view> HeaderLine(std::string_view key, size_t count);

  std::string_view rest_;
  std::string name_;
  std::string_view line_;
  int number_ = 0;
};

/// What ReadHeader() reads.
std::string FormatHeaderLines(std::string_view first_line,
                              const ShardHeader& header);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_SHARD_READER_H_
