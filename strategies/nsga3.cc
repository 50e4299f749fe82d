#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/generational_search.h"
#include "strategies/options.h"
#include "strategies/weights.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"population_size", "40",
       "N; reference points are the largest lattice that fits. The paper's 91 "
       "for three objectives leaves few generations to budgets of hundreds"},
      {"crossover_probability", "1", "p_c"},
      {"mutation_rate", "1", "moves expected per child"},
      {"duplicates", "refuse",
       "refuse: a child proposed before is made again, up to 20 times; allow"},
      {"move", "default", "the space's mutation"},
  };
}

/// Solves A x = 1 by Gaussian elimination with partial pivoting; false when A
/// (row-major, n × n) is singular to working precision.
bool SolveOnes(std::vector<double> a, size_t n, std::vector<double>* x) {
  std::vector<double> b(n, 1.0);
  for (size_t col = 0; col < n; ++col) {
    size_t pivot = col;
    for (size_t row = col + 1; row < n; ++row) {
      if (std::fabs(a[row * n + col]) > std::fabs(a[pivot * n + col])) {
        pivot = row;
      }
    }
    if (std::fabs(a[pivot * n + col]) < 1e-12) return false;
    for (size_t k = 0; k < n; ++k) std::swap(a[col * n + k], a[pivot * n + k]);
    std::swap(b[col], b[pivot]);
    for (size_t row = col + 1; row < n; ++row) {
      const double factor = a[row * n + col] / a[col * n + col];
      for (size_t k = col; k < n; ++k)
        a[row * n + k] -= factor * a[col * n + k];
      b[row] -= factor * b[col];
    }
  }
  x->assign(n, 0.0);
  for (size_t row = n; row-- > 0;) {
    double sum = b[row];
    for (size_t k = row + 1; k < n; ++k) sum -= a[row * n + k] * (*x)[k];
    (*x)[row] = sum / a[row * n + row];
  }
  return true;
}

class Nsga3 : public GenerationalSearch {
 public:
  Nsga3(const OffspringOptions& options, RunContext context)
      : GenerationalSearch(options, context),
        dims_(context.problem->objectives.size()),
        references_(SimplexLattice(dims_, options.population_size)),
        sorter_(dims_) {}

 private:
  /// Random mating; where one of two is less violating, that one (the
  /// constrained version's tournament).
  const Individual& Select(const std::vector<Individual>& parents,
                           Rng& rng) const override {
    const size_t n = parents.size();
    const Individual& a = parents[rng.Below(n)];
    const Individual& b = parents[rng.Below(n)];
    return b.rating.violation < a.rating.violation ? b : a;
  }

  void Survive(size_t size, std::vector<Individual>* population,
               Rng& rng) override {
    std::vector<Individual>& all = *population;
    sorter_.Sort(all);
    std::vector<uint32_t> kept;
    std::span<const uint32_t> split;
    for (size_t k = 0; k < sorter_.Fronts() && kept.size() < size; ++k) {
      const std::span<const uint32_t> front = sorter_.Front(k);
      if (kept.size() + front.size() > size) {
        split = front;
        break;
      }
      kept.insert(kept.end(), front.begin(), front.end());
    }
    if (!split.empty()) {
      if (all[split[0]].rating.violation > 0) {
        // Equally infeasible: the older stay.
        kept.insert(
            kept.end(), split.begin(),
            split.begin() + static_cast<std::ptrdiff_t>(size - kept.size()));
      } else {
        Niche(all, split, size, rng, &kept);
      }
    }
    std::vector<Individual> survivors;
    for (const uint32_t i : kept) survivors.push_back(std::move(all[i]));
    all.swap(survivors);
  }

  /// Fills `kept` up to n from the split front, reference points with the
  /// fewest members first (algorithm 4).
  void Niche(const std::vector<Individual>& population,
             std::span<const uint32_t> split, size_t n, Rng& rng,
             std::vector<uint32_t>* kept) const {
    std::vector<uint32_t> all = *kept;
    all.insert(all.end(), split.begin(), split.end());
    const std::vector<double> points = Normalise(population, all);
    const size_t references = references_.size() / dims_;
    std::vector<size_t> nearest(all.size());
    std::vector<double> distance(all.size());
    std::vector<size_t> counts(references, 0);
    for (size_t i = 0; i < all.size(); ++i) {
      Associate(&points[i * dims_], &nearest[i], &distance[i]);
      if (i < kept->size()) ++counts[nearest[i]];
    }
    const size_t first = kept->size();
    std::vector<bool> taken(all.size(), false);
    std::vector<bool> closed(references, false);
    std::vector<size_t> ties;
    while (kept->size() < n) {
      size_t fewest = std::numeric_limits<size_t>::max();
      for (size_t r = 0; r < references; ++r) {
        if (!closed[r]) fewest = std::min(fewest, counts[r]);
      }
      ties.clear();
      for (size_t r = 0; r < references; ++r) {
        if (!closed[r] && counts[r] == fewest) ties.push_back(r);
      }
      const size_t reference = ties[rng.Below(ties.size())];
      ties.clear();
      for (size_t i = first; i < all.size(); ++i) {
        if (!taken[i] && nearest[i] == reference) ties.push_back(i);
      }
      if (ties.empty()) {
        closed[reference] = true;
        continue;
      }
      size_t pick = ties[0];
      if (fewest == 0) {
        for (const size_t i : ties) {
          if (distance[i] < distance[pick]) pick = i;
        }
      } else {
        pick = ties[rng.Below(ties.size())];
      }
      taken[pick] = true;
      ++counts[reference];
      kept->push_back(all[pick]);
    }
  }

  /// Objectives of the listed members, moved to the ideal point and over the
  /// intercepts of the hyperplane through the extreme points (algorithm 2);
  /// over their range where there is no such plane.
  std::vector<double> Normalise(const std::vector<Individual>& population,
                                const std::vector<uint32_t>& members) const {
    std::vector<double> ideal(dims_, Fitness::kWorst);
    std::vector<double> worst(dims_, -Fitness::kWorst);
    std::vector<double> points;
    for (const uint32_t i : members) {
      for (size_t d = 0; d < dims_; ++d) {
        const double value = population[i].rating.objectives[d];
        points.push_back(value);
        ideal[d] = std::min(ideal[d], value);
        worst[d] = std::max(worst[d], value);
      }
    }
    for (size_t k = 0; k < points.size(); ++k) points[k] -= ideal[k % dims_];
    std::vector<double> extremes;
    for (size_t axis = 0; axis < dims_; ++axis) {
      size_t best = 0;
      double best_value = Fitness::kWorst;
      for (size_t i = 0; i < members.size(); ++i) {
        double value = 0;
        for (size_t d = 0; d < dims_; ++d) {
          value =
              std::max(value, points[i * dims_ + d] / (d == axis ? 1 : 1e-6));
        }
        if (value < best_value) {
          best_value = value;
          best = i;
        }
      }
      extremes.insert(extremes.end(), &points[best * dims_],
                      &points[best * dims_] + dims_);
    }
    std::vector<double> inverse;
    std::vector<double> intercepts(dims_);
    bool plane = SolveOnes(extremes, dims_, &inverse);
    for (size_t d = 0; d < dims_ && plane; ++d) {
      intercepts[d] = 1 / inverse[d];
      plane = inverse[d] > 0 && intercepts[d] > 1e-12 &&
              intercepts[d] <= worst[d] - ideal[d];
    }
    for (size_t d = 0; d < dims_; ++d) {
      if (!plane) intercepts[d] = worst[d] - ideal[d];
      if (!(intercepts[d] > 0)) intercepts[d] = 1;
    }
    for (size_t k = 0; k < points.size(); ++k) {
      points[k] /= intercepts[k % dims_];
    }
    return points;
  }

  /// The reference line that is nearest, and the distance to it.
  void Associate(const double* point, size_t* nearest, double* distance) const {
    *distance = Fitness::kWorst;
    for (size_t r = 0; r * dims_ < references_.size(); ++r) {
      const double* w = &references_[r * dims_];
      double dot = 0;
      double square = 0;
      for (size_t d = 0; d < dims_; ++d) {
        dot += point[d] * w[d];
        square += w[d] * w[d];
      }
      double gap = 0;
      for (size_t d = 0; d < dims_; ++d) {
        const double off = point[d] - dot / square * w[d];
        gap += off * off;
      }
      if (gap < *distance) {
        *distance = gap;
        *nearest = r;
      }
    }
  }

  size_t dims_;
  std::vector<double> references_;
  ConstrainedSorter sorter_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("nsga3", known, given);
  return std::make_unique<Nsga3>(
      ReadOffspringOptions(reader, 100000, *context.problem->space),
      std::move(context));
}

}  // namespace

StrategyInfo Nsga3Info() {
  StrategyInfo info;
  info.name = "nsga3";
  info.summary = "non-dominated sorting, reference lines keep the spread";
  info.source =
      "Deb and Jain, IEEE TEC 2014, constraints as in Jain and Deb, part II; "
      "normalised anew in every generation from its members. On categorical "
      "decisions the space's crossover and moves; children proposed before "
      "are refused unless duplicates=allow";
  info.options = Options();
  info.multi_objective = true;
  info.make = Make;
  return info;
}

}  // namespace hwnas
