#ifndef HWNAS_BENCH_HARNESS_EXPERIMENT_KEYS_H_
#define HWNAS_BENCH_HARNESS_EXPERIMENT_KEYS_H_

#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/toml_keys.h"

namespace hwnas {

/// Every key of an experiment's file: what Experiment::ReadFile reads, and
/// what `hwnas run --reference` prints.
TomlKeys<Experiment> ExperimentKeys();

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_EXPERIMENT_KEYS_H_
