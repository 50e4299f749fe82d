#include "datasets/file_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tabular/error.h"

namespace hwnas {

std::string ReadWholeFile(const std::string& path, size_t limit) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (failure && status.type() != std::filesystem::file_type::not_found) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be read: {}", Quoted(path, 400),
                            failure.message()));
  }
  if (!std::filesystem::exists(status)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: no such file", Quoted(path, 400)));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: is no regular file; give the file itself",
                            Quoted(path, 400)));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be read: {}", Quoted(path, 400),
                            std::strerror(errno)));
  }
  const auto size = std::filesystem::file_size(path, failure);
  if (failure) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be read: {}", Quoted(path, 400),
                            failure.message()));
  }
  if (size > limit) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: {} bytes is more than the {} that are read "
                            "of such a file",
                            Quoted(path, 400), size, limit));
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<size_t>(in.gcount()) != bytes.size()) {
    throw Error(ErrorCode::kIo, fmt::format("{}: changed or failed while it "
                                            "was read",
                                            Quoted(path, 400)));
  }
  return bytes;
}

std::string ReadFilePrefix(const std::string& path, size_t count) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure) || failure) return "";
  std::ifstream in(path, std::ios::binary);
  if (!in) return "";
  std::string bytes(count, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

}  // namespace hwnas
