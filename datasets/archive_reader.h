#ifndef HWNAS_DATASETS_ARCHIVE_READER_H_
#define HWNAS_DATASETS_ARCHIVE_READER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace hwnas {

/// What an archive may make us read. A bound that is passed is Error(kCorrupt)
/// that names it.
struct ArchiveLimits {
  size_t entries = 100'000;
  size_t entry_bytes = size_t{256} << 20;
  size_t total_bytes = size_t{2} << 30;
  /// Bytes out per byte in, beyond the first 16 MiB out.
  size_t ratio = 200;
};

/// Reads zip and tar archives (tar also within gzip, bzip2 or xz) held in
/// memory. For every regular file that `wanted` accepts, in the order of the
/// archive, `visit` gets its path and bytes. Nothing is ever written to disk;
/// yet paths that are absolute or hold `..`, backslashes or control
/// characters, links and devices are refused: no honest source has them.
/// `name` stands in messages. Error(kCorrupt) for what is damaged (checksums of
/// zip, gzip, bzip2 and xz are verified), encrypted, of another format, or
/// beyond the limits. A gzip file is one member, without anything behind it.
void ReadArchive(std::string_view bytes, const std::string& name,
                 const ArchiveLimits& limits,
                 const std::function<bool(const std::string& path)>& wanted,
                 const std::function<void(const std::string& path,
                                          std::string bytes)>& visit);

/// The content of one file compressed with gzip, bzip2 or xz, under the same
/// limits (`entry_bytes` and `ratio`).
std::string Decompress(std::string_view bytes, const std::string& name,
                       const ArchiveLimits& limits = {});

}  // namespace hwnas

#endif  // HWNAS_DATASETS_ARCHIVE_READER_H_
