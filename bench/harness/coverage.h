#ifndef HWNAS_BENCH_HARNESS_COVERAGE_H_
#define HWNAS_BENCH_HARNESS_COVERAGE_H_

#include <cstdint>

namespace hwnas {

/// How much of a table's space a problem searches. Factors do not count.
struct Coverage {
  uint64_t architectures = 0;
  uint64_t all_architectures = 0;
  uint64_t networks = 0;  // effective ones
  uint64_t all_networks = 0;
  bool Whole() const { return architectures == all_architectures; }
  bool operator==(const Coverage&) const = default;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_COVERAGE_H_
