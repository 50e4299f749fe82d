#ifndef HWNAS_DATASETS_TF_RECORD_H_
#define HWNAS_DATASETS_TF_RECORD_H_

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace hwnas {

/// CRC-32C in the masked form that TFRecord files store.
uint32_t MaskedCrc32c(std::string_view bytes);

/// A TFRecord file as a stream of records: each is its length (8 bytes,
/// little-endian), the masked CRC of that, the bytes, and their masked CRC.
/// Error(kCorrupt) "NAME: record N: ..." for a checksum that does not fit, a
/// record cut off or of more than 16 MiB.
class TfRecordReader {
 public:
  TfRecordReader(std::istream& stream, const std::string& name)
      : stream_(stream), name_(name) {}
  /// False at the end.
  bool Next(std::string* record);
  [[noreturn]] void Fail(const std::string& message) const;

 private:
  std::istream& stream_;
  std::string name_;
  uint64_t count_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_DATASETS_TF_RECORD_H_
