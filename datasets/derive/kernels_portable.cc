#include "datasets/derive/kernels.h"

namespace hwnas::derive {
namespace {

typedef float V __attribute__((vector_size(16)));
typedef int Mask __attribute__((vector_size(16)));
constexpr int kWidth = 4;
constexpr int kTileCo7 = 1;
constexpr int kTileCo4 = 2;
constexpr int kTileRows = 2;
constexpr int kTileGradCo = 2;
constexpr int kTileGradCi = 1;

inline V Load(const float* p) { return *reinterpret_cast<const V*>(p); }
inline void Store(float* p, V v) { *reinterpret_cast<V*>(p) = v; }
inline V Broadcast(float x) { return V{x, x, x, x}; }
inline V Add(V a, V b) { return a + b; }
inline V Mul(V a, V b) { return a * b; }
inline V Fma(V a, V b, V c) { return a * b + c; }
inline V Max(V a, V b) { return a > b ? a : b; }
inline V Min(V a, V b) { return a < b ? a : b; }
inline V KeepPositive(V a, V b) { return a > V{} ? b : V{}; }

#include "datasets/derive/kernels.inc"

}  // namespace

const Kernels& PortableKernels() {
  static const Kernels kernels = MakeKernels("portable");
  return kernels;
}

}  // namespace hwnas::derive
