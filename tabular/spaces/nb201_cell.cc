#include "tabular/spaces/nb201_cell.h"

#include <array>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "tabular/error.h"
#include "tabular/spaces/nb201.h"

namespace hwnas {
namespace {

constexpr size_t kNodes = 4;

int AddConv(int in, int channels, int kernel, LayerGraph* graph) {
  const int x =
      graph->Conv(graph->Activate(in), channels, kernel, 1, kernel / 2);
  return graph->BatchNorm(x);
}

int AddOp(Nb201Op op, int in, int channels, LayerGraph* graph) {
  const Shape shape = (*graph)[in].out;
  switch (op) {
    case Nb201Op::kNone:
      return graph->Zero({channels, shape.height, shape.width});
    case Nb201Op::kSkip:
      if (shape.channels == channels) return graph->Identity(in);
      return graph->BatchNorm(graph->Conv(in, channels, 1, 1, 0));
    case Nb201Op::kAvgPool3x3:
      if (shape.channels != channels) in = AddConv(in, channels, 1, graph);
      return graph->AvgPool(in, 3, 1, 1);
    case Nb201Op::kConv1x1:
      return AddConv(in, channels, 1, graph);
    case Nb201Op::kConv3x3:
      return AddConv(in, channels, 3, graph);
  }
  CheckFailed("a known operation", __FILE__, __LINE__);
}

}  // namespace

int AddNb201Cell(const Architecture& cell, const std::string& name, int in,
                 int out_channels, int decision, LayerGraph* graph) {
  std::array<int, kNodes> nodes = {in};
  size_t edge = 0;
  for (size_t to = 1; to < kNodes; ++to) {
    std::vector<int> terms;
    for (size_t from = 0; from < to; ++from, ++edge) {
      graph->SetOrigin(fmt::format("{}.{}<-{}", name, to, from),
                       decision == -1 ? static_cast<int>(edge) : decision);
      terms.push_back(AddOp(static_cast<Nb201Op>(cell[edge]), nodes[from],
                            out_channels, graph));
    }
    graph->SetOrigin(fmt::format("{}.{}", name, to), decision);
    nodes[to] = terms.size() == 1 ? terms[0] : graph->Add(std::move(terms));
  }
  return nodes.back();
}

int AddNb201Reduction(int in, int channels, LayerGraph* graph) {
  int x = graph->Activate(in);
  x = graph->Conv(x, channels, 3, 2, 1);
  x = graph->BatchNorm(x);
  x = graph->Activate(x);
  x = graph->Conv(x, channels, 3, 1, 1);
  x = graph->BatchNorm(x);
  // Padded where the size is odd, so that both branches have one size.
  int shortcut = graph->AvgPool(in, 2, 2, (*graph)[in].out.height % 2);
  shortcut = graph->Conv(shortcut, channels, 1, 1, 0);
  return graph->Add({shortcut, x});
}

int AddNb201Head(int in, int classes, LayerGraph* graph) {
  int x = graph->BatchNorm(in);
  x = graph->Activate(x);
  x = graph->GlobalAvgPool(x);
  return graph->Linear(x, classes);
}

}  // namespace hwnas
