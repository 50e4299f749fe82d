#ifndef HWNAS_TABULAR_SEARCH_SPACE_H_
#define HWNAS_TABULAR_SEARCH_SPACE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/architecture.h"
#include "tabular/layer_graph.h"
#include "tabular/rng.h"

namespace hwnas {

/// One decision of a space: a name and its choices, at most 65,535.
struct Decision {
  std::string name;
  std::vector<std::string> choices;
};

/// What a factor's choice stands for: the network itself, qualifiers of a
/// metric (`bits=8;sparsity=50`), or a platform's id. See ProductSpace.
enum class FactorBinding : uint8_t { kNetwork, kQualifiers, kPlatform };

/// A named run of decisions of a space. A space that is no product has one
/// factor, `network`, of all its decisions.
struct Factor {
  std::string name;
  size_t begin = 0;  // first decision
  size_t size = 0;   // number of decisions
  FactorBinding binding = FactorBinding::kNetwork;
  /// For kQualifiers and kPlatform: the factor has one decision, and choice i
  /// stands for bound[i].
  std::vector<std::string> bound;
};

/// A set of architectures: which decisions there are, which combinations are
/// valid, how one is sampled, changed, written and built. Immutable after
/// construction and thread-safe: all methods are const and keep no state.
/// Methods taking an architecture require it to be valid in this space
/// (HWNAS_CHECK) except IsValid; Parse refuses what is not.
class SearchSpace {
 public:
  virtual ~SearchSpace() = default;

  /// Versioned name, such as `nb201@1`. The version is raised when sampling,
  /// moves or text change, since results would.
  virtual std::string Id() const = 0;
  /// All that is needed to build this space again by MakeSpace(): the id,
  /// with parameters where it has some, such as
  /// `nb201@1{cells=1,channels=8,...}`; a description for generic spaces.
  virtual std::string Spec() const { return Id(); }

  virtual std::span<const Decision> Decisions() const = 0;
  virtual std::vector<Factor> Factors() const;

  /// Whether decision `i` matters, given the others. Inactive ones are 0.
  virtual bool IsActive(const Architecture& architecture, size_t i) const;
  virtual bool IsValid(const Architecture& architecture) const;

  /// Text form to architecture; Error(kUsage) that quotes the text and says
  /// what is wrong with it.
  virtual Architecture Parse(std::string_view text) const = 0;
  virtual std::string Format(const Architecture& architecture) const = 0;

  /// Uniform over the valid architectures unless the space says otherwise.
  virtual Architecture Sample(Rng& rng) const = 0;

  /// Names of the moves (mutations); the first is the default.
  virtual std::span<const std::string> Moves() const = 0;
  /// One random move. False when it has no result (then `*out` is
  /// unspecified). Never yields the architecture itself.
  virtual bool Mutate(const Architecture& from, size_t move, Rng& rng,
                      Architecture* out) const = 0;
  /// All architectures one default move away, in a fixed order, without
  /// repetition; `out` is cleared first.
  virtual void Neighbors(const Architecture& of,
                         std::vector<Architecture>* out) const = 0;
  /// A child of two parents, each active decision from one of them at
  /// random; repaired or equal to `a` where no valid mix was found.
  virtual Architecture Crossover(const Architecture& a, const Architecture& b,
                                 Rng& rng) const = 0;

  /// A representative of the published equivalence class, as a label for
  /// sampling and splits. Never a key to join, average or copy costs by: a
  /// class is not a network. By default the architecture itself.
  virtual Architecture Canonical(const Architecture& architecture) const {
    return architecture;
  }
  /// Equal exactly for architectures that are the same network; only those
  /// share results. Printable ASCII. By default the text form.
  virtual std::string EffectiveKey(const Architecture& architecture) const {
    return Format(architecture);
  }
  /// False for networks whose output does not depend on the input.
  virtual bool IsConnected(const Architecture&) const { return true; }

  /// Number of valid architectures, where it is known and fits 64 bits.
  virtual std::optional<uint64_t> Size() const { return std::nullopt; }
  virtual double Log10Size() const = 0;
  /// Position in the space's own order, where Size() is known; Unrank is its
  /// inverse. The order is not a published index.
  virtual std::optional<uint64_t> Rank(const Architecture&) const {
    return std::nullopt;
  }
  virtual Architecture Unrank(uint64_t rank) const;

  /// Whether Layers() is available (a generic space has none).
  virtual bool HasLayers() const { return true; }
  /// The network, for an input and number of classes. Error(kUsage) when the
  /// space has no layers.
  virtual LayerGraph Layers(const Architecture& architecture,
                            const NetworkInput& input) const;

 protected:
  /// HWNAS_CHECKs size and ranges; for the start of public methods.
  void CheckShape(const Architecture& architecture) const;
};

/// Images and classes of a data set by its name (`cifar10`, `cifar100`,
/// `imagenet16-120`, `imagenet`, `fashion-mnist`, `fashion-mnist-14`); false
/// when unknown.
bool FindNetworkInput(std::string_view dataset, NetworkInput* input);

/// A decision-wise default for spaces of independent decisions: uniform
/// sampling, one-decision moves, uniform crossover, mixed-radix rank (first
/// decision most significant). Derive and add text and layers.
class CategoricalSpace : public SearchSpace {
 public:
  explicit CategoricalSpace(std::vector<Decision> decisions);

  std::span<const Decision> Decisions() const override { return decisions_; }
  bool IsActive(const Architecture& architecture, size_t i) const override;
  bool IsValid(const Architecture& architecture) const override;
  Architecture Sample(Rng& rng) const override;
  std::span<const std::string> Moves() const override { return moves_; }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override;
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override;
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override;
  std::optional<uint64_t> Size() const override { return size_; }
  double Log10Size() const override { return log10_size_; }
  std::optional<uint64_t> Rank(const Architecture& a) const override;
  Architecture Unrank(uint64_t rank) const override;

 protected:
  void SetMoves(std::vector<std::string> moves) { moves_ = std::move(moves); }
  /// Gives decision `i`, of at least two choices, another one.
  void ChangeChoice(size_t i, Rng& rng, Architecture* architecture) const;

 private:
  std::vector<Decision> decisions_;
  std::vector<uint32_t> choices_;   // of each decision
  std::vector<uint32_t> open_;      // decisions with several choices
  std::vector<std::string> moves_;  // {"decision"} by default
  std::optional<uint64_t> size_;
  double log10_size_ = 0;
};

/// What `hwnas spaces` lists.
struct SpaceInfo {
  std::string name;     // `nb201`
  std::string summary;  // one line
  std::string source;   // paper
};
std::vector<SpaceInfo> BuiltInSpaces();

/// A built-in space from its spec (`nb201`, `nb201@1`, with parameters in
/// braces). Error(kUsage), naming the nearest, when unknown; Error(kUsage)
/// for a version that this build does not have. A generic space from its Spec()
/// (`generic{JSON}`); subsets come from their tables, products from
/// MakeProductSpace.
std::shared_ptr<const SearchSpace> MakeSpace(std::string_view spec);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SEARCH_SPACE_H_
