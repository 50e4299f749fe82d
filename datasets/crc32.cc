#include "datasets/crc32.h"

#include <array>

namespace hwnas {

namespace {

using Table = std::array<uint32_t, 256>;

/// Of a reflected polynomial.
constexpr Table MakeTable(uint32_t polynomial) {
  Table table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0u);
    }
    table[i] = crc;
  }
  return table;
}

constexpr Table kIeee = MakeTable(0xedb88320u);
constexpr Table kCastagnoli = MakeTable(0x82f63b78u);

uint32_t Sum(const Table& table, std::string_view bytes) {
  uint32_t crc = 0xffffffffu;
  for (const char c : bytes) {
    crc = (crc >> 8) ^ table[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  }
  return ~crc;
}

}  // namespace

uint32_t Crc32(std::string_view bytes) { return Sum(kIeee, bytes); }

uint32_t Crc32c(std::string_view bytes) { return Sum(kCastagnoli, bytes); }

}  // namespace hwnas
