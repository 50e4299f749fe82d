#include "strategies/masked_space.h"

#include <cmath>
#include <utility>

#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kSampleTries = 1000;
constexpr size_t kMoveTries = 100;

}  // namespace

MaskedSpace::MaskedSpace(std::shared_ptr<const SearchSpace> base,
                         std::vector<std::vector<bool>> allowed,
                         std::vector<Architecture> known)
    : ForwardingSpace(std::move(base)),
      allowed_(std::move(allowed)),
      known_(std::move(known)) {
  const std::span<const Decision> decisions = Base().Decisions();
  HWNAS_CHECK(allowed_.size() == decisions.size());
  for (size_t i = 0; i < allowed_.size(); ++i) {
    HWNAS_CHECK(allowed_[i].size() == decisions[i].choices.size());
    std::vector<uint16_t>& choices = choices_.emplace_back();
    for (size_t c = 0; c < allowed_[i].size(); ++c) {
      if (allowed_[i][c]) choices.push_back(static_cast<uint16_t>(c));
    }
    HWNAS_CHECK(!choices.empty());
    log10_size_ += std::log10(static_cast<double>(choices.size()));
  }
  for (const Architecture& architecture : known_) {
    HWNAS_CHECK(IsValid(architecture));
  }
}

bool MaskedSpace::Allows(const Architecture& architecture) const {
  if (architecture.size() != allowed_.size()) return false;
  for (size_t i = 0; i < allowed_.size(); ++i) {
    if (architecture[i] >= allowed_[i].size()) return false;
    if (allowed_[i][architecture[i]]) continue;
    if (Base().IsActive(architecture, i)) return false;
  }
  return true;
}

Architecture MaskedSpace::Sample(Rng& rng) const {
  for (size_t attempt = 0; attempt < kSampleTries; ++attempt) {
    Architecture sample = Base().Sample(rng);
    for (size_t i = 0; i < choices_.size(); ++i) {
      if (!Base().IsActive(sample, i)) {
        sample[i] = 0;
      } else if (!allowed_[i][sample[i]]) {
        sample[i] = choices_[i][rng.Below(choices_[i].size())];
      }
    }
    if (IsValid(sample)) return sample;
  }
  if (!known_.empty()) return known_[rng.Below(known_.size())];
  throw Error(ErrorCode::kUsage,
              "space " + Id() +
                  ": 1,000 samples in a row were outside of the allowed "
                  "choices; allow more of them");
}

bool MaskedSpace::Mutate(const Architecture& from, size_t move, Rng& rng,
                         Architecture* out) const {
  for (size_t attempt = 0; attempt < kMoveTries; ++attempt) {
    if (Base().Mutate(from, move, rng, out) && Allows(*out)) return true;
  }
  return false;
}

void MaskedSpace::Neighbors(const Architecture& of,
                            std::vector<Architecture>* out) const {
  Base().Neighbors(of, out);
  std::erase_if(*out, [&](const Architecture& a) { return !Allows(a); });
}

Architecture MaskedSpace::Crossover(const Architecture& a,
                                    const Architecture& b, Rng& rng) const {
  Architecture child = Base().Crossover(a, b, rng);
  return Allows(child) ? child : a;
}

}  // namespace hwnas
