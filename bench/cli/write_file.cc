#include "bench/cli/write_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tabular/error.h"

namespace hwnas {

void WriteFile(const std::string& path, std::string_view text) {
  const std::string draft = path + ".tmp";
  std::FILE* file = std::fopen(draft.c_str(), "wb");
  int error = 0;
  if (file == nullptr) {
    error = errno;
  } else {
    if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) {
      error = errno;
    }
    if (std::fclose(file) != 0 && error == 0) error = errno;
    if (error == 0 && std::rename(draft.c_str(), path.c_str()) != 0) {
      error = errno;
    }
    if (error != 0) std::remove(draft.c_str());
  }
  if (error == 0) return;
  throw Error(ErrorCode::kIo, fmt::format("cannot write '{}': {}", Quoted(path),
                                          std::strerror(error)));
}

}  // namespace hwnas
