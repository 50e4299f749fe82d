#ifndef HWNAS_DATASETS_FILE_READER_H_
#define HWNAS_DATASETS_FILE_READER_H_

#include <cstddef>
#include <string>

namespace hwnas {

/// The bytes of a regular file. Errors: kNotFound when there is none (or it is
/// a folder or a device), kIo when it cannot be read, kCorrupt when it is
/// larger than `limit` bytes.
std::string ReadWholeFile(const std::string& path, size_t limit);

/// At most the first `count` bytes, for telling formats apart; empty when the
/// file cannot be read. Never throws for what the file is.
std::string ReadFilePrefix(const std::string& path, size_t count);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_FILE_READER_H_
