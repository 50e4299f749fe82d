#ifndef HWNAS_STRATEGIES_CHILD_PROCESS_H_
#define HWNAS_STRATEGIES_CHILD_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace hwnas {

/// A shell command with its standard input and output on a socket and its
/// standard error drained. Errors are Error(kPlugin).
class ChildProcess {
 public:
  ChildProcess(const std::string& command, size_t line_bytes);
  ~ChildProcess();  // kills the whole process group
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Writes `line` and a line break, draining what the child writes.
  void WriteLine(std::string_view line, double seconds);
  /// The next line, without its break.
  std::string ReadLine(double seconds);

  /// Throws Error(kPlugin): command, what, the end of standard error.
  [[noreturn]] void Fail(const std::string& what);

 private:
  /// Waits until the socket can be read (or written) and takes in what there
  /// is, of standard error too.
  void Pump(double deadline, bool writing);
  void Drain(int fd, std::string* into, bool* open);
  void Kill();

  std::string command_;
  size_t line_bytes_;
  pid_t pid_ = -1;
  int socket_ = -1;
  int error_ = -1;
  bool socket_open_ = true;
  bool error_open_ = true;
  std::string input_;
  std::string errors_;  // the end of standard error
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_CHILD_PROCESS_H_
