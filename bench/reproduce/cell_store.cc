#include "bench/reproduce/cell_store.h"

#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "datasets/file_reader.h"
#include "datasets/file_writer.h"

namespace hwnas {
namespace {

// A row a line, CellsToJson, or a figure's draws, DrawsToJson.
class FileCellStore : public CellStore {
 public:
  explicit FileCellStore(const std::string& path) {
    if (std::filesystem::exists(path)) {
      ReadLines(ReadWholeFile(path, kMostBytes));
    }
    file_ = std::make_unique<AppendFile>(path);
    // What a kill left of a last line must not spoil the next.
    if (torn_) file_->Append("\n");
  }

  std::optional<std::vector<ReproducedCell>> Find(
      const std::string& row) const override {
    const auto found = rows_.find(row);
    if (found == rows_.end()) return std::nullopt;
    return found->second;
  }

  void Add(const std::string& row,
           const std::vector<ReproducedCell>& cells) override {
    file_->Append(CellsToJson(cells) + "\n");
    rows_[row] = cells;
  }

  const std::map<std::string, std::vector<double>>& Draws() const override {
    return draws_;
  }

  void AddDraws(const std::string& label,
                const std::vector<double>& draws) override {
    file_->Append(DrawsToJson(label, draws) + "\n");
    draws_[label] = draws;
  }

 private:
  static constexpr size_t kMostBytes = size_t{64} << 20;

  void ReadLines(std::string_view text) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      torn_ = end == std::string_view::npos;
      if (!torn_) ReadLine(text.substr(0, end));
      text = torn_ ? "" : text.substr(end + 1);
    }
  }

  // A line that says nothing is passed over: what it held is done again.
  void ReadLine(std::string_view line) {
    if (auto draws = DrawsFromJson(line)) {
      draws_.insert_or_assign(std::move(draws->first),
                              std::move(draws->second));
      return;
    }
    auto cells = CellsFromJson(line);
    if (cells && !cells->empty()) {
      const std::string row = cells->front().row;
      rows_[row] = std::move(*cells);
    }
  }

  std::map<std::string, std::vector<ReproducedCell>> rows_;
  std::map<std::string, std::vector<double>> draws_;  // by label
  std::unique_ptr<AppendFile> file_;
  bool torn_ = false;
};

}  // namespace

std::unique_ptr<CellStore> OpenCellStore(const std::string& path) {
  return std::make_unique<FileCellStore>(path);
}

}  // namespace hwnas
