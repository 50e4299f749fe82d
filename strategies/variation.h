#ifndef HWNAS_STRATEGIES_VARIATION_H_
#define HWNAS_STRATEGIES_VARIATION_H_

#include "tabular/architecture.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas {

/// One move from `from`; where the move has no result (a space of one, a cell
/// without such an edge) a fresh sample, so that a search never stalls.
inline void MutateOrSample(const SearchSpace& space, const Architecture& from,
                           size_t move, Rng& rng, Architecture* out) {
  if (!space.Mutate(from, move, rng, out)) *out = space.Sample(rng);
}

/// How genetic strategies make a child of two parents on categorical
/// decisions: the space's crossover with a probability (else a copy of the
/// first parent), then moves whose number is binomial(n, rate / n) for n
/// decisions: the counterpart of changing each variable with probability
/// rate / n, but only by moves that the space knows to be legal.
class Variation {
 public:
  Variation(const SearchSpace& space, double crossover_probability,
            double mutation_rate, size_t move)
      : space_(&space),
        crossover_probability_(crossover_probability),
        decisions_(space.Decisions().size()),
        move_(move) {
    const auto n = static_cast<double>(decisions_);
    move_probability_ = decisions_ == 0 ? 0 : mutation_rate / n;
  }

  Architecture Child(const Architecture& a, const Architecture& b,
                     Rng& rng) const {
    Architecture child = rng.Bernoulli(crossover_probability_)
                             ? space_->Crossover(a, b, rng)
                             : a;
    Architecture moved;
    for (size_t i = 0; i < decisions_; ++i) {
      if (!rng.Bernoulli(move_probability_)) continue;
      if (space_->Mutate(child, move_, rng, &moved)) child = moved;
    }
    return child;
  }

 private:
  const SearchSpace* space_;
  double crossover_probability_;
  double move_probability_ = 0;
  size_t decisions_;
  size_t move_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_VARIATION_H_
