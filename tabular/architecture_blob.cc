#include "tabular/architecture_blob.h"

namespace hwnas {

std::vector<uint8_t> ToBlob(const Architecture& architecture) {
  std::vector<uint8_t> blob;
  blob.reserve(2 * architecture.size());
  for (const uint16_t decision : architecture.Decisions()) {
    blob.push_back(static_cast<uint8_t>(decision >> 8));
    blob.push_back(static_cast<uint8_t>(decision));
  }
  return blob;
}

Architecture FromBlob(std::span<const uint8_t> blob) {
  Architecture architecture(blob.size() / 2);
  for (size_t i = 0; i < architecture.size(); ++i) {
    architecture[i] =
        static_cast<uint16_t>((blob[2 * i] << 8) | blob[2 * i + 1]);
  }
  return architecture;
}

}  // namespace hwnas
