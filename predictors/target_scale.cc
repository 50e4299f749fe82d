#include "predictors/target_scale.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

// The standard normal quantile by bisection on std::erfc.
double NormalQuantile(double p) {
  double low = -9;
  double high = 9;
  for (int i = 0; i < 60; ++i) {
    const double mid = (low + high) / 2;
    (0.5 * std::erfc(-mid / std::sqrt(2.0)) < p ? low : high) = mid;
  }
  return (low + high) / 2;
}

double Map(const std::vector<double>& from, const std::vector<double>& to,
           double value) {
  const double slope = (to.back() - to.front()) / (from.back() - from.front());
  if (value <= from.front()) return to.front() + slope * (value - from.front());
  if (value >= from.back()) return to.back() + slope * (value - from.back());
  const auto it = std::upper_bound(from.begin(), from.end(), value);
  const auto i = static_cast<size_t>(it - from.begin());
  return to[i - 1] +
         (value - from[i - 1]) / (from[i] - from[i - 1]) * (to[i] - to[i - 1]);
}

bool Ascends(const std::vector<double>& v) {
  return std::adjacent_find(v.begin(), v.end(), std::greater_equal<>()) ==
         v.end();
}

}  // namespace

void TargetScale::Fit(std::span<const double> values, bool scores) {
  mean_ = Mean(values);
  sd_ = StandardDeviation(values).value();
  raw_.clear();
  score_.clear();
  if (!scores) return;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  for (size_t i = 0; i < sorted.size();) {
    size_t j = i;
    while (j < sorted.size() && sorted[j] == sorted[i]) ++j;
    raw_.push_back(sorted[i]);
    score_.push_back(NormalQuantile(double(i + j) / 2 / n));
    i = j;
  }
}

double TargetScale::Forward(double value) const {
  return raw_.empty() ? (value - mean_) / sd_ : Map(raw_, score_, value);
}

double TargetScale::Back(double value) const {
  return raw_.empty() ? value * sd_ + mean_ : Map(score_, raw_, value);
}

void TargetScale::Write(ModelWriter& writer) const {
  writer.Put(mean_);
  writer.Put(sd_);
  writer.Put(std::span<const double>(raw_));
  writer.Put(std::span<const double>(score_));
}

void TargetScale::Read(ModelReader& reader) {
  mean_ = reader.Double();
  sd_ = reader.Double();
  raw_ = reader.Doubles();
  score_ = reader.Doubles();
  reader.Require(sd_ > 0 && raw_.size() == score_.size() && raw_.size() != 1 &&
                     Ascends(raw_) && Ascends(score_),
                 "its scale makes no sense");
}

}  // namespace hwnas
