#include "tests/datasets/fixtures.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstring>
#include <stdexcept>

#include "datasets/tf_record.h"

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

std::string MakeTfRecords(const std::vector<std::string>& records) {
  std::string out;
  for (const std::string& record : records) {
    const std::string length = Little(static_cast<uint64_t>(record.size()));
    out += length + Little(MaskedCrc32c(length)) + record +
           Little(MaskedCrc32c(record));
  }
  return out;
}

namespace {

std::string Varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) {
    out += static_cast<char>(value | 0x80);
  }
  return out + static_cast<char>(value);
}

std::string Base64(std::string_view bytes) {
  constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      const uint32_t byte =
          i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0;
      bits = bits << 8 | byte;
    }
    for (size_t k = 0; k < 4; ++k) {
      out += i + k <= bytes.size() ? kDigits[(bits >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return out;
}

}  // namespace

std::string MakeNb101Record(const std::string& hash, int epochs,
                            const std::string& adjacency,
                            const std::string& operations, int params,
                            const std::vector<std::vector<double>>& rows) {
  std::string proto;
  for (const std::vector<double>& row : rows) {
    std::string message;
    for (size_t i = 0; i < row.size(); ++i) {
      message += Varint((i + 1) << 3 | 1) + Little(row[i]);
    }
    message += Varint(6 << 3 | 2) + Varint(4) + "path";
    proto += Varint(1 << 3 | 2) + Varint(message.size()) + message;
  }
  proto += Varint(2 << 3 | 0) + Varint(static_cast<uint64_t>(params));
  proto += Varint(3 << 3 | 1) + Little(12.5);
  return "[\"" + hash + "\", " + std::to_string(epochs) + ", \"" + adjacency +
         "\", \"" + operations + "\", \"" + Base64(proto) + "\"]";
}

std::string MakeNatsArchive(int index, const std::string& arch_str,
                            int epochs) {
  using namespace pickle;  // NOLINT: opcodes are the language here
  const auto result = [&](const std::vector<std::string>& splits) {
    std::vector<std::string> train;
    std::vector<std::string> eval;
    for (int e = 0; e < epochs; ++e) {
      train.push_back(Int(e));
      train.push_back(Float(10 + e));
      for (const std::string& split : splits) {
        eval.push_back(Str(split + "@" + std::to_string(e)));
        eval.push_back(Float(20 + e + 0.25));
      }
    }
    return Dict({Str("train_acc1es"), Dict(train),
                 Str("train_acc5es"), Dict(train),
                 Str("train_losses"), Dict(train),
                 Str("train_times"),  Dict(train),
                 Str("params"),       Float(0.129306),
                 Str("flop"),         Float(15.64737),
                 Str("epochs"),       Int(epochs),
                 Str("latency"),      List({Float(0.0125)}),
                 Str("eval_acc1es"),  Dict(eval),
                 Str("eval_losses"),  Dict(eval),
                 Str("eval_times"),   Dict(eval)});
  };
  const std::string schedule = Dict(
      {Str("arch_index"), Int(index), Str("arch_str"), Str(arch_str),
       Str("all_results"),
       Dict({Tuple({Str("cifar10-valid"), Int(777)}),
             result({"x-valid", "ori-test"}), Tuple({Str("cifar10"), Int(888)}),
             result({"ori-test"}), Tuple({Str("cifar100"), Int(777)}),
             result({"x-valid", "x-test", "ori-test"})})});
  return Start() + Dict({Str(std::to_string(epochs)), schedule}) + Stop();
}

}  // namespace hwnas
