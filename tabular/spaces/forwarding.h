#ifndef HWNAS_TABULAR_SPACES_FORWARDING_H_
#define HWNAS_TABULAR_SPACES_FORWARDING_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tabular/search_space.h"

namespace hwnas {

/// Another space under another sampling or validity: everything is the base
/// space's, its Spec() included. Derive and override what differs; where there
/// are fewer architectures, size and ranks too.
class ForwardingSpace : public SearchSpace {
 public:
  explicit ForwardingSpace(std::shared_ptr<const SearchSpace> base)
      : base_(std::move(base)) {}

  std::string Id() const override { return base_->Id(); }
  std::string Spec() const override { return base_->Spec(); }
  std::span<const Decision> Decisions() const override {
    return base_->Decisions();
  }
  std::vector<Factor> Factors() const override { return base_->Factors(); }
  bool IsActive(const Architecture& architecture, size_t i) const override {
    return base_->IsActive(architecture, i);
  }
  bool IsValid(const Architecture& architecture) const override {
    return base_->IsValid(architecture);
  }
  Architecture Parse(std::string_view text) const override {
    return base_->Parse(text);
  }
  std::string Format(const Architecture& architecture) const override {
    return base_->Format(architecture);
  }
  Architecture Sample(Rng& rng) const override { return base_->Sample(rng); }
  std::span<const std::string> Moves() const override { return base_->Moves(); }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override {
    return base_->Mutate(from, move, rng, out);
  }
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override {
    base_->Neighbors(of, out);
  }
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override {
    return base_->Crossover(a, b, rng);
  }
  Architecture Canonical(const Architecture& architecture) const override {
    return base_->Canonical(architecture);
  }
  std::string EffectiveKey(const Architecture& architecture) const override {
    return base_->EffectiveKey(architecture);
  }
  bool IsConnected(const Architecture& architecture) const override {
    return base_->IsConnected(architecture);
  }
  std::optional<uint64_t> Size() const override { return base_->Size(); }
  double Log10Size() const override { return base_->Log10Size(); }
  std::optional<uint64_t> Rank(const Architecture& a) const override {
    return base_->Rank(a);
  }
  Architecture Unrank(uint64_t rank) const override {
    return base_->Unrank(rank);
  }
  bool HasLayers() const override { return base_->HasLayers(); }
  LayerGraph Layers(const Architecture& architecture,
                    const NetworkInput& input) const override {
    return base_->Layers(architecture, input);
  }

 protected:
  const SearchSpace& Base() const { return *base_; }

 private:
  std::shared_ptr<const SearchSpace> base_;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SPACES_FORWARDING_H_
