#ifndef HWNAS_TABULAR_SHA256_H_
#define HWNAS_TABULAR_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hwnas {

/// Incremental SHA-256 (FIPS 180-4). Numbers are hashed little-endian, and
/// strings with their length in front, so that no two sequences of `Add`
/// calls of the same kinds collide by concatenation.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);

  void Update(const void* data, size_t size);  // raw bytes
  void Add(std::string_view text);             // u64 length, then bytes
  void Add(uint64_t value);                    // 8 bytes, little-endian
  void Add(double value);                      // its IEEE bits

  /// The digest so far; the object may be updated further.
  std::array<uint8_t, 32> Digest() const;
  std::string HexDigest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Digest of raw bytes, 64 lower-case hex digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SHA256_H_
