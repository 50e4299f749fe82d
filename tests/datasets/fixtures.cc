#include "tests/datasets/fixtures.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstring>
#include <stdexcept>

namespace hwnas {

namespace {

void Expect(int status, archive* a) {
  if (status != ARCHIVE_OK) throw std::runtime_error(archive_error_string(a));
}

std::string Write(archive* a, const FixtureFiles& files, bool raw) {
  size_t room = size_t{1} << 16;
  for (const auto& [path, bytes] : files) {
    room += 2 * bytes.size() + 2 * path.size() + 4096;
  }
  std::string out(room, '\0');
  size_t used = 0;
  archive_write_set_bytes_in_last_block(a, 1);
  Expect(archive_write_open_memory(a, out.data(), out.size(), &used), a);
  for (const auto& [path, bytes] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    if (!raw) archive_entry_set_size(entry, static_cast<int64_t>(bytes.size()));
    Expect(archive_write_header(a, entry), a);
    if (archive_write_data(a, bytes.data(), bytes.size()) < 0) {
      throw std::runtime_error(archive_error_string(a));
    }
    archive_entry_free(entry);
  }
  Expect(archive_write_close(a), a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

template <typename T>
std::string Little(T value) {
  std::string out(sizeof(T), '\0');
  std::memcpy(out.data(), &value, sizeof(T));
  return out;
}

}  // namespace

std::string MakeArchive(const std::string& format, const FixtureFiles& files) {
  archive* a = archive_write_new();
  if (format.rfind("zip", 0) == 0) {
    archive_write_set_format_zip(a);
    if (format == "zip") {
      archive_write_zip_set_compression_store(a);
    } else {
      archive_write_zip_set_compression_deflate(a);
    }
  } else {
    archive_write_set_format_ustar(a);
    if (format == "tar.gz") archive_write_add_filter_gzip(a);
    if (format == "tar.bz2") archive_write_add_filter_bzip2(a);
  }
  return Write(a, files, false);
}

std::string Compress(const std::string& filter, std::string_view bytes) {
  archive* a = archive_write_new();
  archive_write_set_format_raw(a);
  archive_write_add_filter_by_name(a, filter.c_str());
  return Write(a, {{"data", std::string(bytes)}}, true);
}

namespace pickle {

std::string Start(int protocol) {
  return {'\x80', static_cast<char>(protocol)};
}
std::string Stop() { return "."; }

std::string Int(int64_t value) {
  if (value >= 0 && value < 256) return {'K', static_cast<char>(value)};
  if (value >= 0 && value < 65536) {
    return "M" + Little(static_cast<uint16_t>(value));
  }
  if (value >= INT32_MIN && value <= INT32_MAX) {
    return "J" + Little(static_cast<int32_t>(value));
  }
  return std::string("\x8a\x08", 2) + Little(value);
}

std::string Float(double value) {
  const std::string little = Little(value);
  return "G" + std::string(little.rbegin(), little.rend());
}

std::string Str(std::string_view text) {
  return "X" + Little(static_cast<uint32_t>(text.size())) + std::string(text);
}

std::string Global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}

std::string List(const std::vector<std::string>& items) {
  std::string out = "](";
  for (const std::string& item : items) out += item;
  return out + "e";
}

std::string Tuple(const std::vector<std::string>& items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + "t";
}

std::string Dict(const std::vector<std::string>& items) {
  std::string out = "}(";
  for (const std::string& item : items) out += item;
  return out + "u";
}

}  // namespace pickle

std::string MakePt(const std::string& value, const FixtureFiles& storages) {
  FixtureFiles files = {
      {"archive/data.pkl", pickle::Start() + value + pickle::Stop()}};
  for (const auto& [key, bytes] : storages) {
    files.emplace_back("archive/data/" + key, bytes);
  }
  files.emplace_back("archive/version", "3\n");
  return MakeArchive("zip", files);
}

}  // namespace hwnas
