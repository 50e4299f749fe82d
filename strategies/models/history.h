#ifndef HWNAS_STRATEGIES_MODELS_HISTORY_H_
#define HWNAS_STRATEGIES_MODELS_HISTORY_H_

#include <cstddef>
#include <span>
#include <vector>

#include "strategies/archive.h"
#include "strategies/models/encoder.h"
#include "strategies/models/gaussian_process.h"
#include "strategies/models/regressor.h"
#include "strategies/ranking.h"

namespace hwnas {

/// What a model-based strategy was told, encoded: trials without values are
/// kept out of the models. (Below the highest rung is only what an experiment
/// stopped early.)
class History {
 public:
  History(const Problem& problem, Encoding encoding)
      : judge_(problem), encoder_(problem, encoding) {}

  void Add(const Trial& trial);

  /// Trials with values.
  size_t size() const { return trials_.size(); }
  const Trial& operator[](size_t i) const { return trials_[i]; }
  const Rating& RatingOf(size_t i) const { return ratings_[i]; }
  /// Indices of the best by violation and first objective, best first.
  std::vector<size_t> Best(size_t count) const;

  /// Fits a model to the i-th value of trials: an objective as minimised, or
  /// (from Objectives() on) a constrained quantity in natural units.
  void Fit(size_t value, Regressor* model, Rng& rng);
  void Predict(std::span<const Architecture> architectures, Regressor* model,
               std::vector<Belief>* beliefs);
  /// Makes a process that was fitted here believe that each of these has
  /// `value`.
  void Condition(std::span<const Architecture> architectures, double value,
                 GaussianProcess* model);

  const Judge& judge() const { return judge_; }

 private:
  /// Rows of architectures, for a model, in standardised_.
  void Encode(std::span<const Architecture> architectures);

  Judge judge_;
  Encoder encoder_;
  std::vector<Trial> trials_;
  std::vector<Rating> ratings_;
  std::vector<double> rows_;
  std::vector<double> standardised_;
  std::vector<double> targets_;
};

struct CandidateOptions {
  size_t count = 100;
  double move_share = 1;
  size_t max_moves = 1;
  /// Take what was seen and what is among the candidates already too.
  bool repeats = false;
};

/// Candidates for an acquisition function, without repetition and none in
/// `seen` unless `repeats`: `move_share` of them 1 to `max_moves` default moves
/// from the parents in turn, the rest (and what moves could not fill) samples;
/// fewer where they cannot be found.
std::vector<Architecture> Candidates(const SearchSpace& space,
                                     std::span<const Architecture> parents,
                                     const SeenSet& seen,
                                     const CandidateOptions& options, Rng& rng);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_HISTORY_H_
