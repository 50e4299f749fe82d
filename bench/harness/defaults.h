#ifndef HWNAS_BENCH_HARNESS_DEFAULTS_H_
#define HWNAS_BENCH_HARNESS_DEFAULTS_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "tabular/table.h"

namespace hwnas {

/// The comparison that `hwnas run` does without options: those problems of
/// default.toml that the table can answer. `left_out` gets a line for each of
/// the others. Where it can answer none: the first one's error, kNotFound.
Experiment DefaultExperiment(std::shared_ptr<const Table> table,
                             std::vector<std::string>* left_out);

/// $XDG_CACHE_HOME/hwnas, else ~/.cache/hwnas, created if it is not there:
/// what can be made again at any time. Error(kIo).
std::string CacheFolder();

/// The tables that come with hwnas (datasets/embedded/README.md): the one that
/// is searched, and a few of its networks trained in other ways.
inline constexpr char kEmbeddedTable[] = "embedded";
inline constexpr char kEmbeddedTransferTable[] = "embedded-transfer";

/// The path of one of them: `share/hwnas/NAME.db` beside the library's folder.
/// Error(kNotFound).
std::string EmbeddedTable(const std::string& name = kEmbeddedTable);

/// The path of a made-up table, written into the cache the first time.
std::string SyntheticTable();

/// The table that an option names: '' is the embedded one, `synthetic`, where
/// there is no such file, the synthetic one, else the file's path.
std::string TablePath(const std::string& given);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_DEFAULTS_H_
