#ifndef HWNAS_BENCH_ANALYSIS_TIES_H_
#define HWNAS_BENCH_ANALYSIS_TIES_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hwnas {

/// Sum of t^3 - t over groups of t equal values: what rank tests subtract for
/// ties.
inline double TieTerm(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double term = 0;
  for (size_t i = 0; i < values.size();) {
    size_t j = i;
    while (j < values.size() && values[j] == values[i]) ++j;
    const auto t = static_cast<double>(j - i);
    term += t * t * t - t;
    i = j;
  }
  return term;
}

}  // namespace hwnas

#endif  // HWNAS_BENCH_ANALYSIS_TIES_H_
