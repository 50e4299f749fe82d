#ifndef HWNAS_BENCH_HARNESS_SHORT_LIST_H_
#define HWNAS_BENCH_HARNESS_SHORT_LIST_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <vector>

namespace hwnas {

/// A list that allocates only beyond N items: runs hold thousands of lists of
/// one or two numbers.
template <typename T, size_t N>
class ShortList {
 public:
  ShortList() = default;
  ShortList(std::initializer_list<T> items) {
    assign(items.begin(), items.end());
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return size_ > N ? long_.data() : short_.data(); }
  const T* data() const { return size_ > N ? long_.data() : short_.data(); }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }

  /// New items are T().
  void resize(size_t size) {
    if (size > N) {
      if (size_ <= N) long_.assign(begin(), end());
      long_.resize(size);
    } else {
      if (size_ > N) std::copy_n(long_.begin(), size, short_.begin());
      for (size_t i = size_; i < size; ++i) short_[i] = T();
      long_.clear();
    }
    size_ = size;
  }
  void push_back(const T& item) {
    resize(size_ + 1);
    (*this)[size_ - 1] = item;
  }
  template <typename Iterator>
  void assign(Iterator first, Iterator last) {
    resize(static_cast<size_t>(last - first));
    std::copy(first, last, begin());
  }

  friend bool operator==(const ShortList& a, const ShortList& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  size_t size_ = 0;
  std::array<T, N> short_{};
  std::vector<T> long_;  // all items, when there are more than N
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_SHORT_LIST_H_
