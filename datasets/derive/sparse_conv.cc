#include "datasets/derive/sparse_conv.h"

namespace hwnas::derive {
namespace {

// More weights than these are no slower dense: a list takes products with the
// padding, and loads that several channels would share.
constexpr double kMostNonzero = 0.6;

// Zeros on each side of a row, and of a column.
int PadOf(const ConvShape& shape) { return shape.kernel / 2; }

bool HasSparseCode(const ConvShape& shape) {
  const Sized sized = SizeOf(shape);
  return sized != Sized::kAny && sized != Sized::kStem;
}

}  // namespace

void SparseConv::Set(const ConvShape& shape, const float* weights) {
  taps_.clear();
  ends_.clear();
  if (!HasSparseCode(shape)) return;
  const int k = shape.kernel;
  const int each = shape.in_channels * k * k;
  const int pad = PadOf(shape);
  const int row = shape.in_size + pad;
  const double most = kMostNonzero * shape.out_channels * each;
  for (int output = 0; output < shape.out_channels; ++output) {
    for (int i = 0; i < each; ++i) {
      const float weight = weights[output * each + i];
      if (weight == 0.0f) continue;
      const int channel = i / (k * k), y = i / k % k, x = i % k;
      taps_.push_back(
          {(channel * row * row + y * row + x - pad) * kLanes, weight});
    }
    ends_.push_back(static_cast<int>(taps_.size()));
    if (static_cast<double>(taps_.size()) > most) {
      ends_.clear();
      return;
    }
  }
}

size_t SparseConv::ScratchFloats(const ConvShape& shape) {
  const int row = shape.in_size + PadOf(shape);
  return static_cast<size_t>(1 + shape.in_channels * row * row + row) * kLanes;
}

}  // namespace hwnas::derive
