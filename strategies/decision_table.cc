#include "strategies/decision_table.h"

#include <algorithm>
#include <cmath>

#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kDraws = 50;
constexpr size_t kSamples = 64;

}  // namespace

DecisionTable::DecisionTable(const SearchSpace& space, double value) {
  begins_.push_back(0);
  for (const Decision& decision : space.Decisions()) {
    begins_.push_back(begins_.back() + decision.choices.size());
  }
  values_.assign(begins_.back(), value);
}

size_t DrawWeighted(std::span<const double> weights, Rng& rng) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  HWNAS_CHECK(sum > 0);
  double left = rng.Uniform() * sum;
  size_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    last = i;
    left -= weights[i];
    if (left < 0) return i;
  }
  return last;  // rounding left a crumb
}

Architecture DrawArchitecture(const SearchSpace& space,
                              const DecisionTable& weights, Rng& rng) {
  Architecture drawn(weights.size());
  for (size_t draw = 0; draw < kDraws; ++draw) {
    for (size_t i = 0; i < weights.size(); ++i) {
      drawn[i] = static_cast<uint16_t>(DrawWeighted(weights[i], rng));
    }
    for (size_t i = 0; i < weights.size(); ++i) {
      if (!space.IsActive(drawn, i)) drawn[i] = 0;
    }
    if (space.IsValid(drawn)) return drawn;
  }
  std::vector<Architecture> samples;
  std::vector<double> products;
  double sum = 0;
  for (size_t s = 0; s < kSamples; ++s) {
    samples.push_back(space.Sample(rng));
    double product = 1;
    for (size_t i = 0; i < weights.size(); ++i) {
      if (!space.IsActive(samples[s], i)) continue;
      // Relative to the row's mean, so that long products stay in range.
      double row = 0;
      for (const double weight : weights[i]) row += weight;
      product *= weights[i][samples[s][i]] *
                 static_cast<double>(weights[i].size()) / row;
    }
    products.push_back(product);
    sum += product;
  }
  if (!(sum > 0)) return samples[0];
  return samples[DrawWeighted(products, rng)];
}

void Softmax(const DecisionTable& logits, DecisionTable* probabilities) {
  for (size_t i = 0; i < logits.size(); ++i) {
    const std::span<const double> row = logits[i];
    const std::span<double> out = (*probabilities)[i];
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (size_t c = 0; c < row.size(); ++c) {
      out[c] = std::exp(row[c] - largest);
      sum += out[c];
    }
    for (double& value : out) value /= sum;
  }
}

}  // namespace hwnas
