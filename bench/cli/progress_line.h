#ifndef HWNAS_BENCH_CLI_PROGRESS_LINE_H_
#define HWNAS_BENCH_CLI_PROGRESS_LINE_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace hwnas {

/// A line on standard error that is written over, at most ten times a second:
/// what is done, the rate of this call, the time left. Silent where standard
/// error is no terminal. Not thread-safe.
class ProgressLine {
 public:
  /// `unit` in the plural: "runs".
  explicit ProgressLine(std::string unit);
  /// Ends a line that is not at its end.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Show(uint64_t done, uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  std::string unit_;
  bool open_ = false;
  bool begun_ = false;
  uint64_t first_done_ = 0;
  Clock::time_point begin_;
  Clock::time_point last_;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_PROGRESS_LINE_H_
