#ifndef HWNAS_TABULAR_SPACES_NB101_H_
#define HWNAS_TABULAR_SPACES_NB101_H_

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// NAS-Bench-101 (Ying et al., ICML 2019): cells that are graphs of at most
/// seven vertices and nine edges from input to output, the inner ones labelled
/// conv3x3, conv1x1 or maxpool3x3; three stacks of three cells, 128 channels
/// at first.
///
/// 26 decisions: the 21 edges of the upper triangle over seven vertices, row
/// by row, then the operations of vertices 1 to 5. An architecture is valid
/// when it is pruned and compact: every vertex with an edge lies on a path
/// from vertex 0 to vertex 6 and the inner ones used are the first. So each
/// labelled graph is one architecture; the operation of an unused vertex is
/// inactive. FromGraph() prunes any graph.
///
/// Text form: the rows of the upper triangle joined by `/`, `:`, and the
/// operations joined by `,`, as in
/// `1010/100/11/1:conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu`.
///
/// Sampling is uniform over labelled graphs. Moves: `edit` (default: one of
/// Neighbors(), uniformly) and `published` (the mutation of the source's
/// regularized evolution: each edge flips with probability 1/7, each operation
/// changes with probability 1/5, until the pruned graph is valid; deviations:
/// unused vertices are not remembered, their operations are drawn afresh, and
/// it is repeated until the graph changes). Neighbors: another operation; an
/// edge more or fewer between used vertices, pruned; an edge split by a new
/// vertex; a vertex of one input and one output replaced by an edge.
class Nb101Space : public SearchSpace {
 public:
  Nb101Space();

  std::string Id() const override;
  std::span<const Decision> Decisions() const override { return decisions_; }
  bool IsActive(const Architecture& architecture, size_t i) const override;
  bool IsValid(const Architecture& architecture) const override;
  Architecture Parse(std::string_view text) const override;
  std::string Format(const Architecture& architecture) const override;
  Architecture Sample(Rng& rng) const override;
  std::span<const std::string> Moves() const override { return moves_; }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override;
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override;
  /// Edges and operations each from one parent, pruned; `a` where 100 draws
  /// give no valid graph.
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override;
  /// The smallest isomorphic graph: one per published hash.
  Architecture Canonical(const Architecture& architecture) const override;
  /// Isomorphic graphs are the same network only where their vertices get the
  /// same channels: what does not divide evenly goes to the first of them. So
  /// a published hash may hold several keys.
  std::string EffectiveKey(const Architecture& architecture) const override;
  /// Number of labelled graphs, counted when first asked.
  std::optional<uint64_t> Size() const override;
  double Log10Size() const override;
  std::optional<uint64_t> Rank(const Architecture& a) const override;
  Architecture Unrank(uint64_t rank) const override;
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override;

  /// The published hash: 32 hexadecimal digits. Every vertex starts with the
  /// MD5 of (out-degree, in-degree, label); as many rounds as there are
  /// vertices rehash it with the sorted hashes of its neighbours; the hash is
  /// the MD5 of the sorted list.
  static std::string Hash(const Architecture& architecture);

  /// All valid numberings of the graph, itself included, ascending. They have
  /// one hash.
  static std::vector<Architecture> Numberings(const Architecture& architecture);

  /// The architecture of a graph of `vertices` vertices: `adjacency` is row
  /// by row, of 0 and 1, upper triangular; `ops` are -1, then 0 (conv3x3), 1
  /// (conv1x1) or 2 (maxpool3x3), then -2. Pruned first; nothing when input
  /// and output are not connected or more than nine edges remain.
  /// Error(kUsage) for what is no such graph.
  static std::optional<Architecture> FromGraph(
      size_t vertices, std::span<const uint8_t> adjacency,
      std::span<const int> ops);

 private:
  struct Shapes;
  const Shapes& AllShapes() const;

  std::vector<Decision> decisions_;
  std::vector<std::string> moves_;
  mutable std::once_flag shapes_once_;
  mutable std::shared_ptr<const Shapes> shapes_;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_NB101_H_
