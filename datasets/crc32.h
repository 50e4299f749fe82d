#ifndef HWNAS_DATASETS_CRC32_H_
#define HWNAS_DATASETS_CRC32_H_

#include <cstdint>
#include <string_view>

namespace hwnas {

/// CRC-32 as gzip and zip have it (RFC 1952).
uint32_t Crc32(std::string_view bytes);

/// CRC-32C (Castagnoli), as RFC 3720 has it.
uint32_t Crc32c(std::string_view bytes);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_CRC32_H_
