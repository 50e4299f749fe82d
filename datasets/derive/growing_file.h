#ifndef HWNAS_DATASETS_DERIVE_GROWING_FILE_H_
#define HWNAS_DATASETS_DERIVE_GROWING_FILE_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "datasets/derive/shard.h"
#include "datasets/file_reader.h"
#include "datasets/file_writer.h"
#include "tabular/error.h"

namespace hwnas::derive {

/// A file of rows on disk, growing (NAME.part) or complete (NAME.csv). Content
/// is a Shard or what looks like one: `Row`, `header`, `rows`, HeaderText(),
/// RowText(), Text(), Parse(). A kill leaves at most the last row torn, which
/// is then left out. Not thread-safe. Errors: those of Parse() and AppendFile;
/// kDisagree when what is there is of another recipe or range.
template <class Content>
class GrowingFile {
 public:
  GrowingFile(ShardHeader header, std::string path) : path_(std::move(path)) {
    namespace fs = std::filesystem;
    content_.header = std::move(header);
    const std::string part = PartPath();
    if (fs::exists(path_)) {
      Take(Content::Parse(ReadWholeFile(path_, kLargestShard), path_, false));
      complete_ = true;
      return;
    }
    if (!fs::exists(part)) return;
    const std::string text = ReadWholeFile(part, kLargestShard);
    const size_t whole = text.rfind('\n');
    if (whole == std::string::npos ||
        whole + 1 < content_.HeaderText().size()) {
      fs::remove(part);  // killed while it began
      return;
    }
    Take(Content::Parse(text, part, true));
    if (whole + 1 != text.size()) fs::resize_file(part, whole + 1);
  }

  const Content& Get() const { return content_; }

  void Add(typename Content::Row row) {
    if (file_ == nullptr) {
      const bool begins = content_.rows.empty();
      file_ = std::make_unique<AppendFile>(PartPath());
      if (begins) file_->Append(content_.HeaderText());
    }
    file_->Append(content_.RowText(row));
    content_.rows.push_back(std::move(row));
    FinishIfFull();
  }

  void FinishIfFull() {
    if (complete_ ||
        content_.rows.size() != static_cast<size_t>(content_.header.count)) {
      return;
    }
    WriteWholeFile(path_, content_.Text(), true);
    file_.reset();
    std::filesystem::remove(PartPath());
    complete_ = true;
  }

 private:
  std::string PartPath() const {
    return path_.substr(0, path_.size() - 4) + ".part";
  }

  void Take(Content found) {
    if (!(found.header == content_.header)) {
      throw Error(ErrorCode::kDisagree,
                  Quoted(path_, 400) + ": " +
                      HeaderDifference(found.header, content_.header));
    }
    content_.rows = std::move(found.rows);
  }

  std::string path_;
  Content content_;
  bool complete_ = false;
  std::unique_ptr<AppendFile> file_;
};

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_GROWING_FILE_H_
