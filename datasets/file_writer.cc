#include "datasets/file_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tabular/error.h"

namespace hwnas {
namespace {

[[noreturn]] void FailWrite(const std::string& path) {
  const int cause = errno;
  const bool full = cause == ENOSPC || cause == EDQUOT || cause == EFBIG;
  const bool no_folder = cause == ENOENT || cause == ENOTDIR;
  throw Error(
      ErrorCode::kIo,
      fmt::format("{}: cannot be written: {}{}", Quoted(path, 400),
                  no_folder ? "its folder is not there" : std::strerror(cause),
                  full ? "; what was finished stays, start again when there is "
                         "room"
                       : ""));
}

}  // namespace

AppendFile::AppendFile(std::string path) : path_(std::move(path)) {
  fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) FailWrite(path_);
  size_ = lseek(fd_, 0, SEEK_END);
}

AppendFile::~AppendFile() { close(fd_); }

void AppendFile::Append(std::string_view record) {
  const ssize_t written = write(fd_, record.data(), record.size());
  if (written != static_cast<ssize_t>(record.size())) {
    if (written >= 0) errno = ENOSPC;
    const int cause = errno;
    // No torn line is left for a later record to be glued to.
    (void)!ftruncate(fd_, size_);
    errno = cause;
    FailWrite(path_);
  }
  size_ += written;
}

void WriteWholeFile(const std::string& path, std::string_view bytes,
                    bool flush) {
  const std::string beside = path + ".tmp";
  const int fd =
      open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) FailWrite(path);
  bool good = true;
  while (good && !bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    good = written > 0;
    if (good) bytes.remove_prefix(static_cast<size_t>(written));
  }
  good = good && (!flush || fsync(fd) == 0);
  const int cause = errno;
  close(fd);
  if (!good) {
    unlink(beside.c_str());
    errno = cause;
    FailWrite(beside);
  }
  if (rename(beside.c_str(), path.c_str()) != 0) FailWrite(path);
}

void MakeFolder(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be made: {}", Quoted(path, 400),
                            failure.message()));
  }
}

}  // namespace hwnas
