#ifndef HWNAS_STRATEGIES_KERNEL_DENSITY_H_
#define HWNAS_STRATEGIES_KERNEL_DENSITY_H_

#include <cstddef>
#include <vector>

#include "strategies/fitness.h"
#include "strategies/population.h"
#include "tabular/architecture.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas {

/// BOHB's model (Falkner, Klein, Hutter, ICML 2018, section 4.1): product
/// kernels of Aitchison and Aitken over decisions, one density of the good
/// trials and one of the others; bandwidths by the normal reference rule on
/// the choices' numbers, as HpBandSter takes them.
class KernelDensity {
 public:
  struct Options {
    double top_percent = 15;
    size_t min_points = 0;  // 0: decisions + 1
    size_t candidates = 64;
    double bandwidth_factor = 3;
    double min_bandwidth = 1e-3;
  };

  /// The space outlives this.
  KernelDensity(const SearchSpace& space, const Options& options);

  void Add(const Architecture& architecture, const Fitness& fitness);
  /// Both densities have enough members.
  bool Ready() const;
  /// Of candidates around good members the one with the largest ratio of
  /// densities.
  Architecture Draw(Rng& rng);

 private:
  size_t Good() const;
  void Fit();
  std::vector<double> Bandwidths(size_t begin, size_t end) const;
  double Density(const Architecture& at, size_t begin, size_t end,
                 const std::vector<double>& bandwidths) const;
  Architecture Around(const Architecture& center, Rng& rng) const;

  const SearchSpace* space_;
  Options options_;
  std::vector<Member> members_;  // best first
  bool stale_ = true;
  std::vector<double> good_bandwidths_;
  std::vector<double> bad_bandwidths_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_KERNEL_DENSITY_H_
