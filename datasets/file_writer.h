#ifndef HWNAS_DATASETS_FILE_WRITER_H_
#define HWNAS_DATASETS_FILE_WRITER_H_

#include <sys/types.h>

#include <string>
#include <string_view>

namespace hwnas {

/// A file that records are appended to, each by one write: a kill leaves at
/// most the last one torn. Not thread-safe. Error(kIo) when it cannot be
/// written; it then is as it was before.
class AppendFile {
 public:
  explicit AppendFile(std::string path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void Append(std::string_view record);

 private:
  std::string path_;
  int fd_ = -1;
  off_t size_ = 0;
};

/// The whole file or none: written beside, then renamed; with `flush`, it is
/// on the disk before. Error(kIo).
void WriteWholeFile(const std::string& path, std::string_view bytes,
                    bool flush);

/// The folder, with those above it, if it does not exist. Error(kIo).
void MakeFolder(const std::string& path);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_FILE_WRITER_H_
