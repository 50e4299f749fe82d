#include "bench/cli/run_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <thread>

#include "bench/cli/progress_line.h"
#include "bench/cli/share.h"

namespace hwnas {
namespace {

constexpr int kMostThreads = 1024;
}  // namespace

void AddSharedRunOptions(CLI::App& command, SharedRunOptions* options,
                         bool shards) {
  command
      .add_option("--threads", options->threads,
                  "Threads (default: as many as processors); their number "
                  "changes no result")
      ->check(CLI::Range(1, kMostThreads));
  if (shards) {
    command.add_option("--shard", options->shard,
                       "I/N: only the I-th of N shares of the runs; join with "
                       "'hwnas merge'");
  }
}

RunOptions ToRunOptions(const SharedRunOptions& shared,
                        const InterruptScope& interrupt) {
  RunOptions options;
  options.threads =
      shared.threads != 0
          ? shared.threads
          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (!shared.shard.empty()) {
    const Share share = ParseShare(shared.shard);
    options.shard = share.i;
    options.shards = share.n;
  }
  options.interrupted = [&interrupt] { return interrupt.Requested(); };
  options.progress = [line = std::make_shared<ProgressLine>("runs")](
                         uint64_t done, uint64_t total) {
    line->Show(done, total);
  };
  return options;
}

}  // namespace hwnas
