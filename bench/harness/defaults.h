#ifndef HWNAS_BENCH_HARNESS_DEFAULTS_H_
#define HWNAS_BENCH_HARNESS_DEFAULTS_H_

#include <string>

#include "bench/harness/experiment.h"

namespace hwnas {

/// The comparison that `hwnas run` does without options: default.toml.
Experiment DefaultExperiment();

/// $XDG_CACHE_HOME/hwnas, else ~/.cache/hwnas, created if it is not there:
/// what can be made again at any time. Error(kIo).
std::string CacheFolder();

/// The path of the table that is meant where none is named: the synthetic
/// one, written into the cache the first time.
std::string DefaultTable();

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_DEFAULTS_H_
