#include "datasets/derive/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "datasets/derive/shard_reader.h"
#include "datasets/file_reader.h"
#include "datasets/text_fields.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas::derive {
namespace {

constexpr std::string_view kFirstLine = "hwnas-shard 1";
constexpr int kMostEpochs = 1000;
constexpr int kMostImages = 1 << 20;

std::string ColumnLine(int epochs) {
  std::string line = "position,architecture,status";
  for (int e = 1; e <= epochs; ++e) line += fmt::format(",val{}", e);
  return line + ",test,seconds,weights";
}

ShardRow ReadRow(const ShardReader& reader, const ShardHeader& header) {
  const auto epochs = static_cast<size_t>(header.epochs);
  const auto fields = reader.Fields(epochs + 6);
  ShardRow row;
  row.position =
      reader.Integer(fields[0], header.first, header.first + header.count - 1);
  row.architecture = reader.Decisions(fields[1]);
  row.diverged = fields[2] == "diverged";
  if (!row.diverged && fields[2] != "ok") reader.Fail("has an unknown status");
  for (size_t e = 0; e < epochs; ++e) {
    if (row.diverged && fields[3 + e].empty()) break;
    row.validation.push_back(reader.Integer(fields[3 + e], 0, kMostImages));
  }
  if (!row.diverged) {
    row.test = reader.Integer(fields[3 + epochs], 0, kMostImages);
  }
  const std::optional<double> seconds = TryParseNumber(fields[4 + epochs]);
  if (!seconds || !(*seconds >= 0)) reader.Fail("has no valid seconds");
  row.seconds = *seconds;
  row.digest = reader.Digest(fields[5 + epochs]);
  return row;
}

}  // namespace

bool ShardRow::SameResult(const ShardRow& other) const {
  return position == other.position && architecture == other.architecture &&
         diverged == other.diverged && validation == other.validation &&
         test == other.test && digest == other.digest;
}

std::string HeaderDifference(const ShardHeader& found,
                             const ShardHeader& wanted) {
  if (found.recipe != wanted.recipe ||
      found.recipe_digest != wanted.recipe_digest) {
    return "belongs to another recipe; give another folder";
  }
  return fmt::format(
      "holds {} networks of seed {} on {} images from position {} on, the "
      "recipe asks for {} of seed {} on {} from {} on; give another folder, or "
      "add a [[series]] whose 'first' is behind what is there",
      found.count, found.seed, found.images, found.first, wanted.count,
      wanted.seed, wanted.images, wanted.first);
}

std::string FormatHeader(const ShardHeader& header) {
  return FormatHeaderLines(kFirstLine, header) + ColumnLine(header.epochs) +
         '\n';
}

std::string FormatRow(const ShardRow& row, int epochs) {
  std::string line =
      fmt::format("{},{},{}", row.position, FormatDecisions(row.architecture),
                  row.diverged ? "diverged" : "ok");
  for (int e = 0; e < epochs; ++e) {
    line += ',';
    if (static_cast<size_t>(e) < row.validation.size()) {
      line += fmt::format("{}", row.validation[static_cast<size_t>(e)]);
    }
  }
  line += row.diverged ? std::string(",") : fmt::format(",{}", row.test);
  return line + fmt::format(",{:.3f},{}\n", row.seconds, row.digest);
}

std::string FormatShard(const Shard& shard) {
  std::vector<const ShardRow*> rows;
  for (const ShardRow& row : shard.rows) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const ShardRow* a, const ShardRow* b) {
    return a->position < b->position;
  });
  std::string text = FormatHeader(shard.header);
  for (const ShardRow* row : rows) text += FormatRow(*row, shard.header.epochs);
  return text;
}

Shard ParseShard(std::string_view text, const std::string& name, bool growing) {
  ShardReader reader(text, name);
  Shard shard;
  ShardHeader& header = shard.header;
  header = reader.ReadHeader(kFirstLine);
  header.epochs = static_cast<int>(SplitFields(reader.Line(), ',').size()) - 6;
  if (header.epochs < 1 || header.epochs > kMostEpochs ||
      reader.Line() != ColumnLine(header.epochs)) {
    reader.Fail("has other columns than a shard");
  }
  std::vector<int> positions;
  while (reader.NextLine()) {
    shard.rows.push_back(ReadRow(reader, header));
    positions.push_back(shard.rows.back().position);
  }
  reader.CheckPositions(header, positions, growing);
  return shard;
}

std::string Shard::HeaderText() const { return FormatHeader(header); }
std::string Shard::RowText(const ShardRow& row) const {
  return FormatRow(row, header.epochs);
}
std::string Shard::Text() const { return FormatShard(*this); }
Shard Shard::Parse(std::string_view text, const std::string& name,
                   bool growing) {
  return ParseShard(text, name, growing);
}

std::vector<std::string> RowFiles(const std::string& folder) {
  std::error_code failure;
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder, failure)) {
    const std::string extension = entry.path().extension();
    if (extension == ".csv" || extension == ".part") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<Shard> ReadShards(const std::string& folder) {
  const std::vector<std::string> paths = RowFiles(folder);
  if (paths.empty()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: no shard files there; give the folder that "
                            "'hwnas derive' filled",
                            Quoted(folder, 400)));
  }
  std::vector<Shard> shards;
  for (const std::string& path : paths) {
    shards.push_back(ParseShard(ReadWholeFile(path, kLargestShard), path,
                                path.ends_with(".part")));
  }
  return shards;
}

}  // namespace hwnas::derive
