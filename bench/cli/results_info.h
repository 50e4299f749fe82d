#ifndef HWNAS_BENCH_CLI_RESULTS_INFO_H_
#define HWNAS_BENCH_CLI_RESULTS_INFO_H_

#include <string>
#include <vector>

#include "bench/cli/command.h"

namespace hwnas {

/// `hwnas info` of a results file: what was run on what, and how it ended.
void PrintResultsInfo(const std::string& path, OutputFormat format);

/// `hwnas info --check` of a results file. Error(kCorrupt) when not sound.
void CheckResults(const std::string& path, OutputFormat format);

/// The outcome of a check of the `kind` ('table', 'results') at `path`;
/// Error(kCorrupt) with advice where there are problems.
void PrintCheck(const std::string& kind, const std::string& path,
                const std::vector<std::string>& problems,
                const std::string& advice, OutputFormat format);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_RESULTS_INFO_H_
