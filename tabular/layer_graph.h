#ifndef HWNAS_TABULAR_LAYER_GRAPH_H_
#define HWNAS_TABULAR_LAYER_GRAPH_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hwnas {

/// Channels, height, width of an activation (of one image).
struct Shape {
  int channels = 0;
  int height = 0;
  int width = 0;
  bool operator==(const Shape&) const = default;
  int64_t Elements() const {
    return static_cast<int64_t>(channels) * height * width;
  }
};

/// What a network sees and answers.
struct NetworkInput {
  Shape image;
  int classes = 0;
};

enum class LayerKind : uint8_t {
  kInput,
  kConv,        // with groups; depthwise where groups = channels
  kBatchNorm,   // per channel, affine or not
  kActivation,  // element-wise, see Activation
  kAvgPool,
  kMaxPool,
  kGlobalAvgPool,  // to 1 x 1
  kLinear,         // on 1 x 1 activations
  kAdd,            // of any number of equal shapes
  kMultiply,       // of two; the second may be 1 x 1 (squeeze-excite gates)
  kConcat,         // along channels
  kCrop,           // drops the first row and column (DARTS' factorised reduce)
  kSlice,          // the first channels of a wider input
  kShuffle,        // channels of `groups` groups interleaved (ShuffleNet)
  kIdentity,       // a skip connection
  kZero,           // all zeros
};
const char* LayerKindName(LayerKind kind);

enum class Activation : uint8_t {
  kRelu,
  kRelu6,
  kSwish,
  kHardSwish,
  kSigmoid,
  kHardSigmoid,
};

struct Layer {
  LayerKind kind = LayerKind::kInput;
  std::vector<int> inputs;  // ids (positions) of earlier layers
  Shape in;                 // of the first input
  Shape out;
  // Convolution and pooling; square kernels.
  int kernel = 1;
  int stride = 1;
  int padding = 0;
  int dilation = 1;
  int groups = 1;
  bool bias = false;   // convolution, linear
  bool affine = true;  // batch norm: two trainable values a channel
  Activation activation = Activation::kRelu;
  bool count_padding = false;  // average pooling divides by the whole kernel
  int weight_bits = 32;
  int activation_bits = 32;  // of its inputs
  int decision = -1;         // the decision it comes from, or -1
  std::string name;          // `stage0.cell1.2<-0`
};

/// A network as a list of layers in topological order. Analytic costs, peak
/// memory, building and training it, encodings, lookup tables and
/// differentiable costs all walk it. A value; not thread-safe while built.
/// The adders append a layer and return its id; they compute its output shape
/// and HWNAS_CHECK that inputs exist and fit.
class LayerGraph {
 public:
  int Input(Shape shape);
  int Conv(int in, int out_channels, int kernel, int stride, int padding,
           int groups = 1, bool bias = false, int dilation = 1);
  int BatchNorm(int in, bool affine = true);
  int Activate(int in, Activation activation = Activation::kRelu);
  int AvgPool(int in, int kernel, int stride, int padding,
              bool count_padding = false);
  int MaxPool(int in, int kernel, int stride, int padding);
  int GlobalAvgPool(int in);
  int Linear(int in, int out_features, bool bias = true);
  int Add(std::vector<int> inputs);
  int Multiply(int a, int b);
  int Concat(std::vector<int> inputs);
  int Crop(int in);
  int Slice(int in, int channels);
  int Shuffle(int in, int groups);
  int Identity(int in);
  int Zero(Shape shape);

  /// The layers added from now on carry this name and decision (-1: none).
  void SetOrigin(std::string name, int decision = -1);

  std::span<const Layer> Layers() const { return layers_; }
  std::span<Layer> MutableLayers() { return layers_; }  // bit widths
  size_t size() const { return layers_.size(); }
  const Layer& operator[](int id) const {
    return layers_[static_cast<size_t>(id)];
  }
  /// Id of the last layer added: the network's answer.
  int Output() const { return static_cast<int>(layers_.size()) - 1; }

  /// All weights at `weight_bits` and all activations at `activation_bits`.
  void SetBits(int weight_bits, int activation_bits);

  /// The network that remains when what reaches no output is dropped, what no
  /// input reaches is dropped (zeros, and whatever is computed from zeros
  /// alone), and identities and additions of one term are merged with their
  /// source. Where nothing remains, one kZero layer of the output's shape.
  LayerGraph Effective() const;

 private:
  int Append(Layer layer);

  std::vector<Layer> layers_;
  std::string name_;
  int decision_ = -1;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_LAYER_GRAPH_H_
