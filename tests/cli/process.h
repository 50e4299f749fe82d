#ifndef HWNAS_TESTS_CLI_PROCESS_H_
#define HWNAS_TESTS_CLI_PROCESS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace hwnas {

/// What a process did.
struct ProcessResult {
  int exit_code = -1;  // -1: ended by a signal
  std::string out;
  std::string err;
};

struct ProcessOptions {
  std::string stdout_path;      // instead of the pipe; `out` is empty then
  uint64_t max_file_bytes = 0;  // RLIMIT_FSIZE; 0: unlimited
  int signal_after_output = 0;  // sent when the first output has come
  bool close_output = false;    // the reader of standard output goes away
  bool terminal = false;        // standard error is one: progress is shown
};

/// Runs the binary `hwnas` as a user would.
ProcessResult RunHwnas(const std::vector<std::string>& arguments,
                       const ProcessOptions& options = {});

}  // namespace hwnas

#endif  // HWNAS_TESTS_CLI_PROCESS_H_
