#include "predictors/model_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "tabular/error.h"
#include "tabular/sha256.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "hwnasmdl";
constexpr size_t kDigestBytes = 32;
constexpr size_t kHeaderBytes = 8 + 4 + 8 + kDigestBytes;
constexpr uint64_t kMostBytes = uint64_t{1} << 31;

void AppendLittle(uint64_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
}

uint64_t Little(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

[[noreturn]] void FailCorrupt(const std::string& path, std::string_view what) {
  throw Error(
      ErrorCode::kCorrupt,
      fmt::format("{}: {}; fit the predictor again", Quoted(path, 400), what));
}

std::string DigestOf(std::string_view content) {
  Sha256 sha;
  sha.Update(content.data(), content.size());
  const auto digest = sha.Digest();
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

void ModelWriter::Put(uint64_t value) { AppendLittle(value, 8, &content_); }

void ModelWriter::Put(double value) { Put(std::bit_cast<uint64_t>(value)); }

void ModelWriter::Put(std::string_view text) {
  Put(uint64_t{text.size()});
  content_ += text;
}

void ModelWriter::Put(std::span<const double> values) {
  Put(uint64_t{values.size()});
  for (const double value : values) Put(value);
}

void ModelWriter::Put(std::span<const uint32_t> values) {
  Put(uint64_t{values.size()});
  for (const uint32_t value : values) AppendLittle(value, 4, &content_);
}

void ModelWriter::Put(const std::vector<std::string>& texts) {
  Put(uint64_t{texts.size()});
  for (const std::string& text : texts) Put(std::string_view(text));
}

void ModelWriter::Put(const Matrix& matrix) {
  Put(uint64_t{matrix.rows});
  Put(uint64_t{matrix.cols});
  Put(std::span<const double>(matrix.values));
}

std::string_view ModelReader::Bytes(uint64_t size) {
  Require(size <= content_.size(), "the model ends too early");
  const std::string_view bytes = content_.substr(0, size);
  content_.remove_prefix(size);
  return bytes;
}

uint64_t ModelReader::Count(uint64_t bytes_each) {
  const uint64_t count = U64();
  Require(count <= content_.size() / bytes_each,
          "a list is longer than the file");
  return count;
}

uint64_t ModelReader::U64() { return Little(Bytes(8)); }

double ModelReader::Double() {
  const auto value = std::bit_cast<double>(U64());
  Require(std::isfinite(value), "a number is not finite");
  return value;
}

std::string ModelReader::Text() { return std::string(Bytes(Count(1))); }

std::vector<double> ModelReader::Doubles() {
  std::vector<double> values(Count(8));
  for (double& value : values) value = Double();
  return values;
}

std::vector<uint32_t> ModelReader::U32s() {
  std::vector<uint32_t> values(Count(4));
  for (uint32_t& value : values)
    value = static_cast<uint32_t>(Little(Bytes(4)));
  return values;
}

std::vector<std::string> ModelReader::Texts() {
  std::vector<std::string> texts(Count(8));
  for (std::string& text : texts) text = Text();
  return texts;
}

Matrix ModelReader::ReadMatrix() {
  Matrix matrix;
  matrix.rows = U64();
  matrix.cols = U64();
  matrix.values = Doubles();
  const size_t size = matrix.values.size();
  Require(matrix.rows == 0
              ? size == 0
              : size % matrix.rows == 0 && size / matrix.rows == matrix.cols,
          "a matrix has another size than it says");
  return matrix;
}

void ModelReader::End() const {
  Require(content_.empty(), "something stands behind the model");
}

void ModelReader::Require(bool condition, std::string_view what) const {
  if (!condition) FailCorrupt(path_, what);
}

void WriteModelFile(const std::string& path, const ModelWriter& writer) {
  const std::string& content = writer.Content();
  std::string header(kMagic);
  AppendLittle(kModelFileVersion, 4, &header);
  AppendLittle(content.size(), 8, &header);
  header += DigestOf(content);
  const std::string fresh = fmt::format("{}.{}.new", path, getpid());
  std::error_code failure;
  {
    std::ofstream file(fresh, std::ios::binary);
    file << header << content;
    file.flush();
    if (!file) {
      fs::remove(fresh, failure);
      throw Error(ErrorCode::kIo,
                  fmt::format("{}: cannot be written", Quoted(path, 400)));
    }
  }
  fs::rename(fresh, path, failure);
  if (failure) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be put in place: {}", Quoted(path, 400),
                            failure.message()));
  }
}

std::string ReadModelFile(const std::string& path) {
  std::error_code failure;
  const uint64_t size = fs::file_size(path, failure);
  if (failure) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: {}; 'hwnas predict fit' writes models",
                            Quoted(path, 400), failure.message()));
  }
  if (size < kHeaderBytes || size > kMostBytes) {
    FailCorrupt(path, "not a saved predictor of hwnas");
  }
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be read", Quoted(path, 400)));
  }
  const std::string_view view = bytes;
  if (view.substr(0, 8) != kMagic) {
    FailCorrupt(path, "not a saved predictor of hwnas");
  }
  const uint64_t version = Little(view.substr(8, 4));
  if (version != kModelFileVersion) {
    FailCorrupt(path, fmt::format("saved in version {} of the format, this "
                                  "program reads {}",
                                  version, kModelFileVersion));
  }
  if (Little(view.substr(12, 8)) != size - kHeaderBytes) {
    FailCorrupt(path, "cut short or lengthened");
  }
  const std::string_view content = view.substr(kHeaderBytes);
  if (DigestOf(content) != view.substr(20, kDigestBytes)) {
    FailCorrupt(path, "damaged: its checksum does not fit");
  }
  return std::string(content);
}

}  // namespace hwnas
