#include "strategies/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>

#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kErrorsKept = 2000;

double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

ChildProcess::ChildProcess(const std::string& command, size_t line_bytes)
    : command_(command), line_bytes_(line_bytes) {
  int sockets[2] = {-1, -1};
  int errors[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0 ||
      pipe2(errors, O_CLOEXEC) != 0) {
    throw Error(ErrorCode::kIo, fmt::format("strategy 'exec:{}': no socket: {}",
                                            Quoted(command_), errno));
  }
  socket_ = sockets[0];
  error_ = errors[0];
  const char* text = command_.c_str();
  pid_ = fork();
  if (pid_ == 0) {
    // Only what is safe between fork and exec.
    setpgid(0, 0);
    dup2(sockets[1], 0);
    dup2(sockets[1], 1);
    dup2(errors[1], 2);
    execl("/bin/sh", "sh", "-c", text, static_cast<char*>(nullptr));
    _exit(127);
  }
  close(sockets[1]);
  close(errors[1]);
  if (pid_ < 0) {
    close(socket_);
    close(error_);
    throw Error(ErrorCode::kIo,
                fmt::format("strategy 'exec:{}': no process: {}",
                            Quoted(command_), errno));
  }
  setpgid(pid_, pid_);  // in both: whoever comes first
  fcntl(socket_, F_SETFL, O_NONBLOCK);
  fcntl(error_, F_SETFL, O_NONBLOCK);
}

ChildProcess::~ChildProcess() { Kill(); }

void ChildProcess::Kill() {
  if (pid_ < 0) return;
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  close(socket_);
  close(error_);
}

void ChildProcess::Fail(const std::string& what) {
  if (pid_ >= 0 && error_open_) Drain(error_, &errors_, &error_open_);
  std::string message =
      fmt::format("strategy 'exec:{}': {}", Quoted(command_), what);
  if (!errors_.empty()) {
    message += fmt::format("; its standard error ends: {}",
                           Quoted(errors_, kErrorsKept));
  }
  Kill();
  throw Error(ErrorCode::kPlugin, message);
}

void ChildProcess::Drain(int fd, std::string* into, bool* open) {
  char buffer[65536];
  const ssize_t got = read(fd, buffer, sizeof(buffer));
  if (got > 0) {
    into->append(buffer, static_cast<size_t>(got));
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    *open = false;
  }
}

void ChildProcess::Pump(double deadline, bool writing) {
  const double left = deadline - Now();
  if (left <= 0) Fail("no answer in time");
  pollfd fds[2] = {
      {socket_, static_cast<short>(POLLIN | (writing ? POLLOUT : 0)), 0},
      {error_open_ ? error_ : -1, POLLIN, 0}};
  const int ready = poll(fds, 2, static_cast<int>(std::ceil(left * 1000)));
  if (ready < 0 && errno != EINTR) Fail(fmt::format("poll failed: {}", errno));
  if (ready <= 0) return;
  if (fds[1].revents != 0) {
    Drain(error_, &errors_, &error_open_);
    if (errors_.size() > kErrorsKept) {
      errors_.erase(0, errors_.size() - kErrorsKept);
    }
  }
  if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    Drain(socket_, &input_, &socket_open_);
  }
}

void ChildProcess::WriteLine(std::string_view line, double seconds) {
  if (pid_ < 0) throw Error(ErrorCode::kPlugin, "the strategy has failed");
  const double deadline = Now() + seconds;
  std::string rest(line);
  rest += '\n';
  std::string_view left = rest;
  while (!left.empty()) {
    const ssize_t sent = send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      left.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == EINTR) {
      Pump(deadline, true);
    } else {
      Fail("it ended");
    }
    // Unread output is bounded too.
    if (input_.size() > line_bytes_) Fail("it wrote a line that is too long");
  }
}

std::string ChildProcess::ReadLine(double seconds) {
  if (pid_ < 0) throw Error(ErrorCode::kPlugin, "the strategy has failed");
  const double deadline = Now() + seconds;
  size_t searched = 0;
  while (true) {
    const size_t end = input_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      return line;
    }
    searched = input_.size();
    if (input_.size() > line_bytes_) Fail("it wrote a line that is too long");
    if (!socket_open_) Fail("it ended without an answer");
    Pump(deadline, false);
  }
}

}  // namespace hwnas
