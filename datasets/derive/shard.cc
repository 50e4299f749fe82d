#include "datasets/derive/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "datasets/file_reader.h"
#include "datasets/text_fields.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas::derive {
namespace {

constexpr size_t kLargestShard = size_t{64} << 20;

constexpr std::string_view kFirstLine = "hwnas-shard 1";
constexpr int kMostEpochs = 1000;
constexpr int kMostImages = 1 << 20;
constexpr int kMostPositions = 1 << 24;

std::string ColumnLine(int epochs) {
  std::string line = "position,architecture,status";
  for (int e = 1; e <= epochs; ++e) line += fmt::format(",val{}", e);
  return line + ",test,seconds,weights";
}

class ShardParser {
 public:
  ShardParser(std::string_view text, const std::string& name)
      : rest_(text), name_(name) {}

  Shard Parse(bool growing) {
    if (!NextLine() || line_ != kFirstLine) {
      Fail(fmt::format("is no shard file: expected '{}'", kFirstLine));
    }
    Shard shard;
    ShardHeader& header = shard.header;
    auto fields = HeaderLine("recipe", 3);
    header.recipe = fields[1];
    header.recipe_digest = fields[2];
    if (!NextLine() || !line_.starts_with("space,")) Fail("expected 'space'");
    header.space = line_.substr(6);
    fields = HeaderLine("series", 3);
    header.seed = static_cast<uint64_t>(Integer(fields[1], 0, kMostImages));
    header.images = Integer(fields[2], 1, kMostImages);
    fields = HeaderLine("positions", 3);
    header.first = Integer(fields[1], 0, kMostPositions);
    header.count = Integer(fields[2], 1, kMostPositions);
    if (!NextLine()) Fail("expected the columns");
    header.epochs = static_cast<int>(SplitFields(line_, ',').size()) - 6;
    if (header.epochs < 1 || header.epochs > kMostEpochs ||
        line_ != ColumnLine(header.epochs)) {
      Fail("has other columns than a shard");
    }
    std::vector<bool> seen(static_cast<size_t>(header.count));
    while (NextLine()) {
      ShardRow row = Row(header);
      const auto at = static_cast<size_t>(row.position - header.first);
      if (seen[at]) Fail("has a position twice");
      seen[at] = true;
      shard.rows.push_back(std::move(row));
    }
    if (growing) return shard;
    if (!rest_.empty()) Fail("ends within a line");
    if (shard.rows.size() != seen.size()) Fail("lacks rows");
    for (size_t i = 0; i < shard.rows.size(); ++i) {
      if (shard.rows[i].position != header.first + static_cast<int>(i)) {
        Fail("is not in the order of positions");
      }
    }
    return shard;
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}:{}: {}", Quoted(name_, 400), number_, what));
  }

  bool NextLine() {
    const size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return false;
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return true;
  }

  std::vector<std::string_view> HeaderLine(std::string_view key, size_t count) {
    if (!NextLine()) Fail(fmt::format("expected '{}'", key));
    auto fields = SplitFields(line_, ',');
    if (fields[0] != key || fields.size() != count) {
      Fail(fmt::format("expected '{}'", key));
    }
    return fields;
  }

  int Integer(std::string_view text, int low, int high) const {
    const std::optional<int64_t> value = TryParseInteger(text);
    if (!value || *value < low || *value > high) {
      Fail(fmt::format("'{}' is no integer from {} to {}", Quoted(text), low,
                       high));
    }
    return static_cast<int>(*value);
  }

  ShardRow Row(const ShardHeader& header) const {
    const auto fields = SplitFields(line_, ',');
    const auto epochs = static_cast<size_t>(header.epochs);
    if (fields.size() != epochs + 6) Fail("has another number of columns");
    ShardRow row;
    row.position =
        Integer(fields[0], header.first, header.first + header.count - 1);
    try {
      row.architecture = ParseDecisions(fields[1]);
    } catch (const Error& e) {
      Fail(e.what());
    }
    row.diverged = fields[2] == "diverged";
    if (!row.diverged && fields[2] != "ok") Fail("has an unknown status");
    for (size_t e = 0; e < epochs; ++e) {
      if (row.diverged && fields[3 + e].empty()) break;
      row.validation.push_back(Integer(fields[3 + e], 0, kMostImages));
    }
    if (!row.diverged) row.test = Integer(fields[3 + epochs], 0, kMostImages);
    const std::optional<double> seconds = TryParseNumber(fields[4 + epochs]);
    if (!seconds || !(*seconds >= 0)) Fail("has no valid seconds");
    row.seconds = *seconds;
    row.digest = fields[5 + epochs];
    if (row.digest.size() != 32 ||
        row.digest.find_first_not_of("0123456789abcdef") != std::string::npos) {
      Fail("has no valid digest");
    }
    return row;
  }

  std::string_view rest_;
  const std::string& name_;
  std::string_view line_;
  int number_ = 0;
};

}  // namespace

bool ShardRow::SameResult(const ShardRow& other) const {
  return position == other.position && architecture == other.architecture &&
         diverged == other.diverged && validation == other.validation &&
         test == other.test && digest == other.digest;
}

std::string FormatHeader(const ShardHeader& header) {
  return fmt::format(
      "{}\nrecipe,{},{}\nspace,{}\nseries,{},{}\npositions,{},{}\n{}\n",
      kFirstLine, header.recipe, header.recipe_digest, header.space,
      header.seed, header.images, header.first, header.count,
      ColumnLine(header.epochs));
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
  return ShardParser(text, name).Parse(growing);
}

std::vector<Shard> ReadShards(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code failure;
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const std::string extension = entry.path().extension();
    if (extension == ".csv" || extension == ".part") {
      paths.push_back(entry.path());
    }
  }
  if (paths.empty()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: no shard files there; give the folder that "
                            "'hwnas derive' filled",
                            Quoted(folder, 400)));
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Shard> shards;
  for (const std::string& path : paths) {
    shards.push_back(ParseShard(ReadWholeFile(path, kLargestShard), path,
                                path.ends_with(".part")));
  }
  return shards;
}

}  // namespace hwnas::derive
