#include "tabular/spaces/darts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kCells = 2;  // normal, reduction
constexpr size_t kNodes = 4;
constexpr size_t kPerCell = 3 * kNodes;
constexpr std::string_view kOpNames[] = {
    "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3",
    "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"};
enum Op : uint16_t { kMaxPool, kAvgPool, kSkip, kSep3, kSep5, kDil3, kDil5 };
constexpr std::string_view kCellNames[] = {"normal", "reduce"};

struct Edge {
  int from = 0;
  uint16_t op = 0;
  auto operator<=>(const Edge&) const = default;
};
/// A node's two edges, the lower input first.
using Node = std::array<Edge, 2>;
using Cell = std::array<Node, kNodes>;

/// Index of the pair lower < higher among the pairs of `inputs` nodes.
uint16_t PairIndex(int lower, int higher, int inputs) {
  int index = 0;
  for (int i = 0; i < lower; ++i) index += inputs - 1 - i;
  return static_cast<uint16_t>(index + higher - lower - 1);
}

std::pair<int, int> PairOf(uint16_t index, int inputs) {
  int rest = index;
  for (int lower = 0;; ++lower) {
    const int count = inputs - 1 - lower;
    if (rest < count) return {lower, lower + 1 + rest};
    rest -= count;
  }
}

Cell CellOf(const Architecture& architecture, size_t which) {
  Cell cell;
  for (size_t n = 0; n < kNodes; ++n) {
    const size_t at = which * kPerCell + 3 * n;
    const auto [lower, higher] =
        PairOf(architecture[at], static_cast<int>(n) + 2);
    cell[n] = {Edge{lower, architecture[at + 1]},
               Edge{higher, architecture[at + 2]}};
  }
  return cell;
}

void SetCell(const Cell& cell, size_t which, Architecture* architecture) {
  for (size_t n = 0; n < kNodes; ++n) {
    const size_t at = which * kPerCell + 3 * n;
    (*architecture)[at] =
        PairIndex(cell[n][0].from, cell[n][1].from, static_cast<int>(n) + 2);
    (*architecture)[at + 1] = cell[n][0].op;
    (*architecture)[at + 2] = cell[n][1].op;
  }
}

std::vector<Decision> MakeDecisions() {
  std::vector<Decision> decisions;
  const std::vector<std::string> ops(std::begin(kOpNames), std::end(kOpNames));
  for (const std::string_view cell : kCellNames) {
    for (int node = 2; node < 2 + static_cast<int>(kNodes); ++node) {
      Decision inputs;
      inputs.name = fmt::format("{}.{}.inputs", cell, node);
      for (int lower = 0; lower < node; ++lower) {
        for (int higher = lower + 1; higher < node; ++higher) {
          inputs.choices.push_back(fmt::format("{},{}", lower, higher));
        }
      }
      decisions.push_back(std::move(inputs));
      decisions.push_back({fmt::format("{}.{}.lower", cell, node), ops});
      decisions.push_back({fmt::format("{}.{}.higher", cell, node), ops});
    }
  }
  return decisions;
}

/// Reads what Python prints of a genotype.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), rest_(text) {}

  bool Try(std::string_view expected) {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  void Expect(std::string_view expected) {
    if (!Try(expected)) Fail(fmt::format("expected '{}'", expected));
  }
  int Number() {
    Try("");
    int value = 0;
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) Fail("expected a whole number");
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  /// An operation: its quoted name, or its number.
  uint16_t Operation() {
    if (!Try("'")) {
      const int op = Number();
      if (op < 0 || op >= static_cast<int>(std::size(kOpNames))) {
        Fail("expected an operation from 0 to 6");
      }
      return static_cast<uint16_t>(op);
    }
    const size_t end = rest_.find('\'');
    const std::string name(rest_.substr(0, end));
    const auto it = std::find(std::begin(kOpNames), std::end(kOpNames), name);
    if (it == std::end(kOpNames)) {
      FailUnknown("darts operation", name,
                  {std::begin(kOpNames), std::end(kOpNames)});
    }
    rest_.remove_prefix(end);
    Expect("'");
    return static_cast<uint16_t>(it - std::begin(kOpNames));
  }
  /// `[(...), ...]` of eight pairs, tuples or lists.
  Cell ReadCell(bool named) {
    Cell cell;
    const bool list = Try("[");
    if (!list) Expect("(");
    for (size_t i = 0; i < 2 * kNodes; ++i) {
      if (i > 0) Expect(",");
      const bool inner_list = Try("[");
      if (!inner_list) Expect("(");
      Edge edge;
      if (named) {
        edge.op = Operation();
        Expect(",");
        edge.from = Number();
      } else {
        edge.from = Number();
        Expect(",");
        edge.op = Operation();
      }
      Expect(inner_list ? "]" : ")");
      if (edge.from < 0 || edge.from >= static_cast<int>(i / 2) + 2) {
        Fail(fmt::format("node {} has inputs from 0 to {}, not {}", i / 2 + 2,
                         i / 2 + 1, edge.from));
      }
      cell[i / 2][i % 2] = edge;
    }
    Expect(list ? "]" : ")");
    for (size_t n = 0; n < kNodes; ++n) {
      std::sort(cell[n].begin(), cell[n].end());
      if (cell[n][0].from == cell[n][1].from) {
        Fail(fmt::format("node {} must have two different inputs", n + 2));
      }
    }
    return cell;
  }
  void ExpectConcat() {
    if (Try("range")) {
      Expect("(");
      Expect("2");
      Expect(",");
      Expect("6");
      Expect(")");
      return;
    }
    Expect("[");
    for (int node = 2; node < 6; ++node) {
      if (node > 2) Expect(",");
      if (Number() != node) Fail("a cell's output must be nodes 2 to 5");
    }
    Expect("]");
  }
  bool AtEnd() {
    Try("");
    return rest_.empty();
  }
  [[noreturn]] void Fail(const std::string& why) const {
    throw Error(ErrorCode::kUsage,
                fmt::format("'{}' is not a darts genotype: {} at '{}'",
                            Quoted(text_), why, Quoted(rest_, 20)));
  }

 private:
  std::string_view text_;
  std::string_view rest_;
};

/// The smallest cell that numbers the same nodes in another order.
Cell Smallest(const Cell& cell) {
  std::array<size_t, kNodes> order = {0, 1, 2, 3};
  Cell best = cell;
  do {
    // order[k]: the old node that becomes node k; inputs must come first.
    std::array<int, kNodes + 2> renamed = {0, 1, -1, -1, -1, -1};
    Cell candidate;
    bool good = true;
    for (size_t k = 0; k < kNodes && good; ++k) {
      for (size_t e = 0; e < 2; ++e) {
        Edge edge = cell[order[k]][e];
        edge.from = renamed[static_cast<size_t>(edge.from)];
        good = good && edge.from >= 0;
        candidate[k][e] = edge;
      }
      std::sort(candidate[k].begin(), candidate[k].end());
      renamed[order[k] + 2] = static_cast<int>(k) + 2;
    }
    if (good) best = std::min(best, candidate);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

int AddReluConvBn(int in, int channels, LayerGraph* graph) {
  const int x = graph->Conv(graph->Activate(in), channels, 1, 1, 0);
  return graph->BatchNorm(x);
}

/// Halves the size: two 1x1 convolutions of stride 2, the second shifted.
int AddFactorizedReduce(int in, int channels, LayerGraph* graph) {
  const int x = graph->Activate(in);
  const int a = graph->Conv(x, channels / 2, 1, 2, 0);
  const int b = graph->Conv(graph->Crop(x), channels - channels / 2, 1, 2, 0);
  return graph->BatchNorm(graph->Concat({a, b}));
}

/// ReLU, depthwise and 1x1 convolution, batch norm.
int AddSeparable(int in, int kernel, int stride, int dilation,
                 LayerGraph* graph) {
  int x = graph->Activate(in);
  const int channels = (*graph)[x].out.channels;
  x = graph->Conv(x, channels, kernel, stride, dilation * (kernel / 2),
                  channels, false, dilation);
  x = graph->Conv(x, channels, 1, 1, 0);
  return graph->BatchNorm(x);
}

int AddOp(uint16_t op, int in, int stride, LayerGraph* graph) {
  switch (static_cast<Op>(op)) {
    case kMaxPool:
      return graph->MaxPool(in, 3, stride, 1);
    case kAvgPool:
      return graph->AvgPool(in, 3, stride, 1);
    case kSkip:
      return stride == 1
                 ? graph->Identity(in)
                 : AddFactorizedReduce(in, (*graph)[in].out.channels, graph);
    case kSep3:
    case kSep5: {
      const int kernel = op == kSep3 ? 3 : 5;
      const int x = AddSeparable(in, kernel, stride, 1, graph);
      return AddSeparable(x, kernel, 1, 1, graph);
    }
    case kDil3:
    case kDil5:
      return AddSeparable(in, op == kDil3 ? 3 : 5, stride, 2, graph);
  }
  CheckFailed("a known operation", __FILE__, __LINE__);
}

}  // namespace

DartsSpace::DartsSpace(const DartsSkeleton& skeleton)
    : CategoricalSpace(MakeDecisions()), skeleton_(skeleton) {
  HWNAS_CHECK(skeleton.cells > 0 && skeleton.channels > 1);
}

std::string DartsSpace::Id() const { return "darts@1"; }

std::string DartsSpace::Spec() const {
  const DartsSkeleton standard;
  std::string parameters;
  if (skeleton_.cells != standard.cells) {
    parameters = fmt::format("cells={}", skeleton_.cells);
  }
  if (skeleton_.channels != standard.channels) {
    parameters += fmt::format("{}channels={}", parameters.empty() ? "" : ",",
                              skeleton_.channels);
  }
  return parameters.empty() ? Id() : fmt::format("{}{{{}}}", Id(), parameters);
}

Architecture DartsSpace::Parse(std::string_view text) const {
  Scanner scanner(text);
  Architecture architecture(kCells * kPerCell);
  if (scanner.Try("Genotype")) {
    scanner.Expect("(");
    for (size_t which = 0; which < kCells; ++which) {
      if (which > 0) scanner.Expect(",");
      scanner.Expect(kCellNames[which]);
      scanner.Expect("=");
      SetCell(scanner.ReadCell(true), which, &architecture);
      scanner.Expect(",");
      scanner.Expect(kCellNames[which]);
      scanner.Expect("_concat");
      scanner.Expect("=");
      scanner.ExpectConcat();
    }
    scanner.Expect(")");
  } else {
    const bool list = scanner.Try("[");
    if (!list) scanner.Expect("(");
    SetCell(scanner.ReadCell(false), 0, &architecture);
    scanner.Expect(",");
    SetCell(scanner.ReadCell(false), 1, &architecture);
    scanner.Expect(list ? "]" : ")");
  }
  if (!scanner.AtEnd()) scanner.Fail("there is more behind its end");
  return architecture;
}

std::string DartsSpace::Format(const Architecture& architecture) const {
  CheckShape(architecture);
  std::string text = "Genotype(";
  for (size_t which = 0; which < kCells; ++which) {
    text += fmt::format("{}{}=[", which == 0 ? "" : ", ", kCellNames[which]);
    bool first = true;
    for (const Node& node : CellOf(architecture, which)) {
      for (const Edge& edge : node) {
        text += fmt::format("{}('{}', {})", first ? "" : ", ",
                            kOpNames[edge.op], edge.from);
        first = false;
      }
    }
    text += fmt::format("], {}_concat=[2, 3, 4, 5]", kCellNames[which]);
  }
  return text + ")";
}

Architecture DartsSpace::Canonical(const Architecture& architecture) const {
  CheckShape(architecture);
  Architecture canonical(architecture.size());
  for (size_t which = 0; which < kCells; ++which) {
    SetCell(Smallest(CellOf(architecture, which)), which, &canonical);
  }
  return canonical;
}

std::string DartsSpace::EffectiveKey(const Architecture& architecture) const {
  return Format(Canonical(architecture));
}

LayerGraph DartsSpace::Layers(const Architecture& architecture,
                              const NetworkInput& input) const {
  CheckShape(architecture);
  if (input.image.height % 4 != 0 || input.image.width % 4 != 0) {
    throw Error(ErrorCode::kUsage,
                fmt::format("images of {} x {} do not fit darts: sizes must be "
                            "multiples of 4",
                            input.image.height, input.image.width));
  }
  LayerGraph graph;
  graph.SetOrigin("input");
  int previous = graph.Input(input.image);
  graph.SetOrigin("stem");
  previous = graph.Conv(previous, 3 * skeleton_.channels, 3, 1, 1);
  previous = graph.BatchNorm(previous);
  int before = previous;  // the output of the cell before the previous one
  bool reduced = false;   // whether the previous cell was a reduction
  int channels = skeleton_.channels;
  for (int c = 0; c < skeleton_.cells; ++c) {
    const bool reduces =
        c == skeleton_.cells / 3 || c == 2 * skeleton_.cells / 3;
    if (reduces) channels *= 2;
    const std::string name = fmt::format("cell{}", c);
    graph.SetOrigin(name + ".inputs");
    std::array<int, kNodes + 2> states{};
    states[0] = reduced ? AddFactorizedReduce(before, channels, &graph)
                        : AddReluConvBn(before, channels, &graph);
    states[1] = AddReluConvBn(previous, channels, &graph);
    const size_t which = reduces ? 1 : 0;
    const Cell cell = CellOf(architecture, which);
    for (size_t n = 0; n < kNodes; ++n) {
      std::vector<int> terms;
      for (size_t e = 0; e < 2; ++e) {
        const Edge& edge = cell[n][e];
        graph.SetOrigin(fmt::format("{}.{}<-{}", name, n + 2, edge.from),
                        static_cast<int>(which * kPerCell + 3 * n + 1 + e));
        terms.push_back(AddOp(edge.op, states[static_cast<size_t>(edge.from)],
                              reduces && edge.from < 2 ? 2 : 1, &graph));
      }
      graph.SetOrigin(fmt::format("{}.{}", name, n + 2));
      states[n + 2] = graph.Add(std::move(terms));
    }
    graph.SetOrigin(name + ".output");
    before = previous;
    previous = graph.Concat({states[2], states[3], states[4], states[5]});
    reduced = reduces;
  }
  graph.SetOrigin("head");
  graph.Linear(graph.GlobalAvgPool(previous), input.classes);
  return graph;
}

}  // namespace hwnas
