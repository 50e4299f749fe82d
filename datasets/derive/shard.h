#ifndef HWNAS_DATASETS_DERIVE_SHARD_H_
#define HWNAS_DATASETS_DERIVE_SHARD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/architecture.h"

namespace hwnas::derive {

/// One training as stored.
struct ShardRow {
  int position = 0;  // of the network in the recipe's order
  Architecture architecture;
  bool diverged = false;
  std::vector<int> validation;  // correct images, each finished epoch
  int test = 0;                 // correct images, after the last
  double seconds = 0;
  std::string digest;  // of the final weights, 32 hex digits

  /// Equal in everything but the seconds.
  bool SameResult(const ShardRow& other) const;
};

/// What a shard file is about, its first lines.
struct ShardHeader {
  std::string recipe;  // name
  std::string recipe_digest;
  std::string space;
  uint64_t seed = 0;
  int images = 0;
  int first = 0;  // positions
  int count = 0;
  int epochs = 0;

  bool operator==(const ShardHeader&) const = default;
};

/// A shard file (`hwnas-shard 1`): lines of text.
///   hwnas-shard 1
///   recipe,NAME,DIGEST
///   space,SPEC
///   series,SEED,IMAGES
///   positions,FIRST,COUNT
///   position,architecture,status,val1,...,valN,test,seconds,weights
///   17,3.0.1.4.2.3,ok,4012,...,8123,0.512,0f3a...
/// `architecture`: its decisions, joined by dots. `status`: ok or diverged
/// (then what was not reached is empty). While it grows, rows come in the
/// order of completion and the last line may be torn; a complete one is
/// sorted by position.
struct Shard {
  using Row = ShardRow;
  ShardHeader header;
  std::vector<ShardRow> rows;

  // For GrowingFile.
  std::string HeaderText() const;
  std::string RowText(const ShardRow& row) const;
  std::string Text() const;
  static Shard Parse(std::string_view text, const std::string& name,
                     bool growing);
};

/// Larger files are refused.
inline constexpr size_t kLargestShard = size_t{64} << 20;

/// Why a file that is there is not the one that is wanted, and what to do.
std::string HeaderDifference(const ShardHeader& found,
                             const ShardHeader& wanted);

std::string FormatHeader(const ShardHeader& header);
std::string FormatRow(const ShardRow& row, int epochs);
std::string FormatShard(const Shard& shard);

/// Error(kCorrupt) naming `name` and the line. With `growing`, a last line
/// without its end is left out, and rows may lack and be in any order.
Shard ParseShard(std::string_view text, const std::string& name, bool growing);

/// The paths of a folder's files of rows, complete (.csv) and growing (.part)
/// ones, by name; none where there is no such folder.
std::vector<std::string> RowFiles(const std::string& folder);

/// The shard files of a folder, complete and growing ones, by name. Errors:
/// kNotFound when there is none, kCorrupt for a damaged one.
std::vector<Shard> ReadShards(const std::string& folder);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_SHARD_H_
