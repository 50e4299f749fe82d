#ifndef HWNAS_TABULAR_SPACES_NB201_H_
#define HWNAS_TABULAR_SPACES_NB201_H_

#include <mutex>
#include <string>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// The network that an nb201 cell is put into: a 3x3 stem (stride
/// `stem_stride`) and batch norm; per stage `cells` copies of the cell at
/// `channels`·2^stage; between stages a residual block of stride 2; batch
/// norm, ReLU, global average, linear. The defaults are NAS-Bench-201's. Where
/// a size is odd, which its images never are, the 2x2 average pool of the
/// residual block's shortcut is padded by one, not counted.
struct Nb201Skeleton {
  int channels = 16;
  int cells = 5;
  int stages = 3;
  int stem_stride = 1;
  bool operator==(const Nb201Skeleton&) const = default;
};

/// Operations of an edge, in the source's order.
enum class Nb201Op : uint16_t {
  kNone = 0,
  kSkip = 1,
  kConv1x1 = 2,
  kConv3x3 = 3,
  kAvgPool3x3 = 4,
};

/// A live edge of an effective network. Node 0 is the input; nodes are
/// numbered in topological order, the last is the output.
struct Nb201Edge {
  int from = 0;
  int to = 0;
  Nb201Op op = Nb201Op::kNone;
  int decision = -1;  // of the architecture
  bool operator==(const Nb201Edge&) const = default;
};

/// What remains of a cell: edges on no path from input to output dropped, an
/// inner node (or the output) whose only live input is a skip merged with its
/// source. Edges may be parallel. Empty, with one node, for a cell that is a
/// bare skip; without edges and two nodes for a disconnected one.
struct Nb201Effective {
  int nodes = 0;  // input and output included; 1: the cell is an identity
  std::vector<Nb201Edge> edges;
  bool connected = true;
};

/// NAS-Bench-201 (Dong and Yang, ICLR 2020; the topology space of NATS-Bench):
/// cells of four nodes, one of five operations on each of the six edges
/// 0→1, 0→2, 1→2, 0→3, 1→3, 2→3 (the decisions, in this order), 15,625 in
/// all. Text form as published: `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`.
///
/// Moves: `node` (default; draw one of the nodes 1..3, then one of its
/// inputs, then another operation: the regularized evolution of the NATS-Bench
/// paper) and `edge` (draw one of the six edges, then another operation).
class Nb201Space : public CategoricalSpace {
 public:
  explicit Nb201Space(const Nb201Skeleton& skeleton = {});

  const Nb201Skeleton& Skeleton() const { return skeleton_; }

  std::string Id() const override;
  std::string Spec() const override;
  Architecture Parse(std::string_view text) const override;
  std::string Format(const Architecture& architecture) const override;
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override;
  /// The smallest member of the published string-form class (6,466 classes).
  Architecture Canonical(const Architecture& architecture) const override;
  /// 6,985 keys, `disconnected` for the empty network.
  std::string EffectiveKey(const Architecture& architecture) const override;
  bool IsConnected(const Architecture& architecture) const override;
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override;

  /// The published string form, whose equality makes the class.
  static std::string ClassString(const Architecture& architecture);
  static Nb201Effective Effective(const Architecture& architecture);

 private:
  Nb201Skeleton skeleton_;
  // By rank; filled when Canonical() is first called, for it takes some
  // milliseconds that a query should not pay.
  mutable std::once_flag canonical_once_;
  mutable std::vector<uint16_t> canonical_;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_NB201_H_
