#include "datasets/derive/images.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>
#include <numeric>

#include "datasets/file_reader.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas::derive {
namespace {

constexpr size_t kLargestFile = size_t{64} << 20;
constexpr int kFullSize = 28;

struct ArchiveDeleter {
  void operator()(archive* a) const { archive_read_free(a); }
};

[[noreturn]] void FailCorrupt(const std::string& path,
                              const std::string& what) {
  throw Error(ErrorCode::kCorrupt,
              fmt::format("{}: {}; install the data set again",
                          Quoted(path, 400), what));
}

std::string Unpack(const std::string& path, const std::string& packed) {
  if (!packed.starts_with("\x1f\x8b")) return packed;
  const std::unique_ptr<archive, ArchiveDeleter> reader(archive_read_new());
  HWNAS_CHECK(reader != nullptr);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(reader.get(), packed.data(), packed.size()) !=
          ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    FailCorrupt(path, "is no gzip file");
  }
  std::string bytes;
  std::string buffer(size_t{1} << 16, '\0');
  for (;;) {
    const la_ssize_t got =
        archive_read_data(reader.get(), buffer.data(), buffer.size());
    if (got == 0) return bytes;
    if (got < 0) FailCorrupt(path, "is damaged (gzip)");
    bytes.append(buffer, 0, static_cast<size_t>(got));
    if (bytes.size() > kLargestFile) {
      FailCorrupt(
          path, fmt::format("unpacks to more than {} MiB", kLargestFile >> 20));
    }
  }
}

uint32_t BigEndian(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  }
  return value;
}

IdxFile ReadPart(const std::string& folder, const std::string& name,
                 const std::vector<uint32_t>& dimensions) {
  const std::string path = fmt::format("{}/{}.gz", folder, name);
  IdxFile file;
  try {
    file = ReadIdx(path);
  } catch (const Error& error) {
    if (error.Code() != ErrorCode::kNotFound) throw;
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: no such file: install Debian's "
                            "dataset-fashion-mnist, or name the folder of "
                            "the four IDX files with --data",
                            Quoted(path, 400)));
  }
  if (file.dimensions != dimensions) {
    FailCorrupt(path, fmt::format("holds {} values, not {}",
                                  fmt::join(file.dimensions, " x "),
                                  fmt::join(dimensions, " x ")));
  }
  return file;
}

class Source {
 public:
  Source(const std::string& folder, const std::string& prefix, uint32_t count)
      : images_(ReadPart(folder, prefix + "-images-idx3-ubyte",
                         {count, kFullSize, kFullSize})),
        labels_(ReadPart(folder, prefix + "-labels-idx1-ubyte", {count})) {
    for (const char label : labels_.values) {
      if (static_cast<uint8_t>(label) > 9) {
        FailCorrupt(fmt::format("{}/{}-labels-idx1-ubyte.gz", folder, prefix),
                    "has a label above 9");
      }
    }
  }

  uint8_t Label(uint32_t i) const {
    return static_cast<uint8_t>(labels_.values[i]);
  }

  void AddTo(ImageSet* set, uint32_t i, const Recipe& recipe) const {
    const int block = kFullSize / set->size;
    const float scale = 1.0f / static_cast<float>(255 * block * block);
    const char* image =
        images_.values.data() + static_cast<size_t>(i) * kFullSize * kFullSize;
    for (int y = 0; y < set->size; ++y) {
      for (int x = 0; x < set->size; ++x) {
        int sum = 0;
        for (int dy = 0; dy < block; ++dy) {
          const char* row = image + (y * block + dy) * kFullSize + x * block;
          for (int dx = 0; dx < block; ++dx) {
            sum += static_cast<uint8_t>(row[dx]);
          }
        }
        set->pixels.push_back((static_cast<float>(sum) * scale - 0.286f) /
                              0.33f);
      }
    }
    set->labels.push_back(static_cast<uint8_t>(recipe.AnswerOf(Label(i))));
  }

 private:
  IdxFile images_;
  IdxFile labels_;
};

}  // namespace

IdxFile ReadIdx(const std::string& path) {
  const std::string bytes = Unpack(path, ReadWholeFile(path, kLargestFile));
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 ||
      bytes[3] < 1 || bytes[3] > 3) {
    FailCorrupt(path, "is no IDX file of bytes with 1 to 3 dimensions");
  }
  IdxFile file;
  const auto count = static_cast<size_t>(bytes[3]);
  const size_t header = 4 + 4 * count;
  if (bytes.size() < header) FailCorrupt(path, "ends within its header");
  uint64_t size = 1;
  for (size_t i = 0; i < count; ++i) {
    file.dimensions.push_back(BigEndian(bytes, 4 + 4 * i));
    size *= file.dimensions.back();
    if (size > kLargestFile) FailCorrupt(path, "claims too many values");
  }
  if (bytes.size() - header != size) {
    FailCorrupt(path, fmt::format("has {} values where its header says {}",
                                  bytes.size() - header, size));
  }
  file.values = bytes.substr(header);
  return file;
}

ImageSets LoadFashionMnist(const Recipe& recipe, const std::string& folder) {
  const Source training(folder, "train", 60000);
  const Source test(folder, "t10k", 10000);
  std::vector<uint32_t> order(60000);
  std::iota(order.begin(), order.end(), 0u);
  Rng rng = Rng::FromLabel(0, "fashion-mnist/split");
  rng.Shuffle(std::span<uint32_t>(order));
  std::erase_if(order, [&](uint32_t i) {
    return recipe.AnswerOf(training.Label(i)) < 0;
  });

  const auto trained = static_cast<size_t>(recipe.training_images);
  const auto validated = static_cast<size_t>(recipe.validation_images);
  if (trained + validated > order.size()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{} training and {} validation images are more "
                            "than the {} of the {} classes",
                            trained, validated, order.size(), recipe.classes));
  }
  ImageSets sets;
  sets.training.size = sets.validation.size = sets.test.size =
      recipe.image_size;
  for (size_t i = 0; i < trained; ++i) {
    training.AddTo(&sets.training, order[i], recipe);
  }
  for (size_t i = order.size() - validated; i < order.size(); ++i) {
    training.AddTo(&sets.validation, order[i], recipe);
  }
  for (uint32_t i = 0; i < 10000; ++i) {
    if (recipe.AnswerOf(test.Label(i)) < 0) continue;
    test.AddTo(&sets.test, i, recipe);
  }
  return sets;
}

}  // namespace hwnas::derive
