#include "bench/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "tabular/error.h"

namespace hwnas {
namespace {

// A signal handler reaches nothing but statics; these are the only ones.
std::atomic<int> scopes{0};
std::atomic<bool> requested{false};
static_assert(std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);

void OnInterrupt(int) {
  if (scopes.load() == 0 || requested.exchange(true)) {
    constexpr char kMessage[] = "hwnas: interrupted\n";
    [[maybe_unused]] const ssize_t written =
        write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
    _exit(static_cast<int>(ErrorCode::kInterrupted));
  }
}

}  // namespace

void InstallSignalHandlers() {
  struct sigaction action = {};
  action.sa_handler = OnInterrupt;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

InterruptScope::InterruptScope() { scopes.fetch_add(1); }
InterruptScope::~InterruptScope() { scopes.fetch_sub(1); }
bool InterruptScope::Requested() const { return requested.load(); }

}  // namespace hwnas
