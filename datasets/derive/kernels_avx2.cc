#include <immintrin.h>

#include "datasets/derive/kernels.h"

namespace hwnas::derive {
namespace {

using V = __m256;
constexpr int kWidth = 8;
constexpr int kTileCo7 = 1;
constexpr int kTileCo4 = 2;
constexpr int kTileRows = 2;
constexpr int kTileGradCo = 2;
constexpr int kTileGradCi = 2;

inline V Load(const float* p) { return _mm256_load_ps(p); }
inline void Store(float* p, V v) { _mm256_store_ps(p, v); }
inline V Broadcast(float x) { return _mm256_set1_ps(x); }
inline V Add(V a, V b) { return _mm256_add_ps(a, b); }
inline V Mul(V a, V b) { return _mm256_mul_ps(a, b); }
inline V Fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
inline V Max(V a, V b) { return _mm256_max_ps(a, b); }
inline V Min(V a, V b) { return _mm256_min_ps(a, b); }
inline V KeepPositive(V a, V b) {
  return _mm256_and_ps(_mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_GT_OQ), b);
}

#include "datasets/derive/kernels.inc"

}  // namespace

const Kernels& Avx2Kernels() {
  static const Kernels kernels = MakeKernels("avx2");
  return kernels;
}

}  // namespace hwnas::derive
