#ifndef HWNAS_TABULAR_ARCHITECTURE_H_
#define HWNAS_TABULAR_ARCHITECTURE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>

#include "tabular/error.h"

namespace hwnas {

/// A point of a search space: a small vector of decisions. Opaque: it does
/// not know its space; inactive decisions are 0. Up to 32 decisions are held
/// inline (no allocation), more on the heap. Ordered lexicographically,
/// shorter first when one is a prefix of the other.
class Architecture {
 public:
  static constexpr size_t kInline = 32;

  Architecture() = default;
  /// `size` decisions, all 0.
  explicit Architecture(size_t size) : size_(static_cast<uint32_t>(size)) {
    if (size > kInline) heap_ = std::make_unique<uint16_t[]>(size);
  }
  Architecture(std::initializer_list<uint16_t> decisions)
      : Architecture(decisions.size()) {
    std::memcpy(Data(), decisions.begin(), size_ * sizeof(uint16_t));
  }
  explicit Architecture(std::span<const uint16_t> decisions)
      : Architecture(decisions.size()) {
    if (size_ != 0) {
      std::memcpy(Data(), decisions.data(), size_ * sizeof(uint16_t));
    }
  }
  Architecture(const Architecture& other) { *this = other; }
  Architecture& operator=(const Architecture& other) {
    if (this == &other) return *this;
    if (other.size_ > kInline) {
      if (size_ != other.size_) {
        heap_ = std::make_unique<uint16_t[]>(other.size_);
      }
    } else {
      heap_.reset();
    }
    size_ = other.size_;
    std::memcpy(Data(), other.Data(), size_ * sizeof(uint16_t));
    return *this;
  }
  Architecture(Architecture&& other) noexcept { *this = std::move(other); }
  Architecture& operator=(Architecture&& other) noexcept {
    if (this == &other) return *this;
    heap_ = std::move(other.heap_);
    size_ = other.size_;
    if (size_ <= kInline) {
      std::memcpy(inline_, other.inline_, size_ * sizeof(uint16_t));
    }
    other.size_ = 0;
    return *this;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint16_t operator[](size_t i) const { return Data()[i]; }
  uint16_t& operator[](size_t i) { return Data()[i]; }
  std::span<const uint16_t> Decisions() const { return {Data(), size_}; }

  friend bool operator==(const Architecture& a, const Architecture& b) {
    return a.size_ == b.size_ &&
           std::memcmp(a.Data(), b.Data(), a.size_ * sizeof(uint16_t)) == 0;
  }
  friend std::strong_ordering operator<=>(const Architecture& a,
                                          const Architecture& b) {
    const size_t shorter = a.size_ < b.size_ ? a.size_ : b.size_;
    for (size_t i = 0; i < shorter; ++i) {
      if (const auto order = a[i] <=> b[i]; order != 0) return order;
    }
    return a.size_ <=> b.size_;
  }

  /// A 64-bit hash of the decisions, the same in every process. For hash
  /// tables only: nothing may depend on their order.
  uint64_t Hash() const {
    uint64_t h = 0x9e3779b97f4a7c15ull ^ size_;
    const uint16_t* data = Data();
    for (size_t i = 0; i < size_; ++i) {
      h = (h ^ data[i]) * 0xbf58476d1ce4e5b9ull;
      h ^= h >> 29;
    }
    return h;
  }

 private:
  const uint16_t* Data() const { return heap_ ? heap_.get() : inline_; }
  uint16_t* Data() { return heap_ ? heap_.get() : inline_; }

  uint32_t size_ = 0;
  uint16_t inline_[kInline] = {};
  std::unique_ptr<uint16_t[]> heap_;
};

struct ArchitectureHash {
  size_t operator()(const Architecture& a) const { return a.Hash(); }
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ARCHITECTURE_H_
