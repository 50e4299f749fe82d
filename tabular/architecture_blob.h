#ifndef HWNAS_TABULAR_ARCHITECTURE_BLOB_H_
#define HWNAS_TABULAR_ARCHITECTURE_BLOB_H_

#include <cstdint>
#include <span>
#include <vector>

#include "tabular/architecture.h"

namespace hwnas {

/// Decisions as tables and results files store them: 16-bit numbers,
/// big-endian, so that blobs sort as architectures do.
std::vector<uint8_t> ToBlob(const Architecture& architecture);
/// Its inverse; an odd byte at the end is ignored.
Architecture FromBlob(std::span<const uint8_t> blob);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ARCHITECTURE_BLOB_H_
