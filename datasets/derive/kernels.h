#ifndef HWNAS_DATASETS_DERIVE_KERNELS_H_
#define HWNAS_DATASETS_DERIVE_KERNELS_H_

namespace hwnas::derive {

/// Images are processed in groups of 16, one image a vector lane: an
/// activation is [group][channel][y][x][16], so every kernel is the same
/// straight arithmetic for each image, channels and borders cost no padding,
/// and an image's result does not depend on its neighbours in the batch.
inline constexpr int kLanes = 16;

/// A square convolution, padding kernel / 2.
struct ConvShape {
  int in_channels = 0;
  int out_channels = 0;
  int in_size = 0;   // height = width
  int out_size = 0;  // (in_size + 2 * (kernel / 2) - kernel) / stride + 1
  int kernel = 1;
  int stride = 1;
};

/// Shapes that have their own code: those of the standard recipe, of 8 output
/// channels or multiples of them.
enum class Sized { kAny, k3x7, k3x4, k1x7, k1x4, kStem, kReduce };
/// Not inline: what is inline here might be linked as it was compiled for a
/// processor that this one is not.
Sized SizeOf(const ConvShape& shape);

/// A weight and where its first factor lies in the input: an offset in floats
/// from the first value of the padded channel 0's first row.
struct SparseTap {
  int offset = 0;
  float weight = 0;
};

/// The inner loops, once for each instruction set. The AVX-512 and AVX2 ones
/// give equal bits (fused multiply-add, the same order for each value); the
/// portable ones round twice and so do not. All pointers are 64-byte aligned.
/// Weights are [out][in][ky][kx]. Thread-safe: no state.
struct Kernels {
  const char* name;

  /// out = conv(in) (+ bias) (+ out if accumulate). If `sums` is given, the
  /// sum and the sum of squares of what was written are added to
  /// sums[out_channel][2][16].
  void (*conv)(const ConvShape& shape, int groups, const float* in,
               const float* weights, const float* bias, bool accumulate,
               float* out, float* sums);
  /// The same, over the weights that are not zero alone: those of output
  /// channel c are the taps up to ends[c] (sparse_conv.h). Finite values come
  /// out as of `conv`. `scratch`: SparseConv::ScratchFloats().
  void (*conv_sparse)(const ConvShape& shape, int groups, const float* in,
                      const SparseTap* taps, const int* ends, const float* bias,
                      bool accumulate, float* scratch, float* out);
  /// d_in += transposed convolution of d_out. For stride 1, `conv` with
  /// mirrored weights does the same faster.
  void (*conv_backward_data)(const ConvShape& shape, int groups,
                             const float* d_out, const float* weights,
                             float* d_in);
  /// sums[out][in][ky][kx][16] += in * d_out by lane.
  void (*conv_backward_weights)(const ConvShape& shape, int groups,
                                const float* in, const float* d_out,
                                float* sums);

  /// sums[channel][2][16] += (a, a * b) by lane; a, b:
  /// [groups][channels][size].
  void (*dot_sums)(int groups, int channels, int size, const float* a,
                   const float* b, float* sums);
  /// out = a[c] * x + b[c] (+ out if accumulate).
  void (*scale_shift)(int groups, int channels, int size, const float* x,
                      const float* a, const float* b, bool accumulate,
                      float* out);
  /// out = a[c] * x + (b[c] * y + c[c]).
  void (*combine)(int groups, int channels, int size, const float* x,
                  const float* y, const float* a, const float* b,
                  const float* c, float* out);
  /// out = max(x, 0); count in vectors of 16.
  void (*relu)(int count, const float* x, float* out);
  /// d += (r > 0 ? dr : 0).
  void (*relu_backward)(int count, const float* r, const float* dr, float* d);
  /// out = x (+ out).
  void (*add)(int count, const float* x, bool accumulate, float* out);
  /// out = step * (lowest + k), k the integer of 0..levels nearest to
  /// x / step - lowest, even at a tie; `lowest` and `levels` are integers.
  void (*round)(int count, const float* x, float step, float lowest,
                float levels, float* out);
  /// 3 x 3, stride 1, padding 1, mean over what lies inside. `scratch`: size
  /// squared vectors.
  void (*avg_pool3)(int planes, int size, const float* x, bool accumulate,
                    float* scratch, float* out);
  void (*avg_pool3_backward)(int planes, int size, const float* d_out,
                             float* scratch, float* d_in);
  /// 2 x 2, stride 2, padded by one where the size is odd, mean over what lies
  /// inside; out size (size + 1) / 2.
  void (*avg_pool2)(int planes, int size, const float* x, float* out);
  void (*avg_pool2_backward)(int planes, int size, const float* d_out,
                             float* d_in);
};

#if defined(__x86_64__)
const Kernels& Avx512Kernels();
const Kernels& Avx2Kernels();
#endif
const Kernels& PortableKernels();

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_KERNELS_H_
