#ifndef HWNAS_STRATEGIES_MASKED_SPACE_H_
#define HWNAS_STRATEGIES_MASKED_SPACE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tabular/spaces/forwarding.h"

namespace hwnas {

/// Part of another space: every decision keeps a set of allowed choices (an
/// inactive decision is not asked). Architectures are the base space's own.
/// Sampling: the base's samples with choices that are not allowed drawn anew;
/// what is then no architecture of the base is thrown away, hence it is
/// uniform only where the base's decisions are independent. Moves and
/// neighbours are the base's that stay inside; a crossover that leaves is the
/// first parent. Size and ranks are unknown.
class MaskedSpace : public ForwardingSpace {
 public:
  /// allowed[i][c] says whether decision i may be c; at least one choice each
  /// (HWNAS_CHECK). `known` are architectures inside (HWNAS_CHECK), one of
  /// which Sample() gives when 1,000 samples in a row were thrown away.
  MaskedSpace(std::shared_ptr<const SearchSpace> base,
              std::vector<std::vector<bool>> allowed,
              std::vector<Architecture> known = {});

  bool Allows(const Architecture& architecture) const;

  std::string Id() const override { return Base().Id() + "#masked"; }
  bool IsValid(const Architecture& architecture) const override {
    return Base().IsValid(architecture) && Allows(architecture);
  }
  /// Error(kUsage) when 1,000 samples in a row were thrown away and nothing
  /// inside is known.
  Architecture Sample(Rng& rng) const override;
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override;
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override;
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override;
  std::optional<uint64_t> Size() const override { return std::nullopt; }
  /// Of the allowed combinations, an upper bound where decisions depend on
  /// each other.
  double Log10Size() const override { return log10_size_; }
  std::optional<uint64_t> Rank(const Architecture&) const override {
    return std::nullopt;
  }

 private:
  std::vector<std::vector<bool>> allowed_;
  std::vector<std::vector<uint16_t>> choices_;  // allowed ones, ascending
  std::vector<Architecture> known_;
  double log10_size_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MASKED_SPACE_H_
