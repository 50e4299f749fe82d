#include "tests/cli/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "tabular/error.h"

namespace hwnas {
namespace {

// What is written to ends[1] is read from ends[0].
struct Pipe {
  explicit Pipe(bool terminal = false) {
    if (!terminal) {
      HWNAS_CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
      return;
    }
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    HWNAS_CHECK(ends[0] >= 0 && grantpt(ends[0]) == 0 &&
                unlockpt(ends[0]) == 0);
    ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
    HWNAS_CHECK(ends[1] >= 0);
  }
  ~Pipe() {
    for (const int end : ends) {
      if (end >= 0) close(end);
    }
  }
  void Close(size_t end) {
    close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{};
};

[[noreturn]] void Execute(const std::vector<std::string>& arguments,
                          const ProcessOptions& options, const Pipe& out,
                          const Pipe& err) {
  int stdout_end = out.ends[1];
  if (!options.stdout_path.empty()) {
    stdout_end = open(options.stdout_path.c_str(), O_WRONLY | O_CREAT, 0644);
  }
  dup2(stdout_end, STDOUT_FILENO);
  dup2(err.ends[1], STDERR_FILENO);
  if (options.max_file_bytes > 0) {
    const rlimit limit{options.max_file_bytes, options.max_file_bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> argv;
  std::string name = "hwnas";
  argv.push_back(name.data());
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(HWNAS_BINARY, argv.data());
  _exit(126);
}

// Reads both pipes until both are closed.
void Collect(Pipe& out, Pipe& err, pid_t child, const ProcessOptions& options,
             ProcessResult* result) {
  bool signalled = options.signal_after_output == 0;
  std::array<pollfd, 2> polled = {pollfd{out.ends[0], POLLIN, 0},
                                  pollfd{err.ends[0], POLLIN, 0}};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    HWNAS_CHECK(poll(polled.data(), polled.size(), -1) >= 0 || errno == EINTR);
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      std::array<char, 1 << 16> buffer;
      const ssize_t got = read(polled[i].fd, buffer.data(), buffer.size());
      if (got <= 0) {
        polled[i].fd = -1;
        continue;
      }
      (i == 0 ? result->out : result->err)
          .append(buffer.data(), static_cast<size_t>(got));
      if (!signalled) {
        kill(child, options.signal_after_output);
        signalled = true;
      }
    }
  }
}

}  // namespace

ProcessResult RunHwnas(const std::vector<std::string>& arguments,
                       const ProcessOptions& options) {
  Pipe out;
  Pipe err(options.terminal);
  const pid_t child = fork();
  HWNAS_CHECK(child >= 0);
  if (child == 0) Execute(arguments, options, out, err);
  out.Close(1);
  err.Close(1);
  if (options.close_output) out.Close(0);
  ProcessResult result;
  Collect(out, err, child, options, &result);
  int status = 0;
  HWNAS_CHECK(waitpid(child, &status, 0) == child);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace hwnas
