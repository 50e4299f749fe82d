#ifndef HWNAS_DATASETS_DERIVE_COMPRESSION_SHARD_H_
#define HWNAS_DATASETS_DERIVE_COMPRESSION_SHARD_H_

#include <string>
#include <string_view>
#include <vector>

#include "datasets/derive/compress.h"
#include "datasets/derive/shard.h"
#include "tabular/architecture.h"

namespace hwnas::derive {

/// One trained network, compressed.
struct CompressionRow {
  int position = 0;  // of the network in the recipe's order
  Architecture architecture;
  std::string digest;                       // of the weights it began with
  std::vector<CompressedNetwork> networks;  // by kSparsities
  bool operator==(const CompressionRow&) const = default;
};

/// A compression file (`hwnas-compression V`, V being kCompressionVersion): the
/// first lines of a shard file, then
///   position,architecture,weights,nonzero0,val0b32,test0b32,...,nonzero50,...
///   17,3.0.1.4.2.3,0f3a...,10856,8585,8475,...
/// for each sparsity the weights that are left, then correct validation and
/// test images for each width; what diverged is empty. Growing and whole ones
/// are as those of shards; the header's epochs are 0.
struct CompressionShard {
  using Row = CompressionRow;
  ShardHeader header;
  std::vector<CompressionRow> rows;

  std::string HeaderText() const;
  std::string RowText(const CompressionRow& row) const;
  std::string Text() const;  // by position
  /// Error(kCorrupt) naming `name` and the line.
  static CompressionShard Parse(std::string_view text, const std::string& name,
                                bool growing);
};

/// `FOLDER/compression/seed0-images10000-00512.csv`, beside the shard's
/// `FOLDER/seed0-images10000-00512.csv`.
std::string CompressionPath(const std::string& folder,
                            const ShardHeader& header);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_COMPRESSION_SHARD_H_
