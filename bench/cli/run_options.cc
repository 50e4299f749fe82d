#include "bench/cli/run_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>

#include "bench/cli/progress_line.h"
#include "bench/cli/share.h"

namespace hwnas {
namespace {

constexpr int kMostThreads = 1024;

std::string OwnPath() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "hwnas" : path.string();
}

}  // namespace

void AddPluginOptions(CLI::App& command, SharedRunOptions* options) {
  command
      .add_option("--plugin-timeout", options->plugin_timeout,
                  "Seconds that a strategy's process has for one answer "
                  "(default: 60)")
      ->check(CLI::Range(0.001, 1e6));
  command.add_flag("--in-process", options->in_process,
                   "Load strategies' libraries into this process: quicker, and "
                   "nothing holds them back");
}

PluginOptions ToPluginOptions(const SharedRunOptions& shared) {
  PluginOptions options;
  options.answer_seconds = shared.plugin_timeout;
  options.in_process = shared.in_process;
  options.host = OwnPath();
  return options;
}

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
  AddPluginOptions(command, options);
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
  options.plugins = ToPluginOptions(shared);
  options.interrupted = [&interrupt] { return interrupt.Requested(); };
  options.progress = [line = std::make_shared<ProgressLine>("runs")](
                         uint64_t done, uint64_t total) {
    line->Show(done, total);
  };
  return options;
}

}  // namespace hwnas
