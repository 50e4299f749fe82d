#include "tabular/spaces/filtered.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tabular/error.h"
#include "tabular/spaces/forwarding.h"

namespace hwnas {
namespace {

constexpr size_t kMoveTries = 100;

class FilteredSpace : public ForwardingSpace {
 public:
  FilteredSpace(std::shared_ptr<const SearchSpace> base,
                std::vector<Architecture> inside)
      : ForwardingSpace(std::move(base)), inside_(std::move(inside)) {
    HWNAS_CHECK(!inside_.empty());
    for (const Architecture& architecture : inside_) {
      HWNAS_CHECK(Base().IsValid(architecture));
    }
    std::sort(inside_.begin(), inside_.end());
    inside_.erase(std::unique(inside_.begin(), inside_.end()), inside_.end());
  }

  std::string Id() const override { return Base().Id() + "#filtered"; }
  bool IsValid(const Architecture& architecture) const override {
    return std::binary_search(inside_.begin(), inside_.end(), architecture);
  }
  Architecture Sample(Rng& rng) const override {
    return inside_[rng.Below(inside_.size())];
  }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override {
    for (size_t attempt = 0; attempt < kMoveTries; ++attempt) {
      if (Base().Mutate(from, move, rng, out) && IsValid(*out)) return true;
    }
    return false;
  }
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override {
    Base().Neighbors(of, out);
    std::erase_if(*out, [&](const Architecture& a) { return !IsValid(a); });
  }
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override {
    Architecture child = Base().Crossover(a, b, rng);
    return IsValid(child) ? child : a;
  }
  std::optional<uint64_t> Size() const override { return inside_.size(); }
  double Log10Size() const override {
    return std::log10(static_cast<double>(inside_.size()));
  }
  std::optional<uint64_t> Rank(const Architecture& a) const override {
    HWNAS_CHECK(IsValid(a));
    return static_cast<uint64_t>(
        std::lower_bound(inside_.begin(), inside_.end(), a) - inside_.begin());
  }
  Architecture Unrank(uint64_t rank) const override {
    HWNAS_CHECK(rank < inside_.size());
    return inside_[rank];
  }

 private:
  std::vector<Architecture> inside_;
};

}  // namespace

std::shared_ptr<const SearchSpace> MakeFilteredSpace(
    std::shared_ptr<const SearchSpace> base, std::vector<Architecture> inside) {
  return std::make_shared<FilteredSpace>(std::move(base), std::move(inside));
}

}  // namespace hwnas
