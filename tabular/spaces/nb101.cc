#include "tabular/spaces/nb101.h"

#include <md5.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr int kVertices = 7;
constexpr int kMaxEdges = 9;
constexpr size_t kEdgeDecisions = 21;
constexpr size_t kOpDecisions = 5;
constexpr size_t kDecisions = kEdgeDecisions + kOpDecisions;
constexpr std::string_view kOpNames[] = {"conv3x3-bn-relu", "conv1x1-bn-relu",
                                         "maxpool3x3"};
constexpr uint8_t kOps = 3;
/// Output channels of the three stacks.
constexpr int kStacks[] = {128, 256, 512};
constexpr int kCellsPerStack = 3;

/// The decision of edge src -> dst, src < dst.
constexpr size_t EdgeIndex(int src, int dst) {
  return static_cast<size_t>(src * (2 * kVertices - src - 1) / 2 + dst - src -
                             1);
}

/// A graph: vertex 0 is the input, vertex n - 1 the output. out[v] has a bit
/// for every successor; op[v] is of inner vertices.
struct Graph {
  int n = 0;
  std::array<uint8_t, kVertices> out{};
  std::array<uint8_t, kVertices> op{};

  bool Has(int src, int dst) const {
    return out[static_cast<size_t>(src)] >> dst & 1;
  }
  void Set(int src, int dst, bool edge) {
    auto& row = out[static_cast<size_t>(src)];
    const auto bit = static_cast<uint8_t>(1u << dst);
    row = static_cast<uint8_t>(edge ? row | bit : row & ~bit);
  }
  int Edges() const {
    int edges = 0;
    for (const uint8_t row : out) edges += std::popcount(row);
    return edges;
  }
};

/// The vertices between input and output, as bits; 0 when they are not
/// connected.
unsigned LiveVertices(const Graph& graph) {
  unsigned forward = 1;
  for (int v = 0; v < graph.n; ++v) {
    if (forward >> v & 1) forward |= graph.out[static_cast<size_t>(v)];
  }
  if (!(forward >> (graph.n - 1) & 1)) return 0;
  unsigned backward = 1u << (graph.n - 1);
  for (int v = graph.n - 1; v-- > 0;) {
    if (graph.out[static_cast<size_t>(v)] & backward) backward |= 1u << v;
  }
  return forward & backward;
}

/// The graph of the live vertices alone; false when there is none or it has
/// too many edges.
bool Prune(const Graph& graph, Graph* pruned) {
  const unsigned live = LiveVertices(graph);
  if (live == 0) return false;
  std::array<int, kVertices> kept{};
  int n = 0;
  for (int v = 0; v < graph.n; ++v) {
    if (live >> v & 1) kept[static_cast<size_t>(n++)] = v;
  }
  Graph result;
  result.n = n;
  for (int src = 0; src < n; ++src) {
    const int old = kept[static_cast<size_t>(src)];
    if (src > 0 && src < n - 1) {
      result.op[static_cast<size_t>(src)] = graph.op[static_cast<size_t>(old)];
    }
    for (int dst = src + 1; dst < n; ++dst) {
      if (graph.Has(old, kept[static_cast<size_t>(dst)])) {
        result.Set(src, dst, true);
      }
    }
  }
  *pruned = result;
  return result.Edges() <= kMaxEdges;
}

/// All seven vertices as the decisions say.
Graph FullGraph(const Architecture& architecture) {
  Graph graph;
  graph.n = kVertices;
  for (int src = 0; src < kVertices; ++src) {
    for (int dst = src + 1; dst < kVertices; ++dst) {
      if (architecture[EdgeIndex(src, dst)] != 0) graph.Set(src, dst, true);
    }
  }
  for (size_t i = 0; i < kOpDecisions; ++i) {
    graph.op[i + 1] = static_cast<uint8_t>(architecture[kEdgeDecisions + i]);
  }
  return graph;
}

Architecture ArchitectureOf(const Graph& graph) {
  Architecture architecture(kDecisions);
  for (int src = 0; src < graph.n; ++src) {
    for (int dst = src + 1; dst < graph.n; ++dst) {
      if (!graph.Has(src, dst)) continue;
      architecture[EdgeIndex(src, dst == graph.n - 1 ? kVertices - 1 : dst)] =
          1;
    }
  }
  for (int v = 1; v + 1 < graph.n; ++v) {
    architecture[kEdgeDecisions + static_cast<size_t>(v) - 1] =
        graph.op[static_cast<size_t>(v)];
  }
  return architecture;
}

/// The pruned graph of an architecture, if it is valid.
bool GraphOf(const Architecture& architecture, Graph* graph) {
  if (architecture.size() != kDecisions) return false;
  for (size_t i = 0; i < kDecisions; ++i) {
    if (architecture[i] > (i < kEdgeDecisions ? 1 : kOps - 1)) return false;
  }
  return Prune(FullGraph(architecture), graph) &&
         ArchitectureOf(*graph) == architecture;
}

Graph CheckedGraph(const Architecture& architecture) {
  Graph graph;
  HWNAS_CHECK(GraphOf(architecture, &graph));
  return graph;
}

/// Channels of every vertex in a cell of `channels` output channels: what
/// feeds the output shares them, the first vertices one more where it does not
/// divide; the others have as many as the widest that they feed.
std::array<int, kVertices> VertexChannels(const Graph& graph, int channels) {
  std::array<int, kVertices> result{};
  const int output = graph.n - 1;
  int fan_in = 0;
  for (int v = 1; v < output; ++v) fan_in += graph.Has(v, output) ? 1 : 0;
  if (fan_in == 0) return result;
  int extra = channels % fan_in;
  for (int v = 1; v < output; ++v) {
    if (!graph.Has(v, output)) continue;
    result[static_cast<size_t>(v)] = channels / fan_in + (extra > 0 ? 1 : 0);
    if (extra > 0) --extra;
  }
  for (int v = output - 1; v >= 1; --v) {
    if (graph.Has(v, output)) continue;
    for (int dst = v + 1; dst < output; ++dst) {
      if (graph.Has(v, dst)) {
        result[static_cast<size_t>(v)] = std::max(
            result[static_cast<size_t>(v)], result[static_cast<size_t>(dst)]);
      }
    }
  }
  return result;
}

/// Calls `visit(graph, order)` with every renumbering of the inner vertices
/// that keeps edges upper triangular; order[k] is the old number of vertex k.
template <typename Visit>
void ForEachNumbering(const Graph& graph, Visit visit) {
  std::array<int, kVertices> order = {0, 1, 2, 3, 4, 5, 6};
  do {
    Graph renumbered;
    renumbered.n = graph.n;
    bool good = true;
    for (int src = 0; src < graph.n && good; ++src) {
      const int old = order[static_cast<size_t>(src)];
      renumbered.op[static_cast<size_t>(src)] =
          graph.op[static_cast<size_t>(old)];
      for (int dst = 0; dst < graph.n; ++dst) {
        if (!graph.Has(old, order[static_cast<size_t>(dst)])) continue;
        good = good && src < dst;
        renumbered.Set(src, dst, true);
      }
    }
    if (good) visit(renumbered, order);
  } while (
      std::next_permutation(order.begin() + 1, order.begin() + graph.n - 1));
}

using Digest = std::array<char, 32>;

Digest Md5(const char* data, size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  MD5_CTX context;
  MD5Init(&context);
  MD5Update(&context, reinterpret_cast<const uint8_t*>(data), size);
  std::array<uint8_t, 16> bytes;
  MD5Final(bytes.data(), &context);
  Digest digest;
  for (size_t i = 0; i < bytes.size(); ++i) {
    digest[2 * i] = kDigits[bytes[i] >> 4];
    digest[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return digest;
}

/// By insertion: there are at most seven, which std::sort cannot know.
void SortFirst(std::array<Digest, kVertices>* digests, size_t count) {
  HWNAS_CHECK(count <= kVertices);
  for (size_t i = 1; i < count; ++i) {
    for (size_t j = i; j > 0 && (*digests)[j] < (*digests)[j - 1]; --j) {
      std::swap((*digests)[j], (*digests)[j - 1]);
    }
  }
}

/// Appends the sorted digests to `out`; returns the end.
char* Append(std::array<Digest, kVertices>* digests, size_t count, char* out) {
  SortFirst(digests, count);
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(out, (*digests)[i].data(), sizeof(Digest));
    out += sizeof(Digest);
  }
  return out;
}

int AddConvBnRelu(int in, int channels, int kernel, LayerGraph* layers) {
  int x = layers->Conv(in, channels, kernel, 1, kernel / 2);
  x = layers->BatchNorm(x);
  return layers->Activate(x);
}

int AddCell(const Graph& graph, const std::string& name, int in, int channels,
            LayerGraph* layers) {
  const int output = graph.n - 1;
  const auto widths = VertexChannels(graph, channels);
  const auto edge_decision = [output](int src, int dst) {
    return static_cast<int>(
        EdgeIndex(src, dst == output ? kVertices - 1 : dst));
  };
  const auto project = [&](int dst, int width) {
    layers->SetOrigin(fmt::format("{}.{}<-0", name, dst),
                      edge_decision(0, dst));
    return AddConvBnRelu(in, width, 1, layers);
  };
  std::array<int, kVertices> tensors{};
  std::vector<int> outputs;
  for (int v = 1; v < output; ++v) {
    const int width = widths[static_cast<size_t>(v)];
    std::vector<int> terms;
    for (int src = 1; src < v; ++src) {
      if (!graph.Has(src, v)) continue;
      int x = tensors[static_cast<size_t>(src)];
      layers->SetOrigin(fmt::format("{}.{}<-{}", name, v, src),
                        edge_decision(src, v));
      if ((*layers)[x].out.channels != width) x = layers->Slice(x, width);
      terms.push_back(x);
    }
    if (graph.Has(0, v)) terms.push_back(project(v, width));
    layers->SetOrigin(fmt::format("{}.{}", name, v),
                      static_cast<int>(kEdgeDecisions) + v - 1);
    int x = terms.size() == 1 ? terms[0] : layers->Add(std::move(terms));
    switch (graph.op[static_cast<size_t>(v)]) {
      case 0:
        x = AddConvBnRelu(x, width, 3, layers);
        break;
      case 1:
        x = AddConvBnRelu(x, width, 1, layers);
        break;
      default:
        x = layers->MaxPool(x, 3, 1, 1);
    }
    tensors[static_cast<size_t>(v)] = x;
    if (graph.Has(v, output)) outputs.push_back(x);
  }
  if (outputs.empty()) return project(output, channels);
  layers->SetOrigin(name + ".output");
  const int x = outputs.size() == 1 ? outputs[0] : layers->Concat(outputs);
  if (!graph.Has(0, output)) return x;
  const int projected = project(output, channels);
  layers->SetOrigin(name + ".output");
  return layers->Add({x, projected});
}

}  // namespace

/// The edge sets of all valid graphs and where their architectures start.
struct Nb101Space::Shapes {
  std::vector<uint32_t> edges;    // bit i: edge decision i; ascending
  std::vector<uint64_t> offsets;  // first rank of each; one more than edges
};

Nb101Space::Nb101Space() : moves_({"edit", "published"}) {
  for (int src = 0; src < kVertices; ++src) {
    for (int dst = src + 1; dst < kVertices; ++dst) {
      decisions_.push_back({fmt::format("{}->{}", src, dst), {"0", "1"}});
    }
  }
  for (size_t v = 1; v <= kOpDecisions; ++v) {
    decisions_.push_back(
        {fmt::format("op{}", v), {std::begin(kOpNames), std::end(kOpNames)}});
  }
}

std::string Nb101Space::Id() const { return "nb101@1"; }

bool Nb101Space::IsActive(const Architecture& architecture, size_t i) const {
  CheckShape(architecture);
  HWNAS_CHECK(i < kDecisions);
  if (i < kEdgeDecisions) return true;
  const int vertex = static_cast<int>(i - kEdgeDecisions) + 1;
  return FullGraph(architecture).out[static_cast<size_t>(vertex)] != 0;
}

bool Nb101Space::IsValid(const Architecture& architecture) const {
  Graph graph;
  return GraphOf(architecture, &graph);
}

std::optional<Architecture> Nb101Space::FromGraph(
    size_t vertices, std::span<const uint8_t> adjacency,
    std::span<const int> ops) {
  const auto fail = [](const std::string& why) {
    throw Error(ErrorCode::kUsage, "not a graph of nb101: " + why);
  };
  if (vertices < 2 || vertices > kVertices) {
    fail(fmt::format("it has {} vertices, which must be 2 to 7", vertices));
  }
  if (adjacency.size() != vertices * vertices || ops.size() != vertices) {
    fail("the sizes of its matrix and labels differ");
  }
  Graph graph;
  graph.n = static_cast<int>(vertices);
  for (size_t src = 0; src < vertices; ++src) {
    for (size_t dst = 0; dst < vertices; ++dst) {
      const uint8_t edge = adjacency[src * vertices + dst];
      if (edge > 1 || (edge == 1 && src >= dst)) {
        fail("its matrix must be of 0 and 1 and upper triangular");
      }
      if (edge == 1) graph.Set(static_cast<int>(src), static_cast<int>(dst), 1);
    }
    const bool inner = src > 0 && src + 1 < vertices;
    const bool good = inner ? ops[src] >= 0 && ops[src] < kOps
                            : ops[src] == (src == 0 ? -1 : -2);
    if (!good) fail(fmt::format("vertex {} has label {}", src, ops[src]));
    if (inner) graph.op[src] = static_cast<uint8_t>(ops[src]);
  }
  Graph pruned;
  if (!Prune(graph, &pruned)) return std::nullopt;
  return ArchitectureOf(pruned);
}

Architecture Nb101Space::Parse(std::string_view text) const {
  const auto fail = [text](const std::string& why) {
    throw Error(ErrorCode::kUsage,
                fmt::format("'{}' is not an nb101 architecture: {}",
                            Quoted(text, 160), why));
  };
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    fail("expected rows/of/edges:operations");
  }
  const auto split = [](std::string_view part, char at) {
    std::vector<std::string_view> pieces;
    while (!part.empty()) {
      const size_t end = part.find(at);
      pieces.push_back(part.substr(0, end));
      if (end == std::string_view::npos) break;
      part.remove_prefix(end + 1);
      if (part.empty()) pieces.push_back(part);
    }
    return pieces;
  };
  const auto rows = split(text.substr(0, colon), '/');
  const auto ops = split(text.substr(colon + 1), ',');
  Graph graph;
  graph.n = static_cast<int>(rows.size()) + 1;
  if (graph.n < 2 || graph.n > kVertices) fail("expected 1 to 6 rows of edges");
  if (ops.size() + 2 != static_cast<size_t>(graph.n)) {
    fail(fmt::format("{} vertices need {} operations", graph.n, graph.n - 2));
  }
  for (int src = 0; src + 1 < graph.n; ++src) {
    const std::string_view row = rows[static_cast<size_t>(src)];
    if (row.size() != static_cast<size_t>(graph.n - 1 - src)) {
      fail("each row must be one shorter than the one above");
    }
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i] != '0' && row[i] != '1') fail("edges are 0 or 1");
      if (row[i] == '1') graph.Set(src, src + 1 + static_cast<int>(i), true);
    }
  }
  for (size_t i = 0; i < ops.size(); ++i) {
    const auto it = std::find(std::begin(kOpNames), std::end(kOpNames), ops[i]);
    if (it == std::end(kOpNames)) {
      FailUnknown("nb101 operation", ops[i],
                  {std::begin(kOpNames), std::end(kOpNames)});
    }
    graph.op[i + 1] = static_cast<uint8_t>(it - std::begin(kOpNames));
  }
  Graph pruned;
  if (!Prune(graph, &pruned)) {
    fail("input and output must be connected by at most nine edges");
  }
  if (pruned.n != graph.n) {
    fail("every vertex must lie on a path from the input to the output");
  }
  return ArchitectureOf(pruned);
}

std::string Nb101Space::Format(const Architecture& architecture) const {
  const Graph graph = CheckedGraph(architecture);
  std::string text;
  for (int src = 0; src + 1 < graph.n; ++src) {
    if (src > 0) text += '/';
    for (int dst = src + 1; dst < graph.n; ++dst) {
      text += graph.Has(src, dst) ? '1' : '0';
    }
  }
  text += ':';
  for (int v = 1; v + 1 < graph.n; ++v) {
    if (v > 1) text += ',';
    text += kOpNames[graph.op[static_cast<size_t>(v)]];
  }
  return text;
}

const Nb101Space::Shapes& Nb101Space::AllShapes() const {
  std::call_once(shapes_once_, [this] {
    auto shapes = std::make_shared<Shapes>();
    shapes->offsets.push_back(0);
    Architecture architecture(kDecisions);
    for (uint32_t edges = 0; edges < 1u << kEdgeDecisions; ++edges) {
      if (std::popcount(edges) > kMaxEdges) continue;
      Graph graph;
      graph.n = kVertices;
      unsigned sources = 0;  // vertices with an outgoing edge
      unsigned ends = 1;     // vertex 0 and those with an incoming one
      for (int src = 0; src + 1 < kVertices; ++src) {
        const uint32_t row = edges >> EdgeIndex(src, src + 1) &
                             ((1u << (kVertices - 1 - src)) - 1);
        graph.out[static_cast<size_t>(src)] =
            static_cast<uint8_t>(row << (src + 1));
        if (row != 0) sources |= 1u << src;
        ends |= row << (src + 1);
      }
      // Compact: the sources are the first vertices; pruned: what has an edge
      // is live.
      if ((sources & (sources + 1)) != 0) continue;
      const unsigned live = LiveVertices(graph);
      if (live != ends || live != (sources | 1u << (kVertices - 1))) continue;
      uint64_t labels = 1;
      for (int i = 1; i < std::popcount(sources); ++i) labels *= kOps;
      shapes->edges.push_back(edges);
      shapes->offsets.push_back(shapes->offsets.back() + labels);
    }
    shapes_ = std::move(shapes);
  });
  return *shapes_;
}

std::optional<uint64_t> Nb101Space::Size() const {
  return AllShapes().offsets.back();
}

double Nb101Space::Log10Size() const {
  return std::log10(static_cast<double>(AllShapes().offsets.back()));
}

std::optional<uint64_t> Nb101Space::Rank(const Architecture& a) const {
  const Graph graph = CheckedGraph(a);
  const Shapes& shapes = AllShapes();
  uint32_t edges = 0;
  for (size_t i = 0; i < kEdgeDecisions; ++i) {
    edges |= static_cast<uint32_t>(a[i]) << i;
  }
  const auto it =
      std::lower_bound(shapes.edges.begin(), shapes.edges.end(), edges);
  uint64_t labels = 0;
  for (int v = 1; v + 1 < graph.n; ++v) {
    labels = labels * kOps + graph.op[static_cast<size_t>(v)];
  }
  return shapes.offsets[static_cast<size_t>(it - shapes.edges.begin())] +
         labels;
}

Architecture Nb101Space::Unrank(uint64_t rank) const {
  const Shapes& shapes = AllShapes();
  HWNAS_CHECK(rank < shapes.offsets.back());
  const auto it =
      std::upper_bound(shapes.offsets.begin(), shapes.offsets.end(), rank) - 1;
  const uint32_t edges =
      shapes.edges[static_cast<size_t>(it - shapes.offsets.begin())];
  Architecture a(kDecisions);
  for (size_t i = 0; i < kEdgeDecisions; ++i) {
    a[i] = static_cast<uint16_t>(edges >> i & 1);
  }
  uint64_t labels = rank - *it;
  const Graph graph = FullGraph(a);
  for (size_t i = kOpDecisions; i-- > 0;) {
    if (graph.out[i + 1] == 0) continue;
    a[kEdgeDecisions + i] = static_cast<uint16_t>(labels % kOps);
    labels /= kOps;
  }
  return a;
}

Architecture Nb101Space::Sample(Rng& rng) const {
  return Unrank(rng.Below(AllShapes().offsets.back()));
}

bool Nb101Space::Mutate(const Architecture& from, size_t move, Rng& rng,
                        Architecture* out) const {
  HWNAS_CHECK(move < moves_.size());
  const Graph graph = CheckedGraph(from);
  if (move == 0) {
    std::vector<Architecture> neighbors;
    Neighbors(from, &neighbors);
    if (neighbors.empty()) return false;
    *out = neighbors[rng.Below(neighbors.size())];
    return true;
  }
  constexpr int kAttempts = 1000;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Graph mutant = FullGraph(from);
    for (int v = graph.n - 1; v < kVertices - 1; ++v) {
      mutant.op[static_cast<size_t>(v)] = static_cast<uint8_t>(rng.Below(kOps));
    }
    for (int src = 0; src < kVertices; ++src) {
      for (int dst = src + 1; dst < kVertices; ++dst) {
        if (rng.Below(kVertices) == 0) {
          mutant.Set(src, dst, !mutant.Has(src, dst));
        }
      }
    }
    for (size_t v = 1; v <= kOpDecisions; ++v) {
      if (rng.Below(kOpDecisions) != 0) continue;
      auto op = static_cast<uint8_t>(rng.Below(kOps - 1));
      if (op >= mutant.op[v]) ++op;
      mutant.op[v] = op;
    }
    Graph pruned;
    if (!Prune(mutant, &pruned)) continue;
    *out = ArchitectureOf(pruned);
    if (*out != from) return true;
  }
  return false;
}

void Nb101Space::Neighbors(const Architecture& of,
                           std::vector<Architecture>* out) const {
  const Graph graph = CheckedGraph(of);
  const int output = graph.n - 1;
  out->clear();
  const auto add = [&](const Graph& changed) {
    Graph pruned;
    if (Prune(changed, &pruned)) out->push_back(ArchitectureOf(pruned));
  };
  for (int v = 1; v < output; ++v) {
    for (uint8_t op = 0; op < kOps; ++op) {
      Graph changed = graph;
      changed.op[static_cast<size_t>(v)] = op;
      add(changed);
    }
  }
  for (int src = 0; src < output; ++src) {
    for (int dst = src + 1; dst <= output; ++dst) {
      Graph changed = graph;
      changed.Set(src, dst, !graph.Has(src, dst));
      add(changed);
      if (!graph.Has(src, dst) || graph.n == kVertices) continue;
      // Split the edge by a vertex right behind its source.
      Graph split;
      split.n = graph.n + 1;
      const auto moved = [src](int v) { return v > src ? v + 1 : v; };
      for (int a = 0; a < graph.n; ++a) {
        split.op[static_cast<size_t>(moved(a))] =
            graph.op[static_cast<size_t>(a)];
        for (int b = a + 1; b < graph.n; ++b) {
          if (graph.Has(a, b)) split.Set(moved(a), moved(b), true);
        }
      }
      split.Set(src, moved(dst), false);
      split.Set(src, src + 1, true);
      split.Set(src + 1, moved(dst), true);
      for (uint8_t op = 0; op < kOps; ++op) {
        split.op[static_cast<size_t>(src) + 1] = op;
        add(split);
      }
    }
  }
  for (int v = 1; v < output; ++v) {
    const uint8_t successors = graph.out[static_cast<size_t>(v)];
    int sources = 0;
    int source = 0;
    for (int src = 0; src < v; ++src) {
      if (!graph.Has(src, v)) continue;
      ++sources;
      source = src;
    }
    if (sources != 1 || std::popcount(successors) != 1) continue;
    Graph joined = graph;
    joined.Set(source, v, false);
    joined.Set(source, std::countr_zero(successors), true);
    add(joined);
  }
  std::sort(out->begin(), out->end());
  out->erase(std::unique(out->begin(), out->end()), out->end());
  std::erase(*out, of);
}

Architecture Nb101Space::Crossover(const Architecture& a, const Architecture& b,
                                   Rng& rng) const {
  HWNAS_CHECK(IsValid(a) && IsValid(b));
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Architecture child = a;
    uint64_t coins = rng.Next();
    for (size_t i = 0; i < kDecisions; ++i, coins >>= 1) {
      if (coins & 1) child[i] = b[i];
    }
    Graph pruned;
    if (Prune(FullGraph(child), &pruned)) return ArchitectureOf(pruned);
  }
  return a;
}

Architecture Nb101Space::Canonical(const Architecture& architecture) const {
  Architecture best = architecture;
  ForEachNumbering(CheckedGraph(architecture),
                   [&best](const Graph& graph, const auto&) {
                     best = std::min(best, ArchitectureOf(graph));
                   });
  return best;
}

std::vector<Architecture> Nb101Space::Numberings(
    const Architecture& architecture) {
  std::vector<Architecture> all;
  ForEachNumbering(CheckedGraph(architecture),
                   [&all](const Graph& graph, const auto&) {
                     all.push_back(ArchitectureOf(graph));
                   });
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string Nb101Space::EffectiveKey(const Architecture& architecture) const {
  const Graph graph = CheckedGraph(architecture);
  std::array<std::array<int, kVertices>, std::size(kStacks)> widths;
  for (size_t s = 0; s < widths.size(); ++s) {
    widths[s] = VertexChannels(graph, kStacks[s]);
  }
  // Vertices carry their channels through the renumbering.
  std::pair<Architecture, std::vector<int>> best;
  ForEachNumbering(graph, [&](const Graph& candidate, const auto& order) {
    std::vector<int> channels;
    for (int v = 1; v + 1 < graph.n; ++v) {
      for (const auto& stack : widths) {
        channels.push_back(
            stack[static_cast<size_t>(order[static_cast<size_t>(v)])]);
      }
    }
    std::pair labelled(ArchitectureOf(candidate), std::move(channels));
    if (best.first.empty() || labelled < best) best = std::move(labelled);
  });
  return fmt::format("{};{}", Format(best.first), fmt::join(best.second, ","));
}

std::string Nb101Space::Hash(const Architecture& architecture) {
  const Graph graph = CheckedGraph(architecture);
  const auto n = static_cast<size_t>(graph.n);
  std::array<Digest, kVertices> hashes;
  for (size_t v = 0; v < n; ++v) {
    int in_degree = 0;
    for (size_t w = 0; w < v; ++w) in_degree += graph.out[w] >> v & 1;
    const int label = v == 0 ? -1 : v == n - 1 ? -2 : graph.op[v];
    char text[32];
    const auto end =
        fmt::format_to_n(text, sizeof(text), "({}, {}, {})",
                         std::popcount(graph.out[v]), in_degree, label);
    hashes[v] = Md5(text, end.size);
  }
  // At most 12 neighbours, the vertex itself and two separators.
  std::array<char, (2 * kVertices + 1) * sizeof(Digest) + 2> text;
  std::array<Digest, kVertices> neighbors;
  for (size_t round = 0; round < n; ++round) {
    std::array<Digest, kVertices> next;
    for (size_t v = 0; v < n; ++v) {
      size_t count = 0;
      for (size_t w = 0; w < v; ++w) {
        if (graph.out[w] >> v & 1) neighbors[count++] = hashes[w];
      }
      char* end = Append(&neighbors, count, text.data());
      *end++ = '|';
      count = 0;
      for (size_t w = v + 1; w < n; ++w) {
        if (graph.out[v] >> w & 1) neighbors[count++] = hashes[w];
      }
      end = Append(&neighbors, count, end);
      *end++ = '|';
      std::memcpy(end, hashes[v].data(), sizeof(Digest));
      end += sizeof(Digest);
      next[v] = Md5(text.data(), static_cast<size_t>(end - text.data()));
    }
    hashes = next;
  }
  SortFirst(&hashes, n);
  std::string list = "[";
  for (size_t v = 0; v < n; ++v) {
    if (v > 0) list += ", ";
    list += '\'';
    list.append(hashes[v].data(), sizeof(Digest));
    list += '\'';
  }
  list += ']';
  const Digest digest = Md5(list.data(), list.size());
  return {digest.data(), digest.size()};
}

LayerGraph Nb101Space::Layers(const Architecture& architecture,
                              const NetworkInput& input) const {
  const Graph graph = CheckedGraph(architecture);
  LayerGraph layers;
  layers.SetOrigin("input");
  int x = layers.Input(input.image);
  layers.SetOrigin("stem");
  x = AddConvBnRelu(x, kStacks[0], 3, &layers);
  for (size_t stack = 0; stack < std::size(kStacks); ++stack) {
    if (stack > 0) {
      layers.SetOrigin(fmt::format("downsample{}", stack));
      const Shape shape = layers[x].out;
      x = layers.MaxPool(x, 2, 2, shape.height % 2 & shape.width % 2);
    }
    for (int cell = 0; cell < kCellsPerStack; ++cell) {
      x = AddCell(graph, fmt::format("stack{}.cell{}", stack, cell), x,
                  kStacks[stack], &layers);
    }
  }
  layers.SetOrigin("head");
  layers.Linear(layers.GlobalAvgPool(x), input.classes);
  return layers;
}

}  // namespace hwnas
