#include "datasets/tf_record.h"

#include <fmt/format.h>

#include <istream>

#include "datasets/crc32.h"
#include "tabular/error.h"

namespace hwnas {

namespace {

constexpr uint64_t kMostBytes = uint64_t{16} << 20;

template <typename T>
T Little(std::string_view bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

}  // namespace

uint32_t MaskedCrc32c(std::string_view bytes) {
  const uint32_t crc = Crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

bool TfRecordReader::Next(std::string* record) {
  char head[12];
  stream_.read(head, sizeof(head));
  if (stream_.gcount() == 0 && stream_.eof()) return false;
  ++count_;
  if (stream_.gcount() != sizeof(head)) Fail("is cut off");
  const std::string_view length_bytes(head, 8);
  if (Little<uint32_t>({head + 8, 4}) != MaskedCrc32c(length_bytes)) {
    Fail("the checksum of its length does not fit");
  }
  const auto length = Little<uint64_t>(length_bytes);
  if (length > kMostBytes) Fail("is larger than 16 MiB");
  record->resize(static_cast<size_t>(length));
  stream_.read(record->data(), static_cast<std::streamsize>(length));
  if (static_cast<uint64_t>(stream_.gcount()) != length) Fail("is cut off");
  char tail[4];
  stream_.read(tail, sizeof(tail));
  if (stream_.gcount() != sizeof(tail)) Fail("is cut off");
  if (Little<uint32_t>({tail, 4}) != MaskedCrc32c(*record)) {
    Fail("its checksum does not fit");
  }
  return true;
}

void TfRecordReader::Fail(const std::string& message) const {
  throw Error(
      ErrorCode::kCorrupt,
      fmt::format("{}: record {}: {}", Quoted(name_, 400), count_, message));
}

}  // namespace hwnas
