#include "bench/cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tabular/error.h"

namespace hwnas {
namespace {

[[noreturn]] void FailOutput(int error) {
  if (error == EPIPE) throw OutputClosed{};
  throw Error(ErrorCode::kIo, fmt::format("cannot write to standard output: {}",
                                          std::strerror(error)));
}

}  // namespace

void Print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    FailOutput(errno);
  }
}

void FlushOutput() {
  if (std::fflush(stdout) != 0) FailOutput(errno);
}

bool ErrorIsTerminal() { return isatty(STDERR_FILENO) != 0; }

bool ErrorHasColor() {
  const char* no_color = std::getenv("NO_COLOR");
  return ErrorIsTerminal() && (no_color == nullptr || *no_color == '\0');
}

}  // namespace hwnas
