#include "tabular/spaces/nb_macro.h"

#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "tabular/error.h"
#include "tabular/spaces/inverted_residual.h"

namespace hwnas {
namespace {

constexpr size_t kStages[] = {2, 3, 3};
constexpr size_t kLayers = 8;
constexpr uint16_t kIdentity = 0;

std::vector<Decision> MakeDecisions() {
  std::vector<Decision> decisions;
  for (size_t i = 0; i < kLayers; ++i) {
    decisions.push_back(
        {fmt::format("layer{}", i), {"id", "ir_3x3_t3", "ir_5x5_t6"}});
  }
  return decisions;
}

}  // namespace

NbMacroSpace::NbMacroSpace() : CategoricalSpace(MakeDecisions()) {
  SetMoves({"layer"});
}

std::string NbMacroSpace::Id() const { return "nb-macro@1"; }

Architecture NbMacroSpace::Parse(std::string_view text) const {
  Architecture architecture(kLayers);
  bool good = text.size() == kLayers;
  for (size_t i = 0; i < kLayers && good; ++i) {
    good = text[i] >= '0' && text[i] <= '2';
    if (good) architecture[i] = static_cast<uint16_t>(text[i] - '0');
  }
  if (!good) {
    throw Error(ErrorCode::kUsage,
                fmt::format("'{}' is not an nb-macro architecture: expected "
                            "eight digits from 0 to 2",
                            Quoted(text)));
  }
  return architecture;
}

std::string NbMacroSpace::Format(const Architecture& architecture) const {
  CheckShape(architecture);
  std::string text;
  for (size_t i = 0; i < kLayers; ++i) {
    text += static_cast<char>('0' + architecture[i]);
  }
  return text;
}

Architecture NbMacroSpace::Canonical(const Architecture& architecture) const {
  CheckShape(architecture);
  return IdentitiesLast(architecture, kStages, kIdentity);
}

std::string NbMacroSpace::EffectiveKey(const Architecture& architecture) const {
  return Format(Canonical(architecture));
}

LayerGraph NbMacroSpace::Layers(const Architecture& architecture,
                                const NetworkInput& input) const {
  CheckShape(architecture);
  LayerGraph graph;
  graph.SetOrigin("input");
  int x = graph.Input(input.image);
  graph.SetOrigin("stem");
  int channels = 32;
  x = AddConvBn(x, channels, 3, 1, Activation::kRelu, &graph);
  size_t layer = 0;
  for (const size_t layers : kStages) {
    channels *= 2;
    for (size_t i = 0; i < layers; ++i, ++layer) {
      graph.SetOrigin(fmt::format("layer{}", layer), static_cast<int>(layer));
      const int stride = i == 0 ? 2 : 1;
      const uint16_t choice = architecture[layer];
      if (choice != kIdentity) {
        InvertedResidual block;
        block.channels = channels;
        block.expansion = choice == 1 ? 3 : 6;
        block.kernel = choice == 1 ? 3 : 5;
        block.stride = stride;
        x = AddInvertedResidual(x, block, &graph);
      } else if (i == 0) {
        x = graph.Conv(x, channels, 1, stride, 0);
        x = graph.BatchNorm(x);
      } else {
        x = graph.Identity(x);
      }
    }
  }
  graph.SetOrigin("head");
  x = AddConvBn(x, 1280, 1, 1, Activation::kRelu, &graph);
  x = graph.GlobalAvgPool(x);
  graph.Linear(x, input.classes);
  return graph;
}

}  // namespace hwnas
