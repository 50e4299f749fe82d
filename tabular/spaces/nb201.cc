#include "tabular/spaces/nb201.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "fmt/format.h"
#include "tabular/error.h"
#include "tabular/spaces/nb201_cell.h"

namespace hwnas {
namespace {

constexpr int kNodes = 4;
constexpr size_t kEdges = 6;
constexpr std::string_view kOpNames[] = {"none", "skip_connect", "nor_conv_1x1",
                                         "nor_conv_3x3", "avg_pool_3x3"};
constexpr size_t kOps = std::size(kOpNames);
constexpr const char* kOpLabels[] = {"none", "skip", "conv1x1", "conv3x3",
                                     "pool3x3"};

struct CellEdge {
  int from;
  int to;
};
constexpr CellEdge kCell[kEdges] = {{0, 1}, {0, 2}, {1, 2},
                                    {0, 3}, {1, 3}, {2, 3}};
/// The first edge into node 1, 2 and 3.
constexpr size_t kFirstEdge[] = {0, 1, 3};

std::vector<Decision> MakeDecisions() {
  std::vector<Decision> decisions;
  for (const CellEdge& edge : kCell) {
    Decision decision;
    decision.name = fmt::format("{}->{}", edge.from, edge.to);
    for (const std::string_view op : kOpNames) {
      decision.choices.emplace_back(op);
    }
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

bool HasShape(const Architecture& architecture) {
  if (architecture.size() != kEdges) return false;
  for (size_t i = 0; i < kEdges; ++i) {
    if (architecture[i] >= kOps) return false;
  }
  return true;
}

Nb201Op OpOf(const Architecture& architecture, size_t edge) {
  return static_cast<Nb201Op>(architecture[edge]);
}

/// The edges that lie on a path from the input to the output, as bits.
unsigned LiveEdges(const Architecture& architecture) {
  unsigned forward = 1;  // nodes that the input reaches
  for (size_t i = 0; i < kEdges; ++i) {
    if (architecture[i] != 0 && (forward >> kCell[i].from & 1)) {
      forward |= 1u << kCell[i].to;
    }
  }
  unsigned backward = 1u << (kNodes - 1);  // nodes that reach the output
  unsigned live = 0;
  for (size_t i = kEdges; i-- > 0;) {
    if (architecture[i] != 0 && (backward >> kCell[i].to & 1)) {
      backward |= 1u << kCell[i].from;
      if (forward >> kCell[i].from & 1) live |= 1u << i;
    }
  }
  return live;
}

[[noreturn]] void FailParse(std::string_view text) {
  std::string ops;
  for (const std::string_view op : kOpNames) {
    ops += fmt::format("{}{}", ops.empty() ? "" : ", ", op);
  }
  throw Error(
      ErrorCode::kUsage,
      fmt::format("'{}' is not an nb201 architecture: expected "
                  "|op~0|+|op~0|op~1|+|op~0|op~1|op~2| with operations {}",
                  Quoted(text, 160), ops));
}

/// Takes `expected` off the front of `*text`.
bool Take(std::string_view expected, std::string_view* text) {
  if (!text->starts_with(expected)) return false;
  text->remove_prefix(expected.size());
  return true;
}

/// Takes an operation's name off the front. Its first letter decides it but
/// for the two convolutions.
bool TakeOp(std::string_view* text, uint16_t* op) {
  for (uint16_t i = 0; i < kOps; ++i) {
    if (Take(kOpNames[i], text)) {
      *op = i;
      return true;
    }
  }
  return false;
}

}  // namespace

Nb201Space::Nb201Space(const Nb201Skeleton& skeleton)
    : CategoricalSpace(MakeDecisions()), skeleton_(skeleton) {
  HWNAS_CHECK(skeleton.channels > 0 && skeleton.cells > 0 &&
              skeleton.stages > 0 && skeleton.stem_stride > 0);
  SetMoves({"node", "edge"});
}

std::string Nb201Space::Id() const { return "nb201@1"; }

std::string Nb201Space::Spec() const {
  const Nb201Skeleton standard;
  std::string parameters;
  const auto add = [&parameters](const char* name, int value, int usual) {
    if (value == usual) return;
    parameters +=
        fmt::format("{}{}={}", parameters.empty() ? "" : ",", name, value);
  };
  add("cells", skeleton_.cells, standard.cells);
  add("channels", skeleton_.channels, standard.channels);
  add("stages", skeleton_.stages, standard.stages);
  add("stem_stride", skeleton_.stem_stride, standard.stem_stride);
  return parameters.empty() ? Id() : fmt::format("{}{{{}}}", Id(), parameters);
}

Architecture Nb201Space::Parse(std::string_view text) const {
  Architecture architecture(kEdges);
  std::string_view rest = text;
  for (size_t i = 0; i < kEdges; ++i) {
    const CellEdge edge = kCell[i];
    if (edge.from == 0 && !Take(edge.to == 1 ? "|" : "+|", &rest)) {
      FailParse(text);
    }
    const char source[] = {'~', static_cast<char>('0' + edge.from), '|'};
    if (!TakeOp(&rest, &architecture[i]) ||
        !Take({source, sizeof(source)}, &rest)) {
      FailParse(text);
    }
  }
  if (!rest.empty()) FailParse(text);
  return architecture;
}

std::string Nb201Space::Format(const Architecture& architecture) const {
  HWNAS_CHECK(HasShape(architecture));
  std::string text;
  text.reserve(112);
  for (size_t i = 0; i < kEdges; ++i) {
    if (kCell[i].from == 0) text += kCell[i].to == 1 ? "|" : "+|";
    text += kOpNames[architecture[i]];
    text += '~';
    text += static_cast<char>('0' + kCell[i].from);
    text += '|';
  }
  return text;
}

bool Nb201Space::Mutate(const Architecture& from, size_t move, Rng& rng,
                        Architecture* out) const {
  HWNAS_CHECK(HasShape(from) && move < 2);
  size_t edge = 0;
  if (move == 0) {
    const size_t node = rng.Below(kNodes - 1);  // node + 1 has node + 1 inputs
    edge = kFirstEdge[node] + rng.Below(node + 1);
  } else {
    edge = rng.Below(kEdges);
  }
  *out = from;
  ChangeChoice(edge, rng, out);
  return true;
}

Architecture Nb201Space::Canonical(const Architecture& architecture) const {
  HWNAS_CHECK(HasShape(architecture));
  std::call_once(canonical_once_, [this] {
    const uint64_t size = *Size();
    std::unordered_map<std::string, uint16_t> first;
    canonical_.reserve(size);
    // Ranks order architectures, so the first of a class is its smallest.
    for (uint64_t rank = 0; rank < size; ++rank) {
      const auto [it, _] =
          first.emplace(ClassString(Unrank(rank)), static_cast<uint16_t>(rank));
      canonical_.push_back(it->second);
    }
  });
  return Unrank(canonical_[*Rank(architecture)]);
}

bool Nb201Space::IsConnected(const Architecture& architecture) const {
  HWNAS_CHECK(HasShape(architecture));
  return LiveEdges(architecture) != 0;
}

std::string Nb201Space::ClassString(const Architecture& architecture) {
  HWNAS_CHECK(HasShape(architecture));
  std::array<std::string, kNodes> nodes;
  nodes[0] = "0";
  size_t edge = 0;
  for (size_t to = 1; to < kNodes; ++to) {
    std::vector<std::string> terms;
    for (size_t from = 0; from < to; ++from, ++edge) {
      const Nb201Op op = OpOf(architecture, edge);
      const std::string& source = nodes[from];
      if (op == Nb201Op::kNone || source == "#") {
        terms.emplace_back("#");
      } else if (op == Nb201Op::kSkip) {
        terms.push_back(source);
      } else {
        terms.push_back(
            fmt::format("({})@{}", source, kOpNames[architecture[edge]]));
      }
    }
    std::sort(terms.begin(), terms.end());
    nodes[to] = fmt::format("{}", fmt::join(terms, "+"));
  }
  return nodes.back();
}

Nb201Effective Nb201Space::Effective(const Architecture& architecture) {
  HWNAS_CHECK(HasShape(architecture));
  Nb201Effective effective;
  const unsigned live = LiveEdges(architecture);
  if (live == 0) {
    effective.nodes = 2;
    effective.connected = false;
    return effective;
  }
  // merged[n]: the node that n is the same as.
  std::array<int, kNodes> merged = {0, 1, 2, 3};
  unsigned gone = 0;  // edges that a merge used up
  size_t edge = 0;
  for (int to = 1; to < kNodes; ++to) {
    int count = 0;
    size_t only = 0;
    for (int from = 0; from < to; ++from, ++edge) {
      if (live >> edge & 1) {
        ++count;
        only = edge;
      }
    }
    if (count == 1 && OpOf(architecture, only) == Nb201Op::kSkip) {
      merged[static_cast<size_t>(to)] =
          merged[static_cast<size_t>(kCell[only].from)];
      gone |= 1u << only;
    }
  }
  // Nodes that remain, in their order, which is topological. Where the output
  // merged with a node, nothing that lives can come behind that node.
  std::array<int, kNodes> number = {0, -1, -1, -1};
  unsigned used = 1;
  for (size_t i = 0; i < kEdges; ++i) {
    if ((live & ~gone) >> i & 1) {
      used |= 1u << merged[static_cast<size_t>(kCell[i].from)];
      used |= 1u << merged[static_cast<size_t>(kCell[i].to)];
    }
  }
  for (size_t n = 0; n < kNodes; ++n) {
    if (used >> n & 1) number[n] = effective.nodes++;
  }
  for (size_t i = 0; i < kEdges; ++i) {
    if (!((live & ~gone) >> i & 1)) continue;
    const auto at = [&](int node) {
      return number[static_cast<size_t>(merged[static_cast<size_t>(node)])];
    };
    effective.edges.push_back({at(kCell[i].from), at(kCell[i].to),
                               OpOf(architecture, i), static_cast<int>(i)});
  }
  return effective;
}

std::string Nb201Space::EffectiveKey(const Architecture& architecture) const {
  const Nb201Effective effective = Effective(architecture);
  if (!effective.connected) return "disconnected";
  if (effective.nodes == 1) return "identity";

  // An edge as one number that orders by its ends, then its operation.
  const auto code = [](int from, int to, Nb201Op op) {
    return from * 64 + to * 8 + static_cast<int>(op);
  };
  const size_t count = effective.edges.size();
  const auto labelled = [&](bool swap_inner) {
    const auto label = [swap_inner](int node) {
      return swap_inner && (node == 1 || node == 2) ? 3 - node : node;
    };
    std::array<int, kEdges> codes{};
    for (size_t i = 0; i < count; ++i) {
      const Nb201Edge& edge = effective.edges[i];
      codes[i] = code(label(edge.from), label(edge.to), edge.op);
    }
    std::sort(codes.begin(), codes.begin() + count);
    return codes;
  };
  // At most two inner nodes: two labellings, of which the smaller is the key.
  std::array<int, kEdges> best = labelled(false);
  if (effective.nodes == kNodes) best = std::min(best, labelled(true));

  std::string key = fmt::format("{}", effective.nodes);
  for (size_t i = 0; i < count; ++i) {
    key += fmt::format(" {}>{}:{}", best[i] / 64, best[i] / 8 % 8,
                       kOpLabels[best[i] % 8]);
  }
  return key;
}

LayerGraph Nb201Space::Layers(const Architecture& architecture,
                              const NetworkInput& input) const {
  HWNAS_CHECK(HasShape(architecture));
  const int smallest = std::min(input.image.height, input.image.width);
  const int stem = (smallest - 1) / skeleton_.stem_stride + 1;
  if (stem >> (skeleton_.stages - 1) < 1) {
    throw Error(ErrorCode::kUsage,
                fmt::format("images of {} x {} are too small for {}: every "
                            "stage behind the first halves them",
                            input.image.height, input.image.width, Spec()));
  }
  LayerGraph graph;
  graph.SetOrigin("input");
  int x = graph.Input(input.image);
  graph.SetOrigin("stem");
  x = graph.Conv(x, skeleton_.channels, 3, skeleton_.stem_stride, 1);
  x = graph.BatchNorm(x);
  int channels = skeleton_.channels;
  for (int stage = 0; stage < skeleton_.stages; ++stage) {
    if (stage > 0) {
      channels *= 2;
      if ((graph[x].out.height - graph[x].out.width) % 2 != 0) {
        throw Error(ErrorCode::kUsage,
                    fmt::format("images of {} x {} do not fit {}: height and "
                                "width must be both even or both odd in every "
                                "stage",
                                input.image.height, input.image.width, Spec()));
      }
      graph.SetOrigin(fmt::format("reduction{}", stage));
      x = AddNb201Reduction(x, channels, &graph);
    }
    for (int cell = 0; cell < skeleton_.cells; ++cell) {
      x = AddNb201Cell(architecture, fmt::format("stage{}.cell{}", stage, cell),
                       x, channels, -1, &graph);
    }
  }
  graph.SetOrigin("head");
  AddNb201Head(x, input.classes, &graph);
  return graph;
}

}  // namespace hwnas
