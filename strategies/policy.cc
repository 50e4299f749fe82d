#include "strategies/policy.h"

#include <cmath>

namespace hwnas {

void Adam::Step(const std::vector<double>& gradient,
                std::vector<double>* parameters) {
  constexpr double kBeta1 = 0.9;
  constexpr double kBeta2 = 0.999;
  constexpr double kEpsilon = 1e-8;
  power1_ *= kBeta1;
  power2_ *= kBeta2;
  for (size_t i = 0; i < gradient.size(); ++i) {
    first_[i] = kBeta1 * first_[i] + (1 - kBeta1) * gradient[i];
    second_[i] = kBeta2 * second_[i] + (1 - kBeta2) * gradient[i] * gradient[i];
    const double mean = first_[i] / (1 - power1_);
    const double deviation = std::sqrt(second_[i] / (1 - power2_));
    (*parameters)[i] -= learning_rate_ * mean / (deviation + kEpsilon);
  }
}

Policy::Policy(const SearchSpace& space, double learning_rate, Rng& rng)
    : space_(&space),
      logits_(space),
      probabilities_(space),
      adam_(logits_.Values().size(), learning_rate) {
  for (double& logit : logits_.Values()) logit = 1e-3 * rng.Normal();
  Softmax(logits_, &probabilities_);
}

double Policy::LogProbability(const Architecture& architecture) const {
  double sum = 0;
  for (size_t i = 0; i < probabilities_.size(); ++i) {
    if (!space_->IsActive(architecture, i)) continue;
    sum += std::log(probabilities_[i][architecture[i]]);
  }
  return sum;
}

double Policy::Entropy() const {
  double entropy = 0;
  for (const double p : probabilities_.Values()) {
    if (p > 0) entropy -= p * std::log(p);
  }
  return entropy;
}

void Policy::AddLogGradient(const Architecture& architecture, double scale,
                            std::vector<double>* gradient) const {
  size_t k = 0;
  for (size_t i = 0; i < probabilities_.size(); ++i) {
    const std::span<const double> row = probabilities_[i];
    const bool active = space_->IsActive(architecture, i);
    for (size_t c = 0; c < row.size(); ++c, ++k) {
      if (active) {
        (*gradient)[k] += scale * ((c == architecture[i] ? 1.0 : 0.0) - row[c]);
      }
    }
  }
}

void Policy::AddEntropyGradient(double scale,
                                std::vector<double>* gradient) const {
  size_t k = 0;
  for (size_t i = 0; i < probabilities_.size(); ++i) {
    const std::span<const double> row = probabilities_[i];
    double entropy = 0;
    for (const double p : row) entropy -= p > 0 ? p * std::log(p) : 0;
    for (size_t c = 0; c < row.size(); ++c, ++k) {
      if (row[c] > 0) {
        (*gradient)[k] -= scale * row[c] * (std::log(row[c]) + entropy);
      }
    }
  }
}

void Policy::Step(const std::vector<double>& gradient) {
  adam_.Step(gradient, &logits_.Values());
  Softmax(logits_, &probabilities_);
}

}  // namespace hwnas
