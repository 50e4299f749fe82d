#ifndef HWNAS_STRATEGIES_CHILD_PROCESS_H_
#define HWNAS_STRATEGIES_CHILD_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/error.h"

namespace hwnas {

/// A plug-in that did not answer in time; Error(kPlugin).
class NoAnswer : public Error {
 public:
  explicit NoAnswer(const std::string& message)
      : Error(ErrorCode::kPlugin, message) {}
};

/// A process whose standard input and output are lines and whose standard
/// error is drained: it can neither block us nor use up our memory. It leads
/// a process group of its own, which dies with this object, or with the
/// thread that made it. Whatever it does wrong is Error(kPlugin) that says
/// what, how it ended, and the last lines of its standard error, in one. Not
/// thread-safe.
class ChildProcess {
 public:
  using Clock = std::chrono::steady_clock;

  /// Error(kIo) when no process can be had. A program that cannot be executed
  /// ends with status 127, as a shell says it.
  ChildProcess(const std::vector<std::string>& arguments, size_t line_bytes);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Writes `line` and a line break; takes in what the child writes meanwhile.
  /// False where it was not taken in time.
  bool WriteLine(std::string_view line, Clock::time_point deadline);
  /// The next line, without its break; none where it did not come in time.
  std::optional<std::string> ReadLine(Clock::time_point deadline);
  /// Closes its input and gives it until `deadline` to end; kills it then.
  void Stop(Clock::time_point deadline);

  /// Kills it; `what` with how it ended and the end of its standard error.
  std::string End(const std::string& what);
  /// Throws Error(kPlugin) of End(what).
  [[noreturn]] void Fail(const std::string& what);

  /// Whether it ended by itself with this exit status.
  bool EndedWith(int status) const;

 private:
  enum class Source { kOutput, kErrors };

  /// Waits for input (or for room, if `writing`) and takes in what there is.
  /// False once `deadline` has passed.
  bool Pump(Clock::time_point deadline, bool writing);
  void Drain(Source source);
  void KeepErrors();
  /// Waits for it without blocking; kills the group first if `kill_first`.
  void Reap(bool kill_first);
  std::string HowItEnded() const;

  size_t line_bytes_;
  pid_t pid_ = -1;
  int input_ = -1;   // ours to write
  int output_ = -1;  // ours to read
  int errors_ = -1;
  int status_ = -1;  // of waitpid, once it has been reaped
  std::string read_;
  size_t searched_ = 0;     // of read_, without a line break
  std::string error_tail_;  // of standard error
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_CHILD_PROCESS_H_
