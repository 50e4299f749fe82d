#include "datasets/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "datasets/crc32.h"
#include "tabular/error.h"

namespace hwnas {

namespace {

constexpr size_t kFreeBytes = size_t{16} << 20;

struct CloseArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};
using ArchiveHandle = std::unique_ptr<archive, CloseArchive>;

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& name,
         const ArchiveLimits& limits)
      : name_(Quoted(name, 400)),
        limits_(limits),
        input_(bytes.size()),
        handle_(archive_read_new()) {
    HWNAS_CHECK(handle_ != nullptr);
    archive_read_support_filter_gzip(handle_.get());
    archive_read_support_filter_bzip2(handle_.get());
    archive_read_support_filter_xz(handle_.get());
  }

  void OpenArchive(std::string_view bytes) {
    // Not the streaming reader of zip, which is content without a directory
    // at the end, and so with an archive that was cut off.
    archive_read_support_format_zip_seekable(handle_.get());
    archive_read_support_format_tar(handle_.get());
    Open(bytes);
  }

  void OpenRaw(std::string_view bytes) {
    archive_read_support_format_raw(handle_.get());
    Open(bytes);
  }

  /// The next entry; null at the end.
  archive_entry* Next() {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(handle_.get(), &entry);
    if (status == ARCHIVE_EOF) return nullptr;
    Expect(status);
    if (++entries_ > limits_.entries) {
      Fail(fmt::format("holds more than {} entries", limits_.entries));
    }
    return entry;
  }

  std::string Data() {
    std::string data;
    std::vector<char> block(size_t{64} << 10);
    while (true) {
      const la_ssize_t count =
          archive_read_data(handle_.get(), block.data(), block.size());
      if (count < 0) Expect(static_cast<int>(count));
      if (count == 0) return data;
      const auto size = static_cast<size_t>(count);
      total_ += size;
      if (data.size() + size > limits_.entry_bytes ||
          total_ > limits_.total_bytes) {
        Fail("unpacks to more bytes than are read of such a file");
      }
      if (total_ > kFreeBytes && total_ / limits_.ratio > input_) {
        Fail(fmt::format("unpacks to more than {} times its size",
                         limits_.ratio));
      }
      data.append(block.data(), size);
    }
  }

  /// Filters that were found below the format (gzip, ...).
  int Filters() const { return archive_filter_count(handle_.get()); }

  [[noreturn]] void Fail(const std::string& message) const {
    throw Error(ErrorCode::kCorrupt, fmt::format("{}: {}", name_, message));
  }

  void Expect(int status) const {
    if (status == ARCHIVE_OK) return;
    const char* why = archive_error_string(handle_.get());
    Fail(fmt::format("damaged or no archive: {}",
                     Quoted(why == nullptr ? "unreadable" : why, 200)));
  }

 private:
  void Open(std::string_view bytes) {
    Expect(archive_read_open_memory(handle_.get(), bytes.data(), bytes.size()));
  }

  std::string name_;
  ArchiveLimits limits_;
  size_t input_;
  size_t entries_ = 0;
  size_t total_ = 0;
  ArchiveHandle handle_;
};

bool IsGzip(std::string_view bytes) {
  return bytes.substr(0, 2) == std::string_view("\x1f\x8b", 2);
}

/// Whether a gzip file ends with its content's CRC-32 and size, little-endian
/// (RFC 1952): libarchive does not look.
bool GzipTrailerFits(std::string_view bytes, std::string_view content) {
  if (bytes.size() < 18) return false;
  const auto number = [&](size_t from_end) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) {
      const auto byte =
          static_cast<uint8_t>(bytes[bytes.size() - from_end + i]);
      value |= uint32_t{byte} << (8 * i);
    }
    return value;
  };
  return number(8) == Crc32(content) &&
         number(4) == static_cast<uint32_t>(content.size());
}

bool IsHonest(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.size() > 4096) return false;
  size_t begin = 0;
  for (size_t i = 0; i <= path.size(); ++i) {
    if (i == path.size() || path[i] == '/') {
      if (path.substr(begin, i - begin) == "..") return false;
      begin = i + 1;
      continue;
    }
    const auto byte = static_cast<unsigned char>(path[i]);
    if (byte < 0x20 || byte == 0x7f || byte == '\\') return false;
  }
  return true;
}

}  // namespace

void ReadArchive(std::string_view bytes, const std::string& name,
                 const ArchiveLimits& limits,
                 const std::function<bool(const std::string& path)>& wanted,
                 const std::function<void(const std::string& path,
                                          std::string bytes)>& visit) {
  if (IsGzip(bytes)) {
    // Unpacked first: only so is its checksum seen.
    ArchiveLimits whole = limits;
    whole.entry_bytes = limits.total_bytes;
    const std::string unpacked = Decompress(bytes, name, whole);
    if (IsGzip(unpacked)) {
      Reader(bytes, name, limits).Fail("is compressed more than once");
    }
    ReadArchive(unpacked, name, limits, wanted, visit);
    return;
  }
  Reader reader(bytes, name, limits);
  reader.OpenArchive(bytes);
  while (archive_entry* entry = reader.Next()) {
    const char* raw = archive_entry_pathname(entry);
    if (raw == nullptr) reader.Fail("an entry without a readable path");
    const std::string path = raw;
    if (!IsHonest(path)) {
      reader.Fail(fmt::format("the path '{}' leads out of the archive",
                              Quoted(path, 120)));
    }
    const auto type = archive_entry_filetype(entry);
    if (type == AE_IFDIR) continue;
    if (type != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
      reader.Fail(fmt::format("'{}' is a link or device", Quoted(path, 120)));
    }
    if (archive_entry_is_encrypted(entry) != 0) {
      reader.Fail(fmt::format("'{}' is encrypted", Quoted(path, 120)));
    }
    if (wanted(path)) visit(path, reader.Data());
  }
}

std::string Decompress(std::string_view bytes, const std::string& name,
                       const ArchiveLimits& limits) {
  Reader reader(bytes, name, limits);
  // libarchive's raw format takes anything: the magic numbers are checked
  // here, and it stacks filters at will, so that more than one is refused.
  const bool packed = IsGzip(bytes) || bytes.substr(0, 3) == "BZh" ||
                      bytes.substr(0, 6) == std::string_view(
                                                "\xfd"
                                                "7zXZ\0",
                                                6);
  if (!packed) reader.Fail("is not compressed by gzip, bzip2 or xz");
  reader.OpenRaw(bytes);
  if (reader.Next() == nullptr) reader.Fail("is empty");
  // The count includes libarchive's own bottom layer.
  if (reader.Filters() != 2) {
    reader.Fail("is compressed more than once, or damaged");
  }
  std::string data = reader.Data();
  if (IsGzip(bytes) && !GzipTrailerFits(bytes, data)) {
    reader.Fail("its checksum does not fit: damaged, or several files in one");
  }
  return data;
}

}  // namespace hwnas
