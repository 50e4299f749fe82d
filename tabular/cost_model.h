#ifndef HWNAS_TABULAR_COST_MODEL_H_
#define HWNAS_TABULAR_COST_MODEL_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/layer_graph.h"

namespace hwnas {

/// Analytic costs of one network on one image, counted on its layers as they
/// stand: pass `graph.Effective()` for the effective network's.

/// Multiply-accumulates of convolution and linear layers at the output's
/// resolution, as the published tables count (their "FLOPs"); a bias counts
/// one per output value, as in NATS-Bench's counter.
int64_t Macs(const LayerGraph& graph);

/// Trainable values: convolution, linear (with bias), affine batch norm.
int64_t Params(const LayerGraph& graph);

/// FLOPs by the source paper's equations as printed (Benmeziane et al., "A
/// comprehensive survey on hardware-aware NAS", 2021): convolution
/// 2·H·W·(Cin·K²+1)·Cout with H, W of the *input*, linear 2·(I-1)·O. The
/// equation's own source (Molchanov et al. 2017) has (2I-1)·O. Stride, groups
/// and dilation are not in the equation: stride is ignored as printed, Cin is
/// taken per group.
int64_t FlopsPaper(const LayerGraph& graph);

/// Parameters by the source paper's equations: Cin·K²·Cout + Cout (without
/// bias no + Cout), linear I·O + O. Batch norm has none. Cin per group.
int64_t ParamsPaper(const LayerGraph& graph);

/// Σ macs·weight_bits·activation_bits.
int64_t BitOperations(const LayerGraph& graph);

/// Bytes of convolution and linear weights at each layer's weight_bits, each
/// layer rounded up to whole bytes; biases as one and batch norm, affine or
/// not, as two 32-bit values a channel (scale and shift, statistics folded).
int64_t WeightBytes(const LayerGraph& graph);

/// The largest sum of activations alive at once (bytes, at activation_bits
/// rounded up per tensor), executing layers in order: an output is allocated
/// before its layer runs, an input freed after its last reader. Batch norm,
/// activations and identities run in place when they are their input's only
/// reader. A tensor is as wide as its widest reader's activation_bits; the
/// answer as its own layer's, and it stays alive.
int64_t PeakActivationBytes(const LayerGraph& graph);

/// The same of a network in whose convolution and linear layers `sparsity`
/// percent of the weights, rounded down in each layer, are zero: zeros are no
/// params and cost no operations, as on a processor that skips them; a layer
/// with zeros is stored as the other weights and a mask of one bit a weight.
int64_t Params(const LayerGraph& graph, double sparsity);
int64_t BitOperations(const LayerGraph& graph, double sparsity);
int64_t WeightBytes(const LayerGraph& graph, double sparsity);

/// Macs of one layer.
int64_t LayerMacs(const Layer& layer);
/// Trainable values of one layer.
int64_t LayerParams(const Layer& layer);

/// The metric names that this model answers: `macs`, `params`, `flops` with
/// `rule=paper`, `params` with `rule=paper`, `bit-operations`,
/// `weight-bytes`, `peak-activation-bytes`.
struct CostRule {
  std::string quantity;
  std::string rule;  // "" or "paper"
  std::string unit;
  int64_t (*count)(const LayerGraph&);
};
const std::vector<CostRule>& CostRules();

}  // namespace hwnas

#endif  // HWNAS_TABULAR_COST_MODEL_H_
