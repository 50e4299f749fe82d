#include "bench/cli/run_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <thread>

#include "bench/cli/output.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {
namespace {

constexpr int kMostThreads = 1024;
constexpr int64_t kMostShards = 100'000;

void ParseShard(const std::string& text, RunOptions* options) {
  const size_t slash = text.find('/');
  const auto i = TryParseInteger(text.substr(0, slash));
  const auto n = slash == std::string::npos
                     ? std::nullopt
                     : TryParseInteger(text.substr(slash + 1));
  if (!i || !n || *i < 1 || *n < *i || *n > kMostShards) {
    throw Error(ErrorCode::kUsage,
                "--shard '" + Quoted(text) +
                    "': write I/N with I from 1 to N, as in 2/8");
  }
  options->shard = static_cast<int>(*i);
  options->shards = static_cast<int>(*n);
}

/// A line on the terminal that is written over, at most ten times a second.
class ProgressLine {
 public:
  void Show(uint64_t done, uint64_t total) {
    using Clock = std::chrono::steady_clock;
    const auto now = Clock::now();
    if (first_done_ == 0) {
      first_done_ = done;
      begin_ = now;
    }
    if (done < total && now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const double rate =
        seconds > 0 ? static_cast<double>(done - first_done_) / seconds : 0;
    std::string line = fmt::format("\r{} of {} runs", done, total);
    if (rate > 0) {
      line += fmt::format(", {:.1f} a second, {:.0f} s left", rate,
                          static_cast<double>(total - done) / rate);
    }
    fmt::print(stderr, "{}\x1b[K{}", line, done == total ? "\n" : "");
    std::fflush(stderr);
  }

 private:
  uint64_t first_done_ = 0;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
};

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
  if (!shared.shard.empty()) ParseShard(shared.shard, &options);
  options.interrupted = [&interrupt] { return interrupt.Requested(); };
  if (ErrorIsTerminal()) {
    options.progress = [line = std::make_shared<ProgressLine>()](
                           uint64_t done, uint64_t total) {
      line->Show(done, total);
    };
  }
  return options;
}

}  // namespace hwnas
