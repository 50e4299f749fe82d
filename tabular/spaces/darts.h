#ifndef HWNAS_TABULAR_SPACES_DARTS_H_
#define HWNAS_TABULAR_SPACES_DARTS_H_

#include <string>

#include "tabular/search_space.h"

namespace hwnas {

/// The network that darts cells are put into: a 3x3 stem of 3·`channels`, then
/// `cells` cells, of which those at a third and two thirds reduce and double
/// the channels; global average, linear. The defaults are NAS-Bench-301's.
struct DartsSkeleton {
  int cells = 8;
  int channels = 32;
  bool operator==(const DartsSkeleton&) const = default;
};

/// The DARTS space (Liu et al., ICLR 2019) as NAS-Bench-301 (Zela et al., ICLR
/// 2022) has it: a normal and a reduction cell; in each four nodes, each the
/// sum of two of seven operations on two different earlier nodes (0 and 1 are
/// the outputs of the two cells before); a cell's output is the concatenation
/// of its nodes. 24 decisions: per node the pair of inputs, then the operation
/// on the lower and on the higher input. 1.08e18 architectures.
///
/// Text form: `Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=[2,
/// 3, 4, 5], reduce=[...], reduce_concat=[2, 3, 4, 5])`, inputs ascending in
/// each node. Parse() also reads them in any order, `range(2, 6)`, and NASLib's
/// compact form `[[(0, 3), ...], [...]]` of (input, operation).
///
/// Canonical() and EffectiveKey() number a cell's nodes in the smallest way:
/// the order of the concatenation makes no difference to the network. Images
/// must have sizes that are multiples of 4. Convolutions follow the published
/// evaluation network: affine batch norm, none behind pooling, no auxiliary
/// head.
class DartsSpace : public CategoricalSpace {
 public:
  explicit DartsSpace(const DartsSkeleton& skeleton = {});

  const DartsSkeleton& Skeleton() const { return skeleton_; }

  std::string Id() const override;
  std::string Spec() const override;
  Architecture Parse(std::string_view text) const override;
  std::string Format(const Architecture& architecture) const override;
  Architecture Canonical(const Architecture& architecture) const override;
  std::string EffectiveKey(const Architecture& architecture) const override;
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override;

 private:
  DartsSkeleton skeleton_;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_DARTS_H_
