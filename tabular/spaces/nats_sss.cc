#include "tabular/spaces/nats_sss.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "tabular/error.h"
#include "tabular/spaces/nb201_cell.h"

namespace hwnas {
namespace {

constexpr size_t kLayers = 5;
constexpr size_t kWidths = 8;

int Width(uint16_t choice) { return 8 * (choice + 1); }

std::vector<Decision> MakeDecisions() {
  std::vector<Decision> decisions;
  for (size_t i = 0; i < kLayers; ++i) {
    Decision decision;
    decision.name = fmt::format("width{}", i);
    for (uint16_t choice = 0; choice < kWidths; ++choice) {
      decision.choices.push_back(fmt::format("{}", Width(choice)));
    }
    decisions.push_back(decision);
  }
  return decisions;
}

}  // namespace

NatsSssSpace::NatsSssSpace() : CategoricalSpace(MakeDecisions()) {
  SetMoves({"width"});
}

std::string NatsSssSpace::Id() const { return "nats-sss@1"; }

Architecture NatsSssSpace::Parse(std::string_view text) const {
  Architecture architecture(kLayers);
  std::string_view rest = text;
  bool good = true;
  for (size_t i = 0; i < kLayers && good; ++i) {
    const size_t end = rest.find(':');
    const bool last = i + 1 == kLayers;
    good = (end == std::string_view::npos) == last;
    const auto& widths = Decisions()[i].choices;
    const auto it =
        std::find(widths.begin(), widths.end(), rest.substr(0, end));
    good = good && it != widths.end();
    if (!good) break;
    architecture[i] = static_cast<uint16_t>(it - widths.begin());
    if (!last) rest.remove_prefix(end + 1);
  }
  if (!good) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("'{}' is not a nats-sss architecture: expected five "
                    "widths of 8, 16, ... 64 as in 8:16:24:32:40",
                    Quoted(text)));
  }
  return architecture;
}

std::string NatsSssSpace::Format(const Architecture& architecture) const {
  CheckShape(architecture);
  std::string text;
  for (size_t i = 0; i < kLayers; ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ":", Width(architecture[i]));
  }
  return text;
}

LayerGraph NatsSssSpace::Layers(const Architecture& architecture,
                                const NetworkInput& input) const {
  CheckShape(architecture);
  if (input.image.height < 4 || input.image.width < 4 ||
      input.image.height % 4 != 0 || input.image.width % 4 != 0) {
    throw Error(ErrorCode::kUsage,
                fmt::format("images of {} x {} do not fit nats-sss: sizes must "
                            "be multiples of 4",
                            input.image.height, input.image.width));
  }
  // 3x3 convolutions on all edges but the skip 0->3.
  const Architecture cell{3, 3, 3, 1, 3, 3};
  LayerGraph graph;
  graph.SetOrigin("input");
  int x = graph.Input(input.image);
  graph.SetOrigin("stem", 0);
  x = graph.Conv(x, Width(architecture[0]), 3, 1, 1);
  x = graph.BatchNorm(x);
  for (size_t i = 0; i < kLayers; ++i) {
    const int width = Width(architecture[i]);
    const std::string name = fmt::format("layer{}", i);
    if (i % 2 == 0) {
      x = AddNb201Cell(cell, name, x, width, static_cast<int>(i), &graph);
    } else {
      graph.SetOrigin(name, static_cast<int>(i));
      x = AddNb201Reduction(x, width, &graph);
    }
  }
  graph.SetOrigin("head");
  AddNb201Head(x, input.classes, &graph);
  return graph;
}

}  // namespace hwnas
