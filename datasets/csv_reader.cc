#include "datasets/csv_reader.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "datasets/file_reader.h"
#include "tabular/error.h"

namespace hwnas {

namespace {
constexpr size_t kMostBytes = size_t{1} << 30;
constexpr size_t kMostColumns = 4096;
constexpr size_t kMostField = size_t{1} << 20;
}  // namespace

CsvReader::CsvReader(std::string bytes, const std::string& name)
    : bytes_(std::move(bytes)), name_(Quoted(name, 400)) {
  if (bytes_.substr(0, 3) == "\xef\xbb\xbf") at_ = 3;
  if (!ReadRow()) Fail("is empty; a header is needed");
  std::map<std::string, int> seen;
  for (const std::string& column : fields_) {
    const int count = ++seen[column];
    header_.push_back(count == 1 ? column
                                 : fmt::format("{}#{}", column, count));
  }
  fields_.clear();
}

CsvReader CsvReader::ReadFile(const std::string& path) {
  return CsvReader(ReadWholeFile(path, kMostBytes), path);
}

bool CsvReader::Has(std::string_view column) const {
  for (const std::string& known : header_) {
    if (known == column) return true;
  }
  return false;
}

size_t CsvReader::Column(std::string_view column) const {
  for (size_t i = 0; i < header_.size(); ++i) {
    if (header_[i] == column) return i;
  }
  const std::string nearest = Nearest(column, header_);
  std::string message = fmt::format("{}:1: the header lacks the column '{}'",
                                    name_, Quoted(column));
  if (!nearest.empty()) {
    message += fmt::format("; it has '{}'", Quoted(nearest));
  }
  for (const auto& [separator, name] :
       {std::pair{';', "semicolons"}, std::pair{'\t', "tabs"}}) {
    if (header_.size() == 1 &&
        header_[0].find(separator) != std::string::npos) {
      message += fmt::format(
          "; its fields seem to be separated by {}, commas "
          "are needed",
          name);
    }
  }
  throw Error(ErrorCode::kCorrupt, message);
}

bool CsvReader::Next() {
  if (!ReadRow()) return false;
  if (fields_.size() != header_.size()) {
    Fail(fmt::format("{} field{}, but the header has {}", fields_.size(),
                     fields_.size() == 1 ? "" : "s", header_.size()));
  }
  return true;
}

bool CsvReader::ReadRow() {
  row_line_ = line_;
  if (at_ >= bytes_.size()) return false;
  size_t count = 0;
  // Fields keep their storage from row to row.
  const auto begin_field = [&]() -> std::string& {
    if (count == kMostColumns) {
      Fail(fmt::format("more than {} columns", kMostColumns));
    }
    if (count == fields_.size()) fields_.emplace_back();
    fields_[count].clear();
    return fields_[count++];
  };
  if (bytes_[at_] == '\n' || bytes_[at_] == '\r') Fail("a blank line");
  while (true) {
    std::string& field = begin_field();
    if (at_ < bytes_.size() && bytes_[at_] == '"') {
      ++at_;
      while (true) {
        if (at_ >= bytes_.size()) Fail("the file ends within quotes");
        const char c = bytes_[at_++];
        if (c == '"') {
          if (at_ >= bytes_.size() || bytes_[at_] != '"') break;
          ++at_;
        }
        if (c == '\n') ++line_;
        if (c == '\0') Fail("a NUL byte");
        field += c;
        if (field.size() > kMostField) Fail("a field of more than 1 MiB");
      }
    } else {
      const size_t begin = at_;
      while (at_ < bytes_.size()) {
        const char c = bytes_[at_];
        if (c == ',' || c == '\n' || c == '\r') break;
        if (c == '"') Fail("a quote inside of a field that has none around it");
        if (c == '\0') Fail("a NUL byte");
        ++at_;
      }
      if (at_ - begin > kMostField) Fail("a field of more than 1 MiB");
      field.assign(bytes_, begin, at_ - begin);
    }
    if (at_ >= bytes_.size()) break;
    const char c = bytes_[at_++];
    if (c == ',') continue;
    if (c == '\r') {
      if (at_ >= bytes_.size() || bytes_[at_] != '\n') {
        Fail("a carriage return without a line feed");
      }
      ++at_;
      ++line_;
      break;
    }
    if (c == '\n') {
      ++line_;
      break;
    }
    Fail("text behind a closing quote");
  }
  fields_.resize(count);
  return true;
}

std::string CsvReader::Place() const {
  return fmt::format("{}:{}", name_, row_line_);
}

void CsvReader::Fail(const std::string& message) const {
  throw Error(ErrorCode::kCorrupt, fmt::format("{}: {}", Place(), message));
}

}  // namespace hwnas
