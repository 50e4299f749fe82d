#ifndef HWNAS_STRATEGIES_MODELS_LANES_H_
#define HWNAS_STRATEGIES_MODELS_LANES_H_

#include <cstddef>

namespace hwnas {

/// Loops of a fixed number of lanes, which every compiler makes vectors of
/// without being allowed to reorder sums: the order stated here is the order.
constexpr size_t kLanes = 8;

/// `n` rounded up to whole lanes.
constexpr size_t RoundToLanes(size_t n) {
  return (n + kLanes - 1) / kLanes * kLanes;
}

/// y += a x; `n` is a multiple of kLanes.
template <typename T>
inline void AddScaled(T a, const T* __restrict x, T* __restrict y, size_t n) {
  for (size_t k = 0; k < n; k += kLanes) {
    for (size_t l = 0; l < kLanes; ++l) y[k + l] += a * x[k + l];
  }
}

/// Σ x y, by lanes, then the rest, then the lanes pairwise.
template <typename T>
inline T Dot(const T* __restrict x, const T* __restrict y, size_t n) {
  T lanes[kLanes] = {};
  size_t k = 0;
  for (; k + kLanes <= n; k += kLanes) {
    for (size_t l = 0; l < kLanes; ++l) lanes[l] += x[k + l] * y[k + l];
  }
  T rest = 0;
  for (; k < n; ++k) rest += x[k] * y[k];
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) +
         ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])) + rest;
}

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_LANES_H_
