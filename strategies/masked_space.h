#ifndef HWNAS_STRATEGIES_MASKED_SPACE_H_
#define HWNAS_STRATEGIES_MASKED_SPACE_H_

#include <memory>
#include <string>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// Part of another space: every decision keeps a set of allowed choices (an
/// inactive decision is not asked). Architectures are the base space's own.
/// Sampling: the base's samples with choices that are not allowed drawn anew;
/// what is then no architecture of the base is thrown away, hence it is
/// uniform only where the base's decisions are independent. Moves and
/// neighbours are the base's that stay inside; a crossover that leaves is the
/// first parent. Size and ranks are unknown.
class MaskedSpace : public SearchSpace {
 public:
  /// allowed[i][c] says whether decision i may be c; at least one choice each
  /// (HWNAS_CHECK). `known` are architectures inside (HWNAS_CHECK), one of
  /// which Sample() gives when 1,000 samples in a row were thrown away.
  MaskedSpace(std::shared_ptr<const SearchSpace> base,
              std::vector<std::vector<bool>> allowed,
              std::vector<Architecture> known = {});

  bool Allows(const Architecture& architecture) const;

  std::string Id() const override { return base_->Id() + "#masked"; }
  std::span<const Decision> Decisions() const override {
    return base_->Decisions();
  }
  std::vector<Factor> Factors() const override { return base_->Factors(); }
  bool IsActive(const Architecture& architecture, size_t i) const override {
    return base_->IsActive(architecture, i);
  }
  bool IsValid(const Architecture& architecture) const override {
    return base_->IsValid(architecture) && Allows(architecture);
  }
  Architecture Parse(std::string_view text) const override {
    return base_->Parse(text);
  }
  std::string Format(const Architecture& architecture) const override {
    return base_->Format(architecture);
  }
  /// Error(kUsage) when 1,000 samples in a row were thrown away and nothing
  /// inside is known.
  Architecture Sample(Rng& rng) const override;
  std::span<const std::string> Moves() const override { return base_->Moves(); }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override;
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override;
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override;
  Architecture Canonical(const Architecture& architecture) const override {
    return base_->Canonical(architecture);
  }
  std::string EffectiveKey(const Architecture& architecture) const override {
    return base_->EffectiveKey(architecture);
  }
  bool IsConnected(const Architecture& architecture) const override {
    return base_->IsConnected(architecture);
  }
  /// Of the allowed combinations, an upper bound where decisions depend on
  /// each other.
  double Log10Size() const override { return log10_size_; }
  bool HasLayers() const override { return base_->HasLayers(); }
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override {
    return base_->Layers(architecture, input);
  }

 private:
  std::shared_ptr<const SearchSpace> base_;
  std::vector<std::vector<bool>> allowed_;
  std::vector<std::vector<uint16_t>> choices_;  // allowed ones, ascending
  std::vector<Architecture> known_;
  double log10_size_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MASKED_SPACE_H_
