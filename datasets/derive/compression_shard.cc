#include "datasets/derive/compression_shard.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/derive/derive.h"
#include "datasets/derive/shard_reader.h"
#include "datasets/text_fields.h"

namespace hwnas::derive {
namespace {

constexpr int kMostImages = 1 << 20;
constexpr int kMostWeights = 1 << 30;
constexpr size_t kFixedColumns = 3;
constexpr size_t kColumns =
    kFixedColumns + std::size(kSparsities) * (1 + 2 * std::size(kBitWidths));

std::string FirstLine() {
  return fmt::format("hwnas-compression {}", kCompressionVersion);
}

std::string ColumnLine() {
  std::string line = "position,architecture,weights";
  for (const int sparsity : kSparsities) {
    line += fmt::format(",nonzero{}", sparsity);
    for (const int bits : kBitWidths) {
      line +=
          fmt::format(",val{}b{},test{}b{}", sparsity, bits, sparsity, bits);
    }
  }
  return line;
}

CompressionRow ReadRow(const ShardReader& reader, const ShardHeader& header) {
  const auto fields = reader.Fields(kColumns);
  CompressionRow row;
  row.position =
      reader.Integer(fields[0], header.first, header.first + header.count - 1);
  row.architecture = reader.Decisions(fields[1]);
  row.digest = reader.Digest(fields[2]);
  size_t at = kFixedColumns;
  for (size_t s = 0; s < std::size(kSparsities); ++s) {
    CompressedNetwork network;
    network.diverged = fields[at].empty();
    if (network.diverged) {
      for (size_t i = 0; i < 1 + 2 * std::size(kBitWidths); ++i) {
        if (!fields[at++].empty()) reader.Fail("lacks a number of weights");
      }
    } else {
      network.nonzero = reader.Integer(fields[at++], 0, kMostWeights);
      for (size_t b = 0; b < std::size(kBitWidths); ++b) {
        CompressedScore score;
        score.validation = reader.Integer(fields[at++], 0, kMostImages);
        score.test = reader.Integer(fields[at++], 0, kMostImages);
        network.scores.push_back(score);
      }
    }
    row.networks.push_back(std::move(network));
  }
  return row;
}

}  // namespace

std::string CompressionShard::HeaderText() const {
  return FormatHeaderLines(FirstLine(), header) + ColumnLine() + '\n';
}

std::string CompressionShard::RowText(const CompressionRow& row) const {
  std::string line = fmt::format("{},{},{}", row.position,
                                 FormatDecisions(row.architecture), row.digest);
  for (const CompressedNetwork& network : row.networks) {
    if (network.diverged) {
      line += std::string(1 + 2 * std::size(kBitWidths), ',');
      continue;
    }
    line += fmt::format(",{}", network.nonzero);
    for (const CompressedScore& score : network.scores) {
      line += fmt::format(",{},{}", score.validation, score.test);
    }
  }
  return line + '\n';
}

std::string CompressionShard::Text() const {
  std::vector<const CompressionRow*> sorted;
  for (const CompressionRow& row : rows) sorted.push_back(&row);
  std::sort(sorted.begin(), sorted.end(),
            [](const CompressionRow* a, const CompressionRow* b) {
              return a->position < b->position;
            });
  std::string text = HeaderText();
  for (const CompressionRow* row : sorted) text += RowText(*row);
  return text;
}

CompressionShard CompressionShard::Parse(std::string_view text,
                                         const std::string& name,
                                         bool growing) {
  ShardReader reader(text, name);
  CompressionShard shard;
  shard.header = reader.ReadHeader(FirstLine());
  if (reader.Line() != ColumnLine()) {
    reader.Fail("has other columns than a compression file");
  }
  std::vector<int> positions;
  while (reader.NextLine()) {
    shard.rows.push_back(ReadRow(reader, shard.header));
    positions.push_back(shard.rows.back().position);
  }
  reader.CheckPositions(shard.header, positions, growing);
  return shard;
}

std::string CompressionPath(const std::string& folder,
                            const ShardHeader& header) {
  return fmt::format("{}/compression/{}", folder, ShardFileName(header));
}

}  // namespace hwnas::derive
