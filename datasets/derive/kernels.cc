#include "datasets/derive/kernels.h"

namespace hwnas::derive {

Sized SizeOf(const ConvShape& s) {
  const bool tiled = s.out_channels % 8 == 0;
  if (!tiled) return Sized::kAny;
  if (s.stride == 1 && s.kernel == 3 && s.in_size == 7) return Sized::k3x7;
  if (s.stride == 1 && s.kernel == 3 && s.in_size == 4) return Sized::k3x4;
  if (s.stride == 1 && s.kernel == 1 && s.in_size == 7) return Sized::k1x7;
  if (s.stride == 1 && s.kernel == 1 && s.in_size == 4) return Sized::k1x4;
  if (s.stride == 2 && s.kernel == 3 && s.in_size == 14) return Sized::kStem;
  if (s.stride == 2 && s.kernel == 3 && s.in_size == 7) return Sized::kReduce;
  return Sized::kAny;
}

}  // namespace hwnas::derive
