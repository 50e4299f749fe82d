#include "predictors/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>

#include "predictors/cell_paths.h"
#include "predictors/network_graph.h"
#include "tabular/analysis/ranks.h"
#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tabular/spaces/nb201.h"

namespace hwnas {
namespace {

constexpr size_t kMostColumns = 4096;
constexpr size_t kNb201Edges = 6;
constexpr int kNb201From[] = {0, 0, 1, 0, 1, 2};
constexpr int kNb201To[] = {1, 2, 2, 3, 3, 3};
constexpr size_t kNb101Vertices = 7;
constexpr size_t kNb101Edges = 21;
constexpr uint16_t kInactive = 0xffff;

using Architectures = std::span<const Architecture>;

[[noreturn]] void Refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorCode::kUsage,
              fmt::format("encoding '{}': {}; take another one", name, why));
}

bool IsNb201(const SearchSpace& space) {
  return dynamic_cast<const Nb201Space*>(&space) != nullptr;
}

// Whether each edge of an nb201 cell is on a path from input to output.
void Nb201Live(const Architecture& a, bool* live) {
  bool forward[4] = {true, false, false, false};
  bool backward[4] = {false, false, false, true};
  for (size_t e = 0; e < kNb201Edges; ++e) {
    if (a[e] != 0 && forward[kNb201From[e]]) forward[kNb201To[e]] = true;
  }
  for (size_t e = kNb201Edges; e-- > 0;) {
    if (a[e] != 0 && backward[kNb201To[e]]) backward[kNb201From[e]] = true;
  }
  for (size_t e = 0; e < kNb201Edges; ++e) {
    live[e] = a[e] != 0 && forward[kNb201From[e]] && backward[kNb201To[e]];
  }
}

// The choice of each decision, kInactive where there is none.
std::vector<uint16_t> ChoicesOf(const SearchSpace& space, const Architecture& a,
                                bool effective) {
  std::vector<uint16_t> choices(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    choices[i] = space.IsActive(a, i) ? a[i] : kInactive;
  }
  if (effective && IsNb201(space)) {
    bool live[kNb201Edges];
    Nb201Live(a, live);
    for (size_t i = 0; i < kNb201Edges; ++i) {
      if (!live[i]) choices[i] = 0;
    }
  }
  return choices;
}

Features OneHot(const EncodingContext& context, Architectures all,
                bool effective) {
  const auto decisions = context.space->Decisions();
  Features out;
  std::vector<size_t> begin;
  for (const Decision& decision : decisions) {
    begin.push_back(out.names.size());
    for (const std::string& choice : decision.choices) {
      out.names.push_back(decision.name + "=" + choice);
    }
  }
  out.x = Matrix(all.size(), out.names.size());
  for (size_t r = 0; r < all.size(); ++r) {
    const auto choices = ChoicesOf(*context.space, all[r], effective);
    for (size_t i = 0; i < choices.size(); ++i) {
      if (choices[i] != kInactive) out.x.Row(r)[begin[i] + choices[i]] = 1;
    }
  }
  return out;
}

Features Pairs(const std::string& name, const EncodingContext& context,
               Architectures all, bool effective) {
  const auto decisions = context.space->Decisions();
  const size_t n = decisions.size();
  std::vector<size_t> begin(n * n);
  size_t columns = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      begin[i * n + j] = columns;
      columns += decisions[i].choices.size() * decisions[j].choices.size();
    }
  }
  if (columns > kMostColumns) {
    Refuse(name, fmt::format("{} has {} pairs of choices, more than {}",
                             context.space->Id(), columns, kMostColumns));
  }
  Features out;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      for (const std::string& a : decisions[i].choices) {
        for (const std::string& b : decisions[j].choices) {
          out.names.push_back(fmt::format("{}={}&{}={}", decisions[i].name, a,
                                          decisions[j].name, b));
        }
      }
    }
  }
  out.x = Matrix(all.size(), columns);
  for (size_t r = 0; r < all.size(); ++r) {
    const auto choices = ChoicesOf(*context.space, all[r], effective);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = i + 1; j < n; ++j) {
        if (choices[i] == kInactive || choices[j] == kInactive) continue;
        out.x.Row(r)[begin[i * n + j] +
                     choices[i] * decisions[j].choices.size() + choices[j]] = 1;
      }
    }
  }
  return out;
}

// Counts of choices by name, in `group` of each decision.
Features Counts(const EncodingContext& context, Architectures all,
                bool effective, const std::vector<size_t>& group) {
  const auto decisions = context.space->Decisions();
  std::map<std::pair<size_t, std::string>, size_t> column;
  std::vector<std::vector<size_t>> columns(decisions.size());
  Features out;
  for (size_t i = 0; i < decisions.size(); ++i) {
    for (const std::string& choice : decisions[i].choices) {
      const auto [it, fresh] =
          column.emplace(std::pair(group[i], choice), out.names.size());
      if (fresh) out.names.push_back(fmt::format("{}#{}", choice, group[i]));
      columns[i].push_back(it->second);
    }
  }
  out.x = Matrix(all.size(), out.names.size());
  for (size_t r = 0; r < all.size(); ++r) {
    const auto choices = ChoicesOf(*context.space, all[r], effective);
    for (size_t i = 0; i < choices.size(); ++i) {
      if (choices[i] != kInactive) out.x.Row(r)[columns[i][choices[i]]] += 1;
    }
  }
  return out;
}

const NetworkInput& InputOf(const std::string& name,
                            const EncodingContext& context, size_t row) {
  if (context.inputs.empty()) Refuse(name, "images and classes are not known");
  return context.inputs[context.inputs.size() == 1 ? 0 : row];
}

LayerGraph LayersOf(const std::string& name, const EncodingContext& context,
                    const Architecture& a, size_t row) {
  if (!context.space->HasLayers()) {
    Refuse(name, fmt::format("{} has no layers", context.space->Id()));
  }
  return context.space->Layers(a, InputOf(name, context, row));
}

// Groups of decisions whose last layers answer with equal shapes, in any one
// architecture, by the first input.
std::vector<size_t> Groups(const std::string& name,
                           const EncodingContext& context,
                           const Architecture& any) {
  const LayerGraph graph = LayersOf(name, context, any, 0);
  const size_t n = context.space->Decisions().size();
  std::vector<Shape> last(n);
  for (const Layer& layer : graph.Layers()) {
    if (layer.decision >= 0) {
      last[static_cast<size_t>(layer.decision)] = layer.out;
    }
  }
  std::vector<Shape> seen;
  std::vector<size_t> groups(n);
  for (size_t i = 0; i < n; ++i) {
    auto it = std::find(seen.begin(), seen.end(), last[i]);
    if (it == seen.end()) it = seen.insert(seen.end(), last[i]);
    groups[i] = static_cast<size_t>(it - seen.begin());
  }
  return groups;
}

Features Costs(const std::string& name, const EncodingContext& context,
               Architectures all) {
  Features out;
  out.names = {"macs", "params", "weight-bytes", "peak-activation-bytes",
               "weighted-layers"};
  out.x = Matrix(all.size(), out.names.size());
  for (size_t r = 0; r < all.size(); ++r) {
    const LayerGraph graph = LayersOf(name, context, all[r], r).Effective();
    size_t weighted = 0;
    for (const Layer& layer : graph.Layers()) weighted += LayerMacs(layer) > 0;
    const auto row = out.x.Row(r);
    row[0] = static_cast<double>(Macs(graph));
    row[1] = static_cast<double>(Params(graph));
    row[2] = static_cast<double>(WeightBytes(graph));
    row[3] = static_cast<double>(PeakActivationBytes(graph));
    row[4] = static_cast<double>(weighted);
  }
  return out;
}

std::string LayerName(const Layer& layer) {
  return fmt::format(
      "{}:{}x{}x{}>{}x{}x{}:k{}s{}g{}d{}b{}", LayerKindName(layer.kind),
      layer.in.channels, layer.in.height, layer.in.width, layer.out.channels,
      layer.out.height, layer.out.width, layer.kernel, layer.stride,
      layer.groups, layer.dilation, layer.inputs.size());
}

Features LayerCounts(const std::string& name, const EncodingContext& context,
                     Architectures all) {
  std::map<std::string, LayerCost> costs;
  std::vector<std::map<std::string, double>> counts(all.size());
  for (size_t r = 0; r < all.size(); ++r) {
    const LayerGraph graph = LayersOf(name, context, all[r], r).Effective();
    for (const Layer& layer : graph.Layers()) {
      if (layer.kind == LayerKind::kInput) continue;
      std::string text = LayerName(layer);
      counts[r][text] += 1;
      costs.try_emplace(std::move(text), CostOf(layer));
    }
  }
  Features out;
  std::map<std::string, size_t> column;
  for (const auto& [text, cost] : costs) {
    column[text] = out.names.size();
    out.names.push_back(text);
    out.layers.push_back(cost);
  }
  out.x = Matrix(all.size(), out.names.size());
  for (size_t r = 0; r < all.size(); ++r) {
    for (const auto& [text, count] : counts[r]) {
      out.x.Row(r)[column[text]] = count;
    }
  }
  return out;
}

Features Graph(const std::string& name, const EncodingContext& context,
               Architectures all, bool effective) {
  Features out;
  out.x = Matrix(all.size(), 0);
  out.graphs = std::make_shared<const NetworkGraphs>(
      MergeNetworks(all.size(), [&](size_t i) {
        LayerGraph graph = LayersOf(name, context, all[i], i);
        return effective ? graph.Effective() : graph;
      }));
  out.graph.resize(all.size());
  std::iota(out.graph.begin(), out.graph.end(), 0u);
  return out;
}

Features DataSet(const std::string& name, const EncodingContext& context,
                 Architectures all) {
  Features out;
  out.names = {"classes", "channels", "height", "width"};
  out.x = Matrix(all.size(), 4);
  for (size_t r = 0; r < all.size(); ++r) {
    const NetworkInput& input = InputOf(name, context, r);
    const auto row = out.x.Row(r);
    row[0] = input.classes;
    row[1] = input.image.channels;
    row[2] = input.image.height;
    row[3] = input.image.width;
  }
  return out;
}

Features Stored(const std::string& name, const EncodingContext& context,
                Architectures all, bool rank) {
  if (context.stored.empty()) Refuse(name, "no stored features were named");
  Features out;
  out.x = Matrix(all.size(), context.stored.size());
  for (size_t c = 0; c < context.stored.size(); ++c) {
    const StoredFeature& feature = context.stored[c];
    HWNAS_CHECK(feature.values.size() == all.size());
    out.names.push_back(feature.name);
    std::vector<double> values(feature.values.begin(), feature.values.end());
    if (rank) {
      values = AverageRanks(values);
      for (double& v : values) v /= static_cast<double>(values.size());
    }
    for (size_t r = 0; r < all.size(); ++r) out.x.Row(r)[c] = values[r];
  }
  return out;
}

void CheckCells(const std::string& name, const SearchSpace& space) {
  if (CellPaths::Covers(space)) return;
  Refuse(name, fmt::format("{} is no space of cells", space.Id()));
}

// The operations of a space's cells but skips, and how long a path may be.
struct CellOperations {
  std::vector<std::string> names;
  size_t longest = 0;
};

bool IsSkip(const std::string& operation) {
  return operation == "none" || operation == "skip_connect";
}

CellOperations OperationsOf(const SearchSpace& space) {
  const bool nb201 = IsNb201(space);
  CellOperations out;
  out.longest = nb201 ? 3 : kNb101Vertices - 2;
  for (const std::string& name :
       space.Decisions()[nb201 ? 0 : kNb101Edges].choices) {
    if (!IsSkip(name)) out.names.push_back(name);
  }
  return out;
}

std::vector<size_t> CountsOn(const CellPath& path,
                             const CellOperations& kinds) {
  std::vector<size_t> counts;
  for (const std::string& kind : kinds.names) {
    counts.push_back(
        static_cast<size_t>(std::count(path.begin(), path.end(), kind)));
  }
  return counts;
}

Features PathCounts(const std::string& name, const EncodingContext& context,
                    Architectures all) {
  const SearchSpace& space = *context.space;
  CheckCells(name, space);
  const CellOperations kinds = OperationsOf(space);
  Features out;
  std::map<std::vector<size_t>, size_t> column;
  std::vector<size_t> counts(kinds.names.size(), 0);
  // All counts of at most `longest` operations, as an odometer runs.
  for (size_t at = 0; at < counts.size();) {
    const size_t sum = std::accumulate(counts.begin(), counts.end(), size_t{0});
    if (sum <= kinds.longest &&
        column.emplace(counts, out.names.size()).second) {
      std::string text;
      for (size_t k = 0; k < counts.size(); ++k) {
        text += fmt::format("{}{}*{}", k == 0 ? "" : "&", counts[k],
                            kinds.names[k]);
      }
      out.names.push_back(std::move(text));
    }
    for (at = 0; at < counts.size(); ++at) {
      if (++counts[at] <= kinds.longest) break;
      counts[at] = 0;
    }
  }
  out.x = Matrix(all.size(), out.names.size());
  const CellPaths cells(space);
  for (size_t r = 0; r < all.size(); ++r) {
    for (const CellPath& path : cells.PathsOf(all[r])) {
      out.x.Row(r)[column.at(CountsOn(path, kinds))] += 1;
    }
  }
  return out;
}

Features PathSummary(const std::string& name, const EncodingContext& context,
                     Architectures all) {
  const SearchSpace& space = *context.space;
  CheckCells(name, space);
  const CellOperations kinds = OperationsOf(space);
  const size_t given = kinds.names.size();
  std::vector<std::string> names = kinds.names;
  names.emplace_back("weighted");
  names.emplace_back("any");
  Features out;
  out.names = {"paths"};
  for (const std::string& kind : names) {
    for (const char* what : {"least", "mean", "greatest"}) {
      out.names.push_back(fmt::format("{}:{}", kind, what));
    }
  }
  out.x = Matrix(all.size(), out.names.size());
  const CellPaths cells(space);
  for (size_t r = 0; r < all.size(); ++r) {
    const std::vector<CellPath> paths = cells.PathsOf(all[r]);
    if (paths.empty()) continue;
    const auto row = out.x.Row(r);
    const auto count = static_cast<double>(paths.size());
    row[0] = count;
    for (size_t p = 0; p < paths.size(); ++p) {
      std::vector<size_t> numbers = CountsOn(paths[p], kinds);
      numbers.resize(names.size());
      for (size_t k = 0; k < given; ++k) {
        const bool weighted = names[k].find("conv") != std::string::npos;
        if (weighted) numbers[given] += numbers[k];
        numbers[given + 1] += numbers[k];
      }
      for (size_t k = 0; k < names.size(); ++k) {
        const auto number = static_cast<double>(numbers[k]);
        double* least = &row[1 + 3 * k];
        least[0] = p == 0 ? number : std::min(least[0], number);
        least[1] += number / count;
        least[2] = std::max(least[2], number);
      }
    }
  }
  return out;
}

Features Paths(const std::string& name, const EncodingContext& context,
               Architectures all) {
  const SearchSpace& space = *context.space;
  CheckCells(name, space);
  const CellPaths paths(space);
  Features out;
  out.names = paths.Names();
  out.x = Matrix(all.size(), out.names.size());
  for (size_t r = 0; r < all.size(); ++r) paths.Encode(all[r], out.x.Row(r));
  return out;
}

Features EncodeOne(const std::string& name, const EncodingContext& context,
                   Architectures all) {
  const SearchSpace& space = *context.space;
  const std::vector<size_t> one(space.Decisions().size(), 0);
  if (name == "one-hot@1") return OneHot(context, all, false);
  if (name == "effective-one-hot@1") return OneHot(context, all, true);
  if (name == "pairs@1") return Pairs(name, context, all, false);
  if (name == "effective-pairs@1") return Pairs(name, context, all, true);
  if (name == "operations@1") return Counts(context, all, false, one);
  if (name == "effective-operations@1") return Counts(context, all, true, one);
  if (name == "graph@1") return Graph(name, context, all, false);
  if (name == "effective-graph@1") return Graph(name, context, all, true);
  if (name == "groups@1") {
    const Architecture any =
        all.empty() ? Architecture(space.Decisions().size()) : all.front();
    return Counts(context, all, false, Groups(name, context, any));
  }
  if (name == "adjacency@1") {
    CheckCells(name, space);
    return OneHot(context, all, false);
  }
  if (name == "paths@1") return Paths(name, context, all);
  if (name == "path-counts@1") return PathCounts(name, context, all);
  if (name == "path-summary@1") return PathSummary(name, context, all);
  if (name == "layers@1") return LayerCounts(name, context, all);
  if (name == "costs@1") return Costs(name, context, all);
  if (name == "dataset@1") return DataSet(name, context, all);
  return Stored(name, context, all, name == "stored-rank@1");
}

// The full name of one encoding.
std::string Resolve(const std::string& text) {
  const std::vector<std::string>& known = EncodingNames();
  for (const std::string& name : known) {
    if (text == name || text == name.substr(0, name.find('@'))) return name;
  }
  std::vector<std::string> bare;
  for (const std::string& name : known) {
    bare.push_back(name.substr(0, name.find('@')));
  }
  FailUnknown("encoding", text, bare);
}

}  // namespace

const std::vector<std::string>& EncodingNames() {
  static const std::vector<std::string> names = {"adjacency@1",
                                                 "costs@1",
                                                 "dataset@1",
                                                 "effective-graph@1",
                                                 "effective-one-hot@1",
                                                 "effective-operations@1",
                                                 "effective-pairs@1",
                                                 "graph@1",
                                                 "groups@1",
                                                 "layers@1",
                                                 "one-hot@1",
                                                 "operations@1",
                                                 "pairs@1",
                                                 "path-counts@1",
                                                 "path-summary@1",
                                                 "paths@1",
                                                 "stored-rank@1",
                                                 "stored@1"};
  return names;
}

Features Encode(const std::string& encodings, const EncodingContext& context,
                std::span<const Architecture> architectures) {
  HWNAS_CHECK(context.space != nullptr);
  HWNAS_CHECK(context.inputs.size() < 2 ||
              context.inputs.size() == architectures.size());
  for (const Architecture& a : architectures) {
    HWNAS_CHECK(context.space->IsValid(a));
  }
  std::optional<Features> out;
  size_t begin = 0;
  while (begin <= encodings.size()) {
    const size_t end = std::min(encodings.find('+', begin), encodings.size());
    const std::string name = Resolve(encodings.substr(begin, end - begin));
    Features part = EncodeOne(name, context, architectures);
    part.encoding = name;
    out = out ? Concatenate(*out, part) : std::move(part);
    begin = end + 1;
  }
  return *std::move(out);
}

}  // namespace hwnas
