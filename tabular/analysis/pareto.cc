#include "tabular/analysis/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr uint32_t kNobody = ~uint32_t{0};

size_t CheckPoints(std::span<const double> points, size_t dims) {
  HWNAS_CHECK(dims > 0);
  HWNAS_CHECK(points.size() % dims == 0);
  for (const double value : points) HWNAS_CHECK(!std::isnan(value));
  return points.size() / dims;
}

/// Lexicographic order of the points, ties by index: nothing that dominates a
/// point comes after it.
void SortLexicographically(std::span<const double> points, size_t dims,
                           std::vector<uint32_t>* order) {
  std::sort(order->begin(), order->end(), [&](uint32_t a, uint32_t b) {
    const double* pa = &points[a * dims];
    const double* pb = &points[b * dims];
    for (size_t d = 0; d < dims; ++d) {
      if (pa[d] != pb[d]) return pa[d] < pb[d];
    }
    return a < b;
  });
}

}  // namespace

bool Dominates(const double* a, const double* b, size_t dims) {
  bool better = false;
  for (size_t d = 0; d < dims; ++d) {
    if (a[d] > b[d]) return false;
    better |= a[d] < b[d];
  }
  return better;
}

std::vector<uint32_t> NonDominated(std::span<const double> points, size_t dims,
                                   size_t most) {
  const size_t n = CheckPoints(points, dims);
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  SortLexicographically(points, dims, &order);
  std::vector<uint32_t> front;
  for (const uint32_t i : order) {
    const double* point = &points[i * dims];
    bool dominated = false;
    if (dims <= 2) {
      // The latest member has the least second value so far: if it does not
      // dominate the point, nothing does.
      dominated = !front.empty() &&
                  Dominates(&points[front.back() * dims], point, dims);
    } else {
      for (size_t k = front.size(); k-- > 0 && !dominated;) {
        dominated = Dominates(&points[front[k] * dims], point, dims);
      }
    }
    if (dominated) continue;
    front.push_back(i);
    if (front.size() > most) break;
  }
  std::sort(front.begin(), front.end());
  return front;
}

void FrontSorter::Sort(std::span<const double> points, size_t dims) {
  const size_t n = CheckPoints(points, dims);
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), 0u);
  SortLexicographically(points, dims, &order_);
  front_of_.resize(n);
  last_.clear();
  if (dims == 2) {
    SweepTwo(points);
  } else {
    SortMany(points, dims);
  }
  // Counting sort by front; indices ascend within one.
  begins_.assign(n == 0 ? 1 : last_.size() + 1, 0);
  for (size_t i = 0; i < n; ++i) ++begins_[front_of_[i] + 1];
  for (size_t k = 1; k < begins_.size(); ++k) begins_[k] += begins_[k - 1];
  members_.resize(n);
  next_.assign(begins_.begin(), begins_.end());
  for (uint32_t i = 0; i < n; ++i) members_[next_[front_of_[i]]++] = i;
}

void FrontSorter::SweepTwo(std::span<const double> points) {
  uint32_t previous = kNobody;
  for (const uint32_t i : order_) {
    const double x = points[2 * i];
    const double y = points[2 * i + 1];
    if (previous != kNobody && points[2 * previous] == x &&
        points[2 * previous + 1] == y) {
      front_of_[i] = front_of_[previous];
      continue;
    }
    // The latest members' second values ascend with the front, and a latest
    // member with a value <= y dominates the point.
    const auto front = std::upper_bound(
        last_.begin(), last_.end(), y,
        [&](double value, uint32_t k) { return value < points[2 * k + 1]; });
    front_of_[i] = static_cast<uint32_t>(front - last_.begin());
    if (front == last_.end()) {
      last_.push_back(i);
    } else {
      *front = i;
    }
    previous = i;
  }
}

void FrontSorter::SortMany(std::span<const double> points, size_t dims) {
  next_.assign(order_.size(), kNobody);
  for (const uint32_t i : order_) {
    const double* point = &points[i * dims];
    size_t front = 0;
    for (; front < last_.size(); ++front) {
      uint32_t k = last_[front];
      while (k != kNobody && !Dominates(&points[k * dims], point, dims)) {
        k = next_[k];
      }
      if (k == kNobody) break;
    }
    if (front == last_.size()) last_.push_back(kNobody);
    next_[i] = last_[front];
    last_[front] = i;
    front_of_[i] = static_cast<uint32_t>(front);
  }
}

void CrowdingDistance::Compute(std::span<const double> points, size_t dims,
                               std::span<const uint32_t> front,
                               std::span<double> distances) {
  HWNAS_CHECK(distances.size() == front.size());
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const size_t n = front.size();
  std::fill(distances.begin(), distances.end(), 0.0);
  if (n == 0) return;
  order_.resize(n);
  for (size_t d = 0; d < dims; ++d) {
    const auto value = [&](uint32_t position) {
      return points[front[position] * dims + d];
    };
    std::iota(order_.begin(), order_.end(), 0u);
    std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
      return value(a) < value(b) || (value(a) == value(b) && a < b);
    });
    distances[order_.front()] = kInfinity;
    distances[order_.back()] = kInfinity;
    const double range = value(order_.back()) - value(order_.front());
    if (!(range > 0) || range == kInfinity) continue;
    for (size_t i = 1; i + 1 < n; ++i) {
      distances[order_[i]] +=
          (value(order_[i + 1]) - value(order_[i - 1])) / range;
    }
  }
}

}  // namespace hwnas
