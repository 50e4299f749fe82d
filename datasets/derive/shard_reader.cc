#include "datasets/derive/shard_reader.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "datasets/text_fields.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas::derive {
namespace {

constexpr int kMostImages = 1 << 20;
constexpr int kMostPositions = 1 << 24;

}  // namespace

void ShardReader::Fail(const std::string& what) const {
  throw Error(ErrorCode::kCorrupt,
              fmt::format("{}:{}: {}", Quoted(name_, 400), number_, what));
}

bool ShardReader::NextLine() {
  const size_t end = rest_.find('\n');
  if (end == std::string_view::npos) return false;
  line_ = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  ++number_;
  return true;
}

std::vector<std::string_view> ShardReader::Fields(size_t count) const {
  auto fields = SplitFields(line_, ',');
  if (fields.size() != count) Fail("has another number of columns");
  return fields;
}

std::vector<std::string_view> ShardReader::HeaderLine(std::string_view key,
                                                      size_t count) {
  if (!NextLine()) Fail(fmt::format("expected '{}'", key));
  auto fields = SplitFields(line_, ',');
  if (fields[0] != key || fields.size() != count) {
    Fail(fmt::format("expected '{}'", key));
  }
  return fields;
}

ShardHeader ShardReader::ReadHeader(std::string_view first_line) {
  if (!NextLine() || line_ != first_line) {
    Fail(fmt::format("is no such file: expected '{}'", first_line));
  }
  ShardHeader header;
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
  return header;
}

int ShardReader::Integer(std::string_view text, int low, int high) const {
  const std::optional<int64_t> value = TryParseInteger(text);
  if (!value || *value < low || *value > high) {
    Fail(fmt::format("'{}' is no integer from {} to {}", Quoted(text), low,
                     high));
  }
  return static_cast<int>(*value);
}

Architecture ShardReader::Decisions(std::string_view text) const {
  try {
    return ParseDecisions(text);
  } catch (const Error& e) {
    Fail(e.what());
  }
}

std::string ShardReader::Digest(std::string_view text) const {
  if (text.size() != 32 ||
      text.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    Fail("has no valid digest");
  }
  return std::string(text);
}

void ShardReader::CheckPositions(const ShardHeader& header,
                                 const std::vector<int>& positions,
                                 bool growing) const {
  std::vector<bool> seen(static_cast<size_t>(header.count));
  for (const int position : positions) {
    const auto at = static_cast<size_t>(position - header.first);
    if (seen[at]) Fail("has a position twice");
    seen[at] = true;
  }
  if (growing) return;
  if (!AtEnd()) Fail("ends within a line");
  if (positions.size() != seen.size()) Fail("lacks rows");
  for (size_t i = 0; i < positions.size(); ++i) {
    if (positions[i] != header.first + static_cast<int>(i)) {
      Fail("is not in the order of positions");
    }
  }
}

std::string FormatHeaderLines(std::string_view first_line,
                              const ShardHeader& header) {
  return fmt::format(
      "{}\nrecipe,{},{}\nspace,{}\nseries,{},{}\npositions,{},{}\n", first_line,
      header.recipe, header.recipe_digest, header.space, header.seed,
      header.images, header.first, header.count);
}

}  // namespace hwnas::derive
