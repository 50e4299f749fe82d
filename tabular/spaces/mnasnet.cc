#include "tabular/spaces/mnasnet.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "tabular/error.h"
#include "tabular/spaces/inverted_residual.h"

namespace hwnas {
namespace {

constexpr size_t kBlocks = 7;
constexpr size_t kGenes = 4;  // of a block: e, k, l, se
constexpr int kChannels[kBlocks] = {16, 24, 40, 80, 112, 192, 320};
constexpr int kStrides[kBlocks] = {1, 2, 2, 2, 1, 2, 1};
constexpr int kExpansions[] = {1, 4, 6};
constexpr int kKernels[] = {3, 5};

std::vector<Decision> MakeDecisions() {
  std::vector<Decision> decisions;
  for (size_t b = 0; b < kBlocks; ++b) {
    decisions.push_back({fmt::format("block{}_e", b), {"1", "4", "6"}});
    decisions.push_back({fmt::format("block{}_k", b), {"3", "5"}});
    decisions.push_back({fmt::format("block{}_l", b), {"1", "2", "3"}});
    if (b == 5) decisions.back().choices.emplace_back("4");
    decisions.push_back({fmt::format("block{}_se", b), {"0", "1"}});
  }
  return decisions;
}

/// Takes `prefix` and one of the choices (all one digit) off the front.
bool TakeChoice(std::string_view prefix, const Decision& decision,
                std::string_view* text, uint16_t* choice) {
  if (!text->starts_with(prefix)) return false;
  const auto it = std::find(decision.choices.begin(), decision.choices.end(),
                            text->substr(prefix.size(), 1));
  if (it == decision.choices.end()) return false;
  *choice = static_cast<uint16_t>(it - decision.choices.begin());
  text->remove_prefix(prefix.size() + 1);
  return true;
}

}  // namespace

MnasnetSpace::MnasnetSpace() : CategoricalSpace(MakeDecisions()) {
  SetMoves({"gene"});
}

std::string MnasnetSpace::Id() const { return "mnasnet@1"; }

Architecture MnasnetSpace::Parse(std::string_view text) const {
  Architecture architecture(kBlocks * kGenes);
  const auto decisions = Decisions();
  std::string_view rest = text;
  bool good = true;
  for (size_t b = 0; b < kBlocks && good; ++b) {
    const size_t at = b * kGenes;
    good = TakeChoice(b == 0 ? "e" : ",e", decisions[at], &rest,
                      &architecture[at]) &&
           TakeChoice("_k", decisions[at + 1], &rest, &architecture[at + 1]) &&
           TakeChoice("_l", decisions[at + 2], &rest, &architecture[at + 2]);
    if (good && rest.starts_with("_se")) {
      architecture[at + 3] = 1;
      rest.remove_prefix(3);
    }
  }
  if (!good || !rest.empty()) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("'{}' is not a mnasnet architecture: expected seven "
                    "blocks as in e6_k3_l1 or e4_k5_l2_se joined by "
                    "',', with e of 1, 4, 6, k of 3, 5, l of 1 to 3 (4 "
                    "in the sixth)",
                    Quoted(text, 160)));
  }
  return architecture;
}

std::string MnasnetSpace::Format(const Architecture& architecture) const {
  CheckShape(architecture);
  const auto decisions = Decisions();
  std::string text;
  for (size_t b = 0; b < kBlocks; ++b) {
    const size_t at = b * kGenes;
    const auto choice = [&](size_t gene) -> const std::string& {
      return decisions[at + gene].choices[architecture[at + gene]];
    };
    text +=
        fmt::format("{}e{}_k{}_l{}{}", b == 0 ? "" : ",", choice(0), choice(1),
                    choice(2), architecture[at + 3] == 1 ? "_se" : "");
  }
  return text;
}

LayerGraph MnasnetSpace::Layers(const Architecture& architecture,
                                const NetworkInput& input) const {
  CheckShape(architecture);
  LayerGraph graph;
  graph.SetOrigin("input");
  int x = graph.Input(input.image);
  graph.SetOrigin("stem");
  x = AddConvBn(x, 32, 3, 2, Activation::kSwish, &graph);
  for (size_t b = 0; b < kBlocks; ++b) {
    const size_t at = b * kGenes;
    const int layers = architecture[at + 2] + 1;
    for (int i = 0; i < layers; ++i) {
      // A layer is there because of the number of layers; its shape is the
      // expansion's and the kernel's too.
      graph.SetOrigin(fmt::format("block{}.layer{}", b, i),
                      static_cast<int>(at + 2));
      InvertedResidual block;
      block.channels = kChannels[b];
      block.expansion = kExpansions[architecture[at]];
      block.kernel = kKernels[architecture[at + 1]];
      block.stride = i == 0 ? kStrides[b] : 1;
      block.always_expand = false;
      block.activation = Activation::kSwish;
      if (architecture[at + 3] == 1) {
        block.squeeze = std::max(1, graph[x].out.channels / 4);
      }
      x = AddInvertedResidual(x, block, &graph);
    }
  }
  graph.SetOrigin("head");
  x = AddConvBn(x, 1280, 1, 1, Activation::kSwish, &graph);
  x = graph.GlobalAvgPool(x);
  graph.Linear(x, input.classes);
  return graph;
}

}  // namespace hwnas
