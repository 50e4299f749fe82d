#include "tabular/spaces/subset.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

/// Rows of a block are compared at once, so that the compiler can vectorise.
constexpr size_t kBlock = 64;
/// Locks over the rows' neighbour lists.
constexpr size_t kLocks = 16;

class SubsetSpace : public SearchSpace {
 public:
  SubsetSpace(std::shared_ptr<const SearchSpace> base,
              std::vector<Architecture> rows, size_t nearest)
      : base_(std::move(base)), rows_(std::move(rows)), moves_({"nearest"}) {
    HWNAS_CHECK(base_ != nullptr);
    std::sort(rows_.begin(), rows_.end());
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    if (rows_.empty()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("a subset of {} needs at least one architecture",
                              base_->Id()));
    }
    for (const Architecture& row : rows_) HWNAS_CHECK(base_->IsValid(row));
    HWNAS_CHECK(nearest > 0 && rows_.size() < UINT32_MAX);
    nearest_ = std::min(nearest, rows_.size() - 1);

    decisions_ = base_->Decisions().size();
    padded_ = (rows_.size() + kBlock - 1) / kBlock * kBlock;
    columns_.resize(decisions_ * padded_);
    for (size_t row = 0; row < rows_.size(); ++row) {
      for (size_t i = 0; i < decisions_; ++i) {
        columns_[i * padded_ + row] = rows_[row][i];
      }
    }
    known_ = std::vector<std::atomic<bool>>(rows_.size());
    neighbors_.resize(rows_.size() * nearest_);
  }

  std::string Id() const override { return base_->Id() + "#subset"; }
  std::string Spec() const override { return base_->Spec() + "#subset"; }
  std::span<const Decision> Decisions() const override {
    return base_->Decisions();
  }
  std::vector<Factor> Factors() const override { return base_->Factors(); }
  bool IsActive(const Architecture& a, size_t i) const override {
    return base_->IsActive(a, i);
  }
  bool IsValid(const Architecture& a) const override {
    return FindRow(a) != rows_.size();
  }
  Architecture Parse(std::string_view text) const override {
    Architecture architecture = base_->Parse(text);
    if (!IsValid(architecture)) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("'{}' is an architecture of {} but not one of "
                              "the {} rows of this subset",
                              Quoted(text, 160), base_->Id(), rows_.size()));
    }
    return architecture;
  }
  std::string Format(const Architecture& a) const override {
    return base_->Format(a);
  }
  Architecture Sample(Rng& rng) const override {
    return rows_[rng.Below(rows_.size())];
  }
  std::span<const std::string> Moves() const override { return moves_; }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override {
    HWNAS_CHECK(move == 0);
    const size_t row = RowOf(from);
    if (nearest_ == 0) return false;
    *out = rows_[Nearest(row)[rng.Below(nearest_)]];
    return true;
  }
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override {
    const size_t row = RowOf(of);
    out->clear();
    if (nearest_ == 0) return;
    const uint32_t* list = Nearest(row);
    for (size_t i = 0; i < nearest_; ++i) out->push_back(rows_[list[i]]);
  }
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override {
    RowOf(a);
    RowOf(b);
    const Architecture child = base_->Crossover(a, b, rng);
    if (const size_t row = FindRow(child); row != rows_.size()) {
      return rows_[row];
    }
    std::vector<uint32_t> list(1);
    FindNearest(child, list);
    return rows_[list[0]];
  }
  Architecture Canonical(const Architecture& a) const override {
    const size_t row = RowOf(a);
    std::call_once(canonical_once_, [this] {
      std::map<Architecture, uint32_t> first;
      canonical_.reserve(rows_.size());
      for (uint32_t i = 0; i < rows_.size(); ++i) {
        canonical_.push_back(
            first.emplace(base_->Canonical(rows_[i]), i).first->second);
      }
    });
    return rows_[canonical_[row]];
  }
  std::string EffectiveKey(const Architecture& a) const override {
    return base_->EffectiveKey(a);
  }
  bool IsConnected(const Architecture& a) const override {
    return base_->IsConnected(a);
  }
  std::optional<uint64_t> Size() const override { return rows_.size(); }
  double Log10Size() const override {
    return std::log10(static_cast<double>(rows_.size()));
  }
  std::optional<uint64_t> Rank(const Architecture& a) const override {
    return RowOf(a);
  }
  Architecture Unrank(uint64_t rank) const override {
    HWNAS_CHECK(rank < rows_.size());
    return rows_[rank];
  }
  bool HasLayers() const override { return base_->HasLayers(); }
  LayerGraph Layers(const Architecture& a,
                    const NetworkInput& input) const override {
    return base_->Layers(a, input);
  }

 private:
  /// The row of an architecture, or the number of rows.
  size_t FindRow(const Architecture& a) const {
    const auto it = std::lower_bound(rows_.begin(), rows_.end(), a);
    return it != rows_.end() && *it == a
               ? static_cast<size_t>(it - rows_.begin())
               : rows_.size();
  }
  size_t RowOf(const Architecture& a) const {
    const size_t row = FindRow(a);
    HWNAS_CHECK(row != rows_.size());
    return row;
  }

  /// The nearest other rows of a row, from the cache or put into it. The cache
  /// holds `nearest_` numbers a row and no more.
  const uint32_t* Nearest(size_t row) const {
    uint32_t* slot = neighbors_.data() + row * nearest_;
    if (known_[row].load(std::memory_order_acquire)) return slot;
    std::vector<uint32_t> list(nearest_);
    FindNearest(rows_[row], list, row);
    const std::lock_guard lock(locks_[row % kLocks]);
    if (!known_[row].load(std::memory_order_relaxed)) {
      std::memcpy(slot, list.data(), list.size() * sizeof(uint32_t));
      known_[row].store(true, std::memory_order_release);
    }
    return slot;
  }

  /// Fills `list` with the rows nearest to `a`, but for `self`, by Hamming
  /// distance, ties by row.
  void FindNearest(const Architecture& a, std::span<uint32_t> list,
                   size_t self = SIZE_MAX) const {
    std::vector<uint16_t> distances(padded_);
    for (size_t i = 0; i < decisions_; ++i) {
      const uint16_t value = a[i];
      const uint16_t* column = columns_.data() + i * padded_;
      for (size_t begin = 0; begin < padded_; begin += kBlock) {
        const uint16_t* from = column + begin;
        uint16_t* to = distances.data() + begin;
        for (size_t j = 0; j < kBlock; ++j) {
          to[j] = static_cast<uint16_t>(to[j] + (from[j] != value ? 1 : 0));
        }
      }
    }
    // Counting sort by distance: rows come in ascending order within one.
    std::vector<size_t> counts(decisions_ + 2);
    for (size_t row = 0; row < rows_.size(); ++row) {
      if (row != self) ++counts[distances[row] + size_t{1}];
    }
    for (size_t d = 1; d < counts.size(); ++d) counts[d] += counts[d - 1];
    for (size_t row = 0; row < rows_.size(); ++row) {
      if (row == self) continue;
      const size_t place = counts[distances[row]]++;
      if (place < list.size()) list[place] = static_cast<uint32_t>(row);
    }
  }

  std::shared_ptr<const SearchSpace> base_;
  std::vector<Architecture> rows_;  // ascending
  std::vector<std::string> moves_;
  size_t nearest_ = 0;
  size_t decisions_ = 0;
  size_t padded_ = 0;              // rows, rounded up to whole blocks
  std::vector<uint16_t> columns_;  // decision-major copy of rows_
  mutable std::array<std::mutex, kLocks> locks_;
  mutable std::vector<std::atomic<bool>> known_;
  mutable std::vector<uint32_t> neighbors_;
  mutable std::once_flag canonical_once_;
  mutable std::vector<uint32_t> canonical_;
};

}  // namespace

std::shared_ptr<const SearchSpace> MakeSubsetSpace(
    std::shared_ptr<const SearchSpace> base, std::vector<Architecture> rows,
    size_t nearest) {
  return std::make_shared<SubsetSpace>(std::move(base), std::move(rows),
                                       nearest);
}

}  // namespace hwnas
