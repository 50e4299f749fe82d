#ifndef HWNAS_DATASETS_DERIVE_SPARSE_CONV_H_
#define HWNAS_DATASETS_DERIVE_SPARSE_CONV_H_

#include <cstddef>
#include <vector>

#include "datasets/derive/kernels.h"

namespace hwnas::derive {

/// The weights of a convolution that are not zero, in the order in which
/// Kernels::conv adds them: pruned networks are evaluated without the rest.
class SparseConv {
 public:
  /// Lists `weights`, [out][in][ky][kx], anew. Empty() where Kernels::conv is
  /// as fast: few zeros, or a shape that Kernels::conv_sparse does not know.
  void Set(const ConvShape& shape, const float* weights);

  bool Empty() const { return ends_.empty(); }
  const SparseTap* Taps() const { return taps_.data(); }
  const int* Ends() const { return ends_.data(); }

  /// What Kernels::conv_sparse needs as scratch, in floats.
  static size_t ScratchFloats(const ConvShape& shape);

 private:
  std::vector<SparseTap> taps_;
  std::vector<int> ends_;  // by output channel
};

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_SPARSE_CONV_H_
