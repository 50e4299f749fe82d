#ifndef HWNAS_PREDICTORS_MODEL_FILE_H_
#define HWNAS_PREDICTORS_MODEL_FILE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "predictors/features.h"

namespace hwnas {

/// The envelope that saved models sit in: 8 bytes `hwnasmdl`, version (u32),
/// length of what follows the checksum (u64), its SHA-256 (32 bytes), then
/// raw numbers. Everything is little-endian; texts and lists have their
/// length (u64) in front. Nothing in it is executed or parsed as a program.
constexpr uint32_t kModelFileVersion = 1;

/// Collects a model's content.
class ModelWriter {
 public:
  void Put(uint64_t value);
  void Put(double value);
  void Put(std::string_view text);
  void Put(std::span<const double> values);
  void Put(std::span<const uint32_t> values);
  void Put(const std::vector<std::string>& texts);
  void Put(const Matrix& matrix);

  const std::string& Content() const { return content_; }

 private:
  std::string content_;
};

/// Reads it back in the same order. Error(kCorrupt) when it ends too early or
/// a number is not finite; the caller adds what else cannot be.
class ModelReader {
 public:
  /// `content` must outlive the reader; `path` is for messages.
  ModelReader(std::string_view content, std::string path)
      : content_(content), path_(std::move(path)) {}

  uint64_t U64();
  double Double();
  std::string Text();
  std::vector<double> Doubles();
  std::vector<uint32_t> U32s();
  std::vector<std::string> Texts();
  Matrix ReadMatrix();
  /// Error(kCorrupt) unless all was read.
  void End() const;
  /// Error(kCorrupt) unless `condition`.
  void Require(bool condition, std::string_view what) const;

 private:
  std::string_view Bytes(uint64_t size);
  uint64_t Count(uint64_t bytes_each);

  std::string_view content_;
  std::string path_;
};

/// Writes the envelope, replacing a file whole. Error(kIo).
void WriteModelFile(const std::string& path, const ModelWriter& writer);
/// The content of an envelope. Error(kNotFound), Error(kCorrupt) for what is
/// no model, another version, cut short or damaged.
std::string ReadModelFile(const std::string& path);

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_MODEL_FILE_H_
