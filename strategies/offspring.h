#ifndef HWNAS_STRATEGIES_OFFSPRING_H_
#define HWNAS_STRATEGIES_OFFSPRING_H_

#include <utility>

#include "strategies/archive.h"
#include "strategies/options.h"
#include "strategies/variation.h"
#include "tabular/architecture.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas {

/// What strategies that breed a population are told.
struct OffspringOptions {
  size_t population_size = 0;
  double crossover_probability = 0;
  double mutation_rate = 0;
  bool refuse_duplicates = false;
  size_t move = 0;
};

/// Reads `population_size` (from 2 to `largest`), `crossover_probability`,
/// `mutation_rate`, `duplicates` and `move`.
inline OffspringOptions ReadOffspringOptions(const OptionReader& reader,
                                             size_t largest,
                                             const SearchSpace& space) {
  OffspringOptions options;
  options.population_size = reader.Count("population_size", 2, largest);
  options.crossover_probability = reader.Real("crossover_probability", 0, 1);
  options.mutation_rate = reader.Real("mutation_rate", 0, 1000000);
  options.refuse_duplicates =
      reader.Choice("duplicates", {"refuse", "allow"}) == 0;
  options.move = reader.Move("move", space);
  return options;
}

/// Makes a strategy's proposals: what was proposed before is made again, up
/// to 20 times, unless duplicates are allowed.
class Offspring {
 public:
  Offspring(const SearchSpace& space, const OffspringOptions& options)
      : refuse_duplicates_(options.refuse_duplicates),
        variation_(space, options.crossover_probability, options.mutation_rate,
                   options.move) {}

  /// A child of two parents, as yet unseen or not.
  Architecture Cross(const Architecture& a, const Architecture& b,
                     Rng& rng) const {
    return variation_.Child(a, b, rng);
  }

  /// What `draw` gives, once more where it was given out before.
  template <typename Draw>
  Architecture Fresh(Draw draw) {
    constexpr size_t kTries = 20;
    Architecture child = draw();
    if (refuse_duplicates_) {
      for (size_t i = 0; i < kTries && seen_.Contains(child); ++i) {
        child = draw();
      }
      seen_.Insert(child);
    }
    return child;
  }

 private:
  bool refuse_duplicates_;
  Variation variation_;
  SeenSet seen_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_OFFSPRING_H_
