#ifndef HWNAS_DATASETS_DERIVE_NETWORK_H_
#define HWNAS_DATASETS_DERIVE_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "datasets/derive/kernels.h"
#include "datasets/derive/plan.h"
#include "datasets/derive/sparse_conv.h"

namespace hwnas::derive {

struct FreeDeleter {
  void operator()(float* p) const;
};

/// A growing block of 64-byte aligned floats that networks trained one after
/// the other on one thread share.
class Workspace {
 public:
  float* Reserve(size_t floats);

 private:
  std::unique_ptr<float[], FreeDeleter> block_;
  size_t size_ = 0;
};

/// How values are rounded: to step * (lowest + k), k of 0..levels. A step of
/// 0 leaves them as they are.
struct Rounding {
  float step = 0;
  float lowest = 0;  // an integer, as is `levels`
  float levels = 0;
};

/// Trains one network on one thread. Its numbers depend on the plan, the
/// parameters and the batches alone.
class Network {
 public:
  /// At most `max_groups` groups of 16 images a batch.
  Network(Plan plan, int max_groups, const Kernels& kernels,
          Workspace* workspace);

  /// Convolutions from a normal distribution of variance 2 / fan-in, the
  /// linear layer of 1 / fan-in, scales 1, shifts 0. Each edge draws from the
  /// stream LABEL/init/EDGE of the seed, so that networks which share an edge
  /// start it alike and their comparison is paired.
  void Initialize(uint64_t seed, std::string_view label);

  /// Forward and backward over a batch: images [group][pixel][16], labels
  /// [group * 16]. Gradients of the mean cross-entropy are left in
  /// Gradients(). False if an output is not finite.
  bool Step(const float* images, std::span<const uint8_t> labels,
            double* loss = nullptr);
  /// Nesterov momentum as in PyTorch; weight decay on every parameter.
  void Update(float rate, float momentum, float weight_decay);

  /// Class scores in evaluation mode of `groups` groups: [group][class][16].
  /// PrepareEvaluation() folds the batch norm first.
  void PrepareEvaluation();
  void Evaluate(const float* images, int groups, float* scores);

  /// The linear layer's weights, then its biases, are the last parameters,
  /// from here on.
  size_t HeadOffset() const { return linear_; }
  /// A layer as Evaluate() runs it, batch norm folded: a convolution in the
  /// order of edges, or the linear layer, the last.
  struct FoldedLayer {
    size_t weights = 0;  // offset in FoldedWeights(): [output][each], then
                         // a bias an output
    int outputs = 0;
    int each = 0;           // weights of an output
    int site = 0;           // what it reads
    size_t parameters = 0;  // offset in Parameters() of its own weights
  };
  std::vector<FoldedLayer> FoldedLayers() const;
  /// What PrepareEvaluation() left, to be changed until it is called again; ask
  /// anew after an Evaluate(), which lists the weights that are not zero.
  std::span<float> FoldedWeights() {
    sparse_ready_ = false;
    return folded_;
  }

  /// Sites are what layers read: 2 * tensor, 2 * tensor + 1 behind its ReLU,
  /// and the pooled features of the head, the last.
  int Sites() const { return 2 * static_cast<int>(plan_.tensors.size()) + 1; }
  /// Rounds, in Evaluate(), what is read at each site; empty: nothing.
  void SetRounding(std::vector<Rounding> by_site);
  /// What the last Evaluate() read at a site, of `groups` groups; a lane an
  /// image.
  std::span<const float> ReadAt(int site, int groups) const;

  std::span<float> Parameters() { return parameters_; }
  std::span<const float> Gradients() const { return gradients_; }
  /// Running mean and variance: for each batch norm in order, the means then
  /// the variances.
  std::span<float> Statistics() { return statistics_; }
  const Plan& GetPlan() const { return plan_; }

 private:
  struct Norm {
    int channels = 0;
    size_t gamma = 0;  // offset of the scales; the shifts follow
    size_t mean = 0;   // offset in statistics_; the variances follow
    float* input = nullptr;
    std::vector<float> batch_mean, batch_inverse;
  };
  struct EdgeState {
    ConvShape shape;
    size_t weight = 0;
    size_t weight_count = 0;
    int norm = -1;
    size_t folded = 0;  // offset in folded_: weights, then biases
    SparseConv sparse;  // of these
  };
  static int SiteOf(const Plan::Edge& edge) {
    return 2 * edge.from + (edge.relu ? 1 : 0);
  }

  void Forward(int groups);
  // What an edge without weights adds to its tensor.
  void PassOn(const Plan::Edge& edge, bool accumulate, int groups);
  void ZeroUnreached(int groups);
  void Backward(int groups);
  void NormForward(Norm* norm, int groups, int size, const float* sums,
                   float* a, float* b);
  void NormBackward(const Norm& norm, int groups, int size, const float* sums,
                    float* a, float* b, float* c);
  void ConvBackward(const Plan::Edge& edge, const EdgeState& state, int groups);
  const float* Rectified(int tensor, int groups);
  void ListNonzeroWeights();
  const float* EvaluationInput(const Plan::Edge& edge, int groups);
  int Count(int tensor, int groups) const;

  Plan plan_;
  const Kernels& kernels_;
  int max_groups_;
  std::vector<EdgeState> states_;
  std::vector<Norm> norms_;
  size_t linear_ = 0;         // offset of its weights; biases follow
  size_t folded_linear_ = 0;  // likewise in folded_
  size_t folded_head_ = 0;    // offset of the head's scales; its shifts follow
  std::vector<Rounding> rounding_;
  std::vector<bool> rounded_;  // by site, in this Evaluate()
  bool sparse_ready_ = false;  // the lists are of folded_ as it is
  std::vector<float> parameters_, gradients_, momentum_, statistics_, folded_;

  // In the workspace, one of each for a tensor.
  std::vector<float*> value_, rectified_, d_value_, d_rectified_;
  std::vector<bool> has_rectified_, rectified_ready_, touched_,
      rectified_touched_;
  float* head_ = nullptr;
  float* d_head_ = nullptr;
  float* d_conv_ = nullptr;
  float* mirrored_ = nullptr;
  float* weight_sums_ = nullptr;
  float* channel_sums_ = nullptr;
  float* coefficients_ = nullptr;
  float* pool_scratch_ = nullptr;
  float* pooled_ = nullptr;
  float* raw_rounded_ = nullptr;
  float* padded_ = nullptr;
  float* scores_ = nullptr;
};

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_NETWORK_H_
