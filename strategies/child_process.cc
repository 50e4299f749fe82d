#include "strategies/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kErrorsKept = 4096;
constexpr size_t kErrorsQuoted = 1000;
constexpr int kErrorLinesQuoted = 8;  // a few frames of a Python traceback
constexpr int kLastReads = 32;
constexpr int kCannotExecute = 127;

void CloseEnd(int* end) {
  if (*end >= 0) close(*end);
  *end = -1;
}

/// Both ends of standard input, output and error; closed unless taken.
struct Ends {
  std::array<int, 2> input{-1, -1};  // a socket: writing to it never signals
  std::array<int, 2> output{-1, -1};
  std::array<int, 2> errors{-1, -1};

  bool Open() {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input.data()) ==
               0 &&
           pipe2(output.data(), O_CLOEXEC) == 0 &&
           pipe2(errors.data(), O_CLOEXEC) == 0;
  }
  ~Ends() {
    for (auto* pair : {&input, &output, &errors}) {
      CloseEnd(&(*pair)[0]);
      CloseEnd(&(*pair)[1]);
    }
  }
};

/// The last lines of a text as one, without their indentation.
std::string LastLines(std::string_view text) {
  std::string joined;
  for (int lines = 0; lines < kErrorLinesQuoted && !text.empty();) {
    const size_t begin = text.rfind('\n') + 1;  // npos + 1 is 0
    std::string_view line = text.substr(begin);
    text = text.substr(0, begin == 0 ? 0 : begin - 1);
    constexpr std::string_view kBlank = " \t\r~^";  // and Python's marks
    const size_t first = line.find_first_not_of(kBlank);
    if (first == std::string_view::npos) continue;
    line = line.substr(first, line.find_last_not_of(kBlank) + 1 - first);
    joined = std::string(line) + (joined.empty() ? "" : " | ") + joined;
    ++lines;
  }
  if (joined.size() > kErrorsQuoted) {
    size_t cut = joined.size() - kErrorsQuoted;
    // Not within a character of UTF-8.
    while (cut < joined.size() && (joined[cut] & 0xc0) == 0x80) ++cut;
    joined = "..." + joined.substr(cut);
  }
  return Quoted(joined, kErrorsQuoted + 3);
}

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void Execute(char* const* argv, const Ends& ends) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int ignored : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) {
    signal(ignored, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(ends.input[1], STDIN_FILENO);
  dup2(ends.output[1], STDOUT_FILENO);
  dup2(ends.errors[1], STDERR_FILENO);
  execvp(argv[0], argv);
  constexpr char kMessage[] = "cannot be executed\n";
  (void)!write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  _exit(kCannotExecute);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           size_t line_bytes)
    : line_bytes_(line_bytes) {
  HWNAS_CHECK(!arguments.empty());
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  Ends ends;
  const bool opened = ends.Open();
  if (opened) {
    pid_ = fork();
    if (pid_ == 0) Execute(argv.data(), ends);
  }
  if (!opened || pid_ < 0) {
    throw Error(ErrorCode::kIo,
                fmt::format("a strategy's process cannot be started: {}",
                            strerror(errno)));
  }
  setpgid(pid_, pid_);  // in both: whoever comes first
  input_ = std::exchange(ends.input[0], -1);
  output_ = std::exchange(ends.output[0], -1);
  errors_ = std::exchange(ends.errors[0], -1);
  for (const int end : {input_, output_, errors_}) {
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
}

ChildProcess::~ChildProcess() {
  Reap(true);
  CloseEnd(&input_);
  CloseEnd(&output_);
  CloseEnd(&errors_);
}

void ChildProcess::Reap(bool kill_first) {
  if (pid_ < 0) return;
  // The group first, while its number is surely ours.
  if (kill_first) {
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);
  } else {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &info,
               WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0) {
      return;
    }
    kill(-pid_, SIGKILL);  // what it left behind
  }
  while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool ChildProcess::EndedWith(int status) const {
  return pid_ < 0 && WIFEXITED(status_) && WEXITSTATUS(status_) == status;
}

std::string ChildProcess::HowItEnded() const {
  if (WIFEXITED(status_)) {
    return fmt::format(" (exit status {})", WEXITSTATUS(status_));
  }
  if (WIFSIGNALED(status_)) {
    return fmt::format(" (signal {})", strsignal(WTERMSIG(status_)));
  }
  return "";
}

std::string ChildProcess::End(const std::string& what) {
  // Whether it ended by itself; a closed output comes just before that.
  std::string ended;
  if (output_ < 0) {
    const auto deadline = Clock::now() + std::chrono::seconds(1);
    while (pid_ >= 0 && Clock::now() < deadline) {
      Reap(false);
      if (pid_ < 0) break;
      Pump(std::min(deadline, Clock::now() + std::chrono::milliseconds(5)),
           false);
    }
    if (pid_ < 0) ended = HowItEnded();
  }
  // The end of it, not all that it may go on writing.
  for (int reads = 0; reads < kLastReads && errors_ >= 0; ++reads) {
    pollfd ready{errors_, POLLIN, 0};
    if (poll(&ready, 1, 0) <= 0) break;
    Drain(Source::kErrors);
  }
  Reap(true);
  std::string message = what + ended;
  const std::string errors = LastLines(error_tail_);
  if (!errors.empty()) message += "; its standard error ends: " + errors;
  return message;
}

void ChildProcess::Fail(const std::string& what) {
  throw Error(ErrorCode::kPlugin, End(what));
}

void ChildProcess::KeepErrors() {
  if (error_tail_.size() > kErrorsKept) {
    error_tail_.erase(0, error_tail_.size() - kErrorsKept);
  }
}

void ChildProcess::Drain(Source source) {
  int& end = source == Source::kOutput ? output_ : errors_;
  std::string& into = source == Source::kOutput ? read_ : error_tail_;
  std::array<char, 1 << 16> buffer;
  const ssize_t got = read(end, buffer.data(), buffer.size());
  if (got > 0) {
    into.append(buffer.data(), static_cast<size_t>(got));
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    CloseEnd(&end);
  }
  KeepErrors();
}

bool ChildProcess::Pump(Clock::time_point deadline, bool writing) {
  const auto left = deadline - Clock::now();
  if (left <= Clock::duration::zero()) return false;
  // Output that nobody has asked for yet waits in the pipe.
  const bool room = read_.size() <= line_bytes_;
  std::array<pollfd, 3> polled = {pollfd{room ? output_ : -1, POLLIN, 0},
                                  pollfd{errors_, POLLIN, 0},
                                  pollfd{writing ? input_ : -1, POLLOUT, 0}};
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left);
  constexpr int64_t kLongest = 1 << 30;
  const int ready =
      poll(polled.data(), polled.size(),
           static_cast<int>(std::min<int64_t>(wait.count(), kLongest)));
  if (ready > 0 && polled[0].revents != 0) Drain(Source::kOutput);
  if (ready > 0 && polled[1].revents != 0) Drain(Source::kErrors);
  return true;
}

bool ChildProcess::WriteLine(std::string_view line,
                             Clock::time_point deadline) {
  if (pid_ < 0) throw Error(ErrorCode::kPlugin, "its process has ended");
  std::string rest(line);
  rest += '\n';
  std::string_view left = rest;
  while (!left.empty()) {
    const ssize_t sent = send(input_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      left.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return true;  // what it still writes, or how it ended, says why
    } else if (!Pump(deadline, true)) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> ChildProcess::ReadLine(Clock::time_point deadline) {
  if (pid_ < 0) throw Error(ErrorCode::kPlugin, "its process has ended");
  while (true) {
    const size_t end = read_.find('\n', searched_);
    if (end != std::string::npos && end <= line_bytes_) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      searched_ = 0;
      return line;
    }
    searched_ = read_.size();
    if (read_.size() > line_bytes_) {
      Fail(fmt::format("a line of more than {} bytes", line_bytes_));
    }
    if (output_ < 0) Fail("it ended without an answer");
    if (!Pump(deadline, false)) return std::nullopt;
  }
}

void ChildProcess::Stop(Clock::time_point deadline) {
  CloseEnd(&input_);
  while (output_ >= 0 || errors_ >= 0) {
    read_.clear();  // nothing is expected any more
    if (!Pump(deadline, false)) break;
  }
  while (pid_ >= 0 && Clock::now() < deadline) {
    Reap(false);
    if (pid_ >= 0) Pump(Clock::now() + std::chrono::milliseconds(1), false);
  }
  Reap(true);
}

}  // namespace hwnas
