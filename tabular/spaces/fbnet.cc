#include "tabular/spaces/fbnet.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "tabular/error.h"
#include "tabular/spaces/inverted_residual.h"

namespace hwnas {
namespace {

struct Operation {
  const char* name;
  int kernel;
  int expansion;
  int groups;
};
constexpr Operation kOperations[] = {
    {"k3_e1", 3, 1, 1}, {"k3_e1_g2", 3, 1, 2}, {"k3_e3", 3, 3, 1},
    {"k3_e6", 3, 6, 1}, {"k5_e1", 5, 1, 1},    {"k5_e1_g2", 5, 1, 2},
    {"k5_e3", 5, 3, 1}, {"k5_e6", 5, 6, 1},    {"skip", 0, 0, 0},
};
constexpr uint16_t kSkip = 8;

constexpr size_t kLayers = 22;
constexpr size_t kStages[] = {1, 4, 4, 4, 4, 4, 1};
constexpr int kChannels[] = {16, 24, 32, 64, 112, 184, 352};
constexpr int kStrides[] = {1, 2, 2, 2, 1, 2, 1};
constexpr int kSmallStrides[] = {1, 1, 2, 2, 1, 2, 1};
constexpr int kStemChannels = 16;
/// Up to this many pixels the published CIFAR skeleton applies.
constexpr int kSmallImage = 64;

std::vector<Decision> MakeDecisions() {
  std::vector<Decision> decisions;
  for (size_t i = 0; i < kLayers; ++i) {
    Decision decision;
    decision.name = fmt::format("layer{}", i);
    for (const Operation& operation : kOperations) {
      decision.choices.emplace_back(operation.name);
    }
    decisions.push_back(decision);
  }
  return decisions;
}

}  // namespace

FbnetSpace::FbnetSpace() : CategoricalSpace(MakeDecisions()) {
  SetMoves({"layer"});
}

std::string FbnetSpace::Id() const { return "fbnet@1"; }

Architecture FbnetSpace::Parse(std::string_view text) const {
  Architecture architecture(kLayers);
  std::string_view rest = text;
  for (size_t i = 0; i < kLayers; ++i) {
    const size_t end = rest.find(',');
    const std::string_view name = rest.substr(0, end);
    const auto& choices = Decisions()[i].choices;
    const auto it = std::find(choices.begin(), choices.end(), name);
    if ((end == std::string_view::npos) != (i + 1 == kLayers)) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("'{}' is not an fbnet architecture: expected 22 "
                              "operations joined by ','",
                              Quoted(text, 160)));
    }
    if (it == choices.end()) FailUnknown("fbnet operation", name, choices);
    architecture[i] = static_cast<uint16_t>(it - choices.begin());
    if (end != std::string_view::npos) rest.remove_prefix(end + 1);
  }
  return architecture;
}

std::string FbnetSpace::Format(const Architecture& architecture) const {
  CheckShape(architecture);
  std::string text;
  for (size_t i = 0; i < kLayers; ++i) {
    if (i > 0) text += ',';
    text += kOperations[architecture[i]].name;
  }
  return text;
}

Architecture FbnetSpace::Canonical(const Architecture& architecture) const {
  CheckShape(architecture);
  return IdentitiesLast(architecture, kStages, kSkip);
}

std::string FbnetSpace::EffectiveKey(const Architecture& architecture) const {
  return Format(Canonical(architecture));
}

LayerGraph FbnetSpace::Layers(const Architecture& architecture,
                              const NetworkInput& input) const {
  CheckShape(architecture);
  const bool small =
      std::max(input.image.height, input.image.width) <= kSmallImage;
  LayerGraph graph;
  graph.SetOrigin("input");
  int x = graph.Input(input.image);
  graph.SetOrigin("stem");
  x = AddConvBn(x, kStemChannels, 3, small ? 1 : 2, Activation::kRelu, &graph);
  size_t layer = 0;
  for (size_t stage = 0; stage < std::size(kStages); ++stage) {
    const int channels = kChannels[stage];
    for (size_t i = 0; i < kStages[stage]; ++i, ++layer) {
      graph.SetOrigin(fmt::format("layer{}", layer), static_cast<int>(layer));
      const int stride =
          i > 0 ? 1 : (small ? kSmallStrides[stage] : kStrides[stage]);
      if (architecture[layer] != kSkip) {
        const Operation& operation = kOperations[architecture[layer]];
        InvertedResidual block;
        block.channels = channels;
        block.expansion = operation.expansion;
        block.kernel = operation.kernel;
        block.stride = stride;
        block.groups = operation.groups;
        x = AddInvertedResidual(x, block, &graph);
      } else if (stride != 1 || graph[x].out.channels != channels) {
        x = AddConvBn(x, channels, 1, stride, Activation::kRelu, &graph);
      } else {
        x = graph.Identity(x);
      }
    }
  }
  graph.SetOrigin("head");
  x = AddConvBn(x, small ? 1504 : 1984, 1, 1, Activation::kRelu, &graph);
  x = graph.GlobalAvgPool(x);
  graph.Linear(x, input.classes);
  return graph;
}

}  // namespace hwnas
