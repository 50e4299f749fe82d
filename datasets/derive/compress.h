#ifndef HWNAS_DATASETS_DERIVE_COMPRESS_H_
#define HWNAS_DATASETS_DERIVE_COMPRESS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/derive/images.h"
#include "datasets/derive/kernels.h"
#include "datasets/derive/network.h"
#include "datasets/derive/plan.h"
#include "datasets/derive/recipe.h"

namespace hwnas::derive {

/// What a network is compressed to: every width times every sparsity.
inline constexpr int kBitWidths[] = {32, 8, 4, 3, 2, 1};
inline constexpr int kSparsities[] = {0, 50, 90};  // % of weights pruned

/// Raised whenever a number of Compress() moves.
inline constexpr int kCompressionVersion = 1;

/// A compressed network's correct images, validation and test.
struct CompressedScore {
  int validation = 0;
  int test = 0;
  bool operator==(const CompressedScore&) const = default;
};

/// A network at one sparsity.
struct CompressedNetwork {
  /// Its training or fine-tuning, or what its layers read of the images that
  /// activations are calibrated on is not finite (a pruned channel whose
  /// running variance is near 0 can blow up); nothing below is there then.
  bool diverged = false;
  int nonzero = 0;  // weights of convolutions and the linear layer
  std::vector<CompressedScore> scores;  // by kBitWidths
  bool operator==(const CompressedNetwork&) const = default;
};

/// Compresses a trained network; `weights` are Training::weights of a training
/// with this seed on the first `images` training images. By kSparsities. A pure
/// function of its arguments; the workspace is scratch.
///
/// Pruning: in each convolution and in the linear layer, the weights of
/// smallest magnitude become 0 (ties: the first), as many as the sparsity says,
/// rounded down; then one epoch of fine-tuning, in which they stay 0: the
/// recipe's momentum and weight decay, a rate that falls as half a cosine from
/// a tenth of the recipe's peak, images in the order of the stream
/// NAME/fine-tune/SPARSITY of the seed. Without pruning there is none.
/// Quantisation, after training: batch norm is folded into the convolution
/// before it; the weights of an output channel are rounded to 2^bits - 1 levels
/// symmetric about 0 (at one bit: minus and plus the mean magnitude of those
/// that are not pruned, which stay 0); what a convolution or the linear layer
/// reads is rounded to 2^bits levels that include 0 (Jacob et al., CVPR 2018),
/// one scale a tensor. Every scale is, of fractions of the largest, the one
/// with the least squared error (as in Banner et al., NeurIPS 2019, but
/// searched), over the first 256 training images for activations. First and
/// last layers are as narrow as the others; biases, the sums between layers and
/// the head's batch norm are not rounded.
std::vector<CompressedNetwork> Compress(const Plan& plan, const Recipe& recipe,
                                        const ImageSets& data, uint64_t seed,
                                        int images,
                                        std::span<const float> weights,
                                        const Kernels& kernels,
                                        Workspace* workspace);

/// The rounding to 2^bits levels, 0 among them, whose squared error over the
/// values is least; step 0 where all are 0. `bits` 1 to 8.
Rounding ChooseRounding(std::span<const float> values, int bits);

/// Rounds the weights of one output in place; zeros stay. `bits` 1 to 8.
void RoundWeights(std::span<float> weights, int bits);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_COMPRESS_H_
