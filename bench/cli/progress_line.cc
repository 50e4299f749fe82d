#include "bench/cli/progress_line.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "bench/cli/output.h"

namespace hwnas {
namespace {

std::string TimeLeft(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

ProgressLine::ProgressLine(std::string unit) : unit_(std::move(unit)) {}

ProgressLine::~ProgressLine() {
  if (open_) fmt::print(stderr, "\n");
}

void ProgressLine::Show(uint64_t done, uint64_t total) {
  if (!ErrorIsTerminal()) return;
  const auto now = Clock::now();
  if (!begun_) {
    begun_ = true;
    first_done_ = done;
    begin_ = now;
  }
  if (done < total && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double rate =
      seconds > 0 ? static_cast<double>(done - first_done_) / seconds : 0;
  std::string line = fmt::format("\r{} of {} {}", done, total, unit_);
  if (rate > 0) {
    line += fmt::format(", {:.1f} a second, {} left", rate,
                        TimeLeft(static_cast<double>(total - done) / rate));
  }
  open_ = done < total;
  fmt::print(stderr, "{}\x1b[K{}", line, open_ ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace hwnas
