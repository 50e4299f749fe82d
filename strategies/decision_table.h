#ifndef HWNAS_STRATEGIES_DECISION_TABLE_H_
#define HWNAS_STRATEGIES_DECISION_TABLE_H_

#include <cstddef>
#include <span>
#include <vector>

#include "tabular/architecture.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas {

/// One number for every choice of every decision of a space: counts, logits,
/// probabilities, gradients. Row i has as many entries as decision i choices.
class DecisionTable {
 public:
  explicit DecisionTable(const SearchSpace& space, double value = 0);

  size_t size() const { return begins_.size() - 1; }
  std::span<double> operator[](size_t i) {
    return std::span(values_).subspan(begins_[i], begins_[i + 1] - begins_[i]);
  }
  std::span<const double> operator[](size_t i) const {
    return std::span(values_).subspan(begins_[i], begins_[i + 1] - begins_[i]);
  }
  std::vector<double>& Values() { return values_; }
  const std::vector<double>& Values() const { return values_; }

 private:
  std::vector<size_t> begins_;
  std::vector<double> values_;
};

/// An index with probability weights[i] / sum. Weights are not negative, one
/// at least is positive (HWNAS_CHECK).
size_t DrawWeighted(std::span<const double> weights, Rng& rng);

/// Draws each decision from its row of weights; decisions that turn out not
/// to be active are set to 0. Draws that are no architecture of the space are
/// thrown away; after 50 of them (a space of stored rows, narrow rules) one of
/// 64 samples of the space is drawn by the product of its weights.
Architecture DrawArchitecture(const SearchSpace& space,
                              const DecisionTable& weights, Rng& rng);

/// Softmax of each row of logits.
void Softmax(const DecisionTable& logits, DecisionTable* probabilities);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_DECISION_TABLE_H_
