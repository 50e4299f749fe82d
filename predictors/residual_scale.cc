#include "predictors/residual_scale.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

constexpr size_t kMostGroups = 5;
constexpr size_t kLeastInGroup = 20;
constexpr double kCovered = 0.9;
constexpr double kNormalQuantile = 1.6448536269514722;  // of 0.95

}  // namespace

void ResidualScale::Fit(std::span<const double> predicted,
                        std::span<const double> residual) {
  const size_t n = predicted.size();
  HWNAS_CHECK(n == residual.size() && n > 0);
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return predicted[a] < predicted[b];
  });
  const size_t groups = std::clamp<size_t>(n / kLeastInGroup, 1, kMostGroups);
  centre_.clear();
  scale_.clear();
  for (size_t g = 0; g < groups; ++g) {
    std::vector<double> p;
    std::vector<double> r;
    for (size_t i = g * n / groups; i < (g + 1) * n / groups; ++i) {
      p.push_back(predicted[order[i]]);
      r.push_back(std::abs(residual[order[i]]));
    }
    // The quantile of n residuals that covers a new one with 90 %.
    const auto count = static_cast<double>(r.size());
    const double level = std::min(kCovered * (count + 1) / count, 1.0);
    centre_.push_back(Median(p));
    scale_.push_back(Quantile(r, level) / kNormalQuantile);
  }
}

double ResidualScale::At(double predicted) const {
  if (predicted <= centre_.front()) return scale_.front();
  if (predicted >= centre_.back()) return scale_.back();
  const auto it = std::upper_bound(centre_.begin(), centre_.end(), predicted);
  const auto i = static_cast<size_t>(it - centre_.begin());
  const double width = centre_[i] - centre_[i - 1];
  const double t = width > 0 ? (predicted - centre_[i - 1]) / width : 0;
  return scale_[i - 1] + t * (scale_[i] - scale_[i - 1]);
}

void ResidualScale::Write(ModelWriter& writer) const {
  writer.Put(std::span<const double>(centre_));
  writer.Put(std::span<const double>(scale_));
}

void ResidualScale::Read(ModelReader& reader) {
  centre_ = reader.Doubles();
  scale_ = reader.Doubles();
  reader.Require(!centre_.empty() && centre_.size() == scale_.size() &&
                     std::is_sorted(centre_.begin(), centre_.end()),
                 "its error bars make no sense");
}

}  // namespace hwnas
