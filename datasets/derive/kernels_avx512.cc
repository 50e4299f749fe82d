#include <immintrin.h>

#include "datasets/derive/kernels.h"

namespace hwnas::derive {
namespace {

using V = __m512;
constexpr int kWidth = 16;
constexpr int kTileCo7 = 2;
constexpr int kTileCo4 = 4;
constexpr int kTileRows = 4;
constexpr int kTileGradCo = 4;
constexpr int kTileGradCi = 2;

inline V Load(const float* p) { return _mm512_load_ps(p); }
inline void Store(float* p, V v) { _mm512_store_ps(p, v); }
inline V Broadcast(float x) { return _mm512_set1_ps(x); }
inline V Add(V a, V b) { return _mm512_add_ps(a, b); }
inline V Mul(V a, V b) { return _mm512_mul_ps(a, b); }
inline V Fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }

inline V KeepPositive(V a, V b) {
  return _mm512_maskz_mov_ps(
      _mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_GT_OQ), b);
}

// Not _mm512_max_ps and _mm512_min_ps: GCC 12 warns about the undefined
// register inside them.
inline V Max(V a, V b) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), b, a);
}
inline V Min(V a, V b) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), b, a);
}

#include "datasets/derive/kernels.inc"

}  // namespace

const Kernels& Avx512Kernels() {
  static const Kernels kernels = MakeKernels("avx512");
  return kernels;
}

}  // namespace hwnas::derive
