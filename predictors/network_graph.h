#ifndef HWNAS_PREDICTORS_NETWORK_GRAPH_H_
#define HWNAS_PREDICTORS_NETWORK_GRAPH_H_

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "predictors/features.h"
#include "tabular/layer_graph.h"

namespace hwnas {

/// What a layer costs.
LayerCost CostOf(const Layer& layer);

/// Lists one behind the other.
class Lists {
 public:
  size_t size() const { return begin_.size() - 1; }
  std::span<const uint32_t> operator[](size_t i) const {
    return std::span<const uint32_t>(items_).subspan(begin_[i],
                                                     begin_[i + 1] - begin_[i]);
  }
  void Add(std::span<const uint32_t> list) {
    items_.insert(items_.end(), list.begin(), list.end());
    begin_.push_back(items_.size());
  }

 private:
  std::vector<size_t> begin_ = {0};
  std::vector<uint32_t> items_;
};

/// Networks as graphs of layers, for predictors that pass messages along them.
///
/// Batch norms and activations are counted on the layer that they follow
/// instead of standing for themselves. A layer's messages come from the layers
/// that it reads and, apart from those, from the layers that read it.
///
/// Layers are merged, within a network and between networks, where kRounds
/// rounds of such messages cannot tell them apart (colour refinement:
/// Weisfeiler and Leman 1968). A class of round 0 is a set of values; a class
/// of round t is a class of round t - 1, its own, and those of its neighbours
/// there. So repeated cells are computed once, and what is computed for a class
/// is what would be for each of its layers.
struct NetworkGraphs {
  static constexpr size_t kRounds = 3;

  /// Members by class of this round; what they name are classes of the round
  /// before. Neighbours in an order that depends on the classes alone, not on
  /// which networks stand beside.
  struct Round {
    std::vector<uint32_t> own;
    Lists inputs;
    Lists outputs;
  };

  std::vector<std::string> names;  // of the columns of `layers`
  Matrix layers;                   // a row for each class of round 0
  std::array<Round, kRounds> rounds;
  Lists networks;  // of each network, its layers' classes of the last round,
                   // in the layers' order
};

/// Merges the layers of `count` networks, of which `network(i)` is the i-th.
NetworkGraphs MergeNetworks(size_t count,
                            const std::function<LayerGraph(size_t)>& network);

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_NETWORK_GRAPH_H_
