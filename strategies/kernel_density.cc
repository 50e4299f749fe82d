#include "strategies/kernel_density.h"

#include <algorithm>
#include <cmath>

#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

/// Draws around a member that may not be architectures of the space.
constexpr size_t kTries = 20;

}  // namespace

KernelDensity::KernelDensity(const SearchSpace& space, const Options& options)
    : space_(&space), options_(options) {
  if (options_.min_points == 0) {
    options_.min_points = space.Decisions().size() + 1;
  }
}

void KernelDensity::Add(const Architecture& architecture,
                        const Fitness& fitness) {
  if (!fitness.Rated()) return;
  const Member member = {architecture, fitness};
  members_.insert(std::upper_bound(members_.begin(), members_.end(), member,
                                   [](const Member& a, const Member& b) {
                                     return a.fitness < b.fitness;
                                   }),
                  member);
  stale_ = true;
}

size_t KernelDensity::Good() const {
  const auto share = static_cast<size_t>(
      options_.top_percent * static_cast<double>(members_.size()) / 100);
  return std::max(options_.min_points, share);
}

bool KernelDensity::Ready() const {
  return members_.size() >= Good() + options_.min_points;
}

std::vector<double> KernelDensity::Bandwidths(size_t begin, size_t end) const {
  const size_t decisions = space_->Decisions().size();
  const auto count = static_cast<double>(end - begin);
  const double shrink =
      1.06 * std::pow(count, -1.0 / (4.0 + static_cast<double>(decisions)));
  std::vector<double> bandwidths(decisions);
  std::vector<double> choices;
  for (size_t i = 0; i < decisions; ++i) {
    choices.clear();
    for (size_t k = begin; k < end; ++k) {
      choices.push_back(members_[k].architecture[i]);
    }
    const double spread = StandardDeviation(choices).value_or(0);
    const auto values =
        static_cast<double>(space_->Decisions()[i].choices.size());
    // Beyond (k - 1) / k a kernel would prefer other choices to its own.
    const double widest = (values - 1) / values;
    bandwidths[i] =
        std::min(std::max(shrink * spread, options_.min_bandwidth), widest);
  }
  return bandwidths;
}

double KernelDensity::Density(const Architecture& at, size_t begin, size_t end,
                              const std::vector<double>& bandwidths) const {
  double sum = 0;
  for (size_t k = begin; k < end; ++k) {
    double product = 1;
    for (size_t i = 0; i < bandwidths.size(); ++i) {
      const size_t values = space_->Decisions()[i].choices.size();
      if (values < 2) continue;
      product *= at[i] == members_[k].architecture[i]
                     ? 1 - bandwidths[i]
                     : bandwidths[i] / static_cast<double>(values - 1);
    }
    sum += product;
  }
  return sum / static_cast<double>(end - begin);
}

Architecture KernelDensity::Around(const Architecture& center, Rng& rng) const {
  Architecture drawn = center;
  for (size_t attempt = 0; attempt < kTries; ++attempt) {
    for (size_t i = 0; i < drawn.size(); ++i) {
      const double width =
          std::min(1.0, good_bandwidths_[i] * options_.bandwidth_factor);
      const size_t values = space_->Decisions()[i].choices.size();
      drawn[i] = rng.Bernoulli(width) ? static_cast<uint16_t>(rng.Below(values))
                                      : center[i];
    }
    for (size_t i = 0; i < drawn.size(); ++i) {
      if (!space_->IsActive(drawn, i)) drawn[i] = 0;
    }
    if (space_->IsValid(drawn)) return drawn;
  }
  Architecture moved;
  return space_->Mutate(center, 0, rng, &moved) ? moved : center;
}

void KernelDensity::Fit() {
  good_bandwidths_ = Bandwidths(0, Good());
  bad_bandwidths_ = Bandwidths(Good(), members_.size());
  stale_ = false;
}

Architecture KernelDensity::Draw(Rng& rng) {
  HWNAS_CHECK(Ready());
  if (stale_) Fit();
  const size_t good = Good();
  Architecture best;
  double best_ratio = -1;
  for (size_t c = 0; c < options_.candidates; ++c) {
    Architecture candidate =
        Around(members_[rng.Below(good)].architecture, rng);
    const double ratio =
        Density(candidate, 0, good, good_bandwidths_) /
        std::max(Density(candidate, good, members_.size(), bad_bandwidths_),
                 1e-32);
    if (ratio > best_ratio) {
      best_ratio = ratio;
      best = std::move(candidate);
    }
  }
  return best;
}

}  // namespace hwnas
