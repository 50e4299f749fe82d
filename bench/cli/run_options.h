#ifndef HWNAS_BENCH_CLI_RUN_OPTIONS_H_
#define HWNAS_BENCH_CLI_RUN_OPTIONS_H_

#include <string>

#include "bench/cli/interrupt.h"
#include "bench/harness/runner.h"
#include "strategies/strategy_source.h"

namespace CLI {
class App;
}  // namespace CLI

namespace hwnas {

/// Options of all commands that run strategies.
struct SharedRunOptions {
  int threads = 0;  // 0: as many as processors
  std::string shard;
  bool in_process = false;
  double plugin_timeout = PluginOptions().answer_seconds;
};

void AddSharedRunOptions(CLI::App& command, SharedRunOptions* options,
                         bool shards);

/// How plug-ins are run: this binary hosts libraries.
PluginOptions ToPluginOptions(const SharedRunOptions& options);

/// `--plugin-timeout` and `--in-process`.
void AddPluginOptions(CLI::App& command, SharedRunOptions* options);

/// Error(kUsage) for a shard that is not `i/n`. Shows progress on a terminal.
RunOptions ToRunOptions(const SharedRunOptions& options,
                        const InterruptScope& interrupt);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_RUN_OPTIONS_H_
