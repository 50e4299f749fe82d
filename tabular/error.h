#ifndef HWNAS_TABULAR_ERROR_H_
#define HWNAS_TABULAR_ERROR_H_

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// Why an operation ended; the value is the process's exit code.
enum class ErrorCode {
  kInternal = 1,
  kUsage = 2,     // an option, a name or a file's wording is wrong
  kNotFound = 3,  // a file, architecture, metric or name does not exist
  kCorrupt = 4,   // an input is damaged or hostile
  kPlugin = 5,    // a strategy or plug-in failed; the rest was run
  kDisagree = 6,  // a comparison (verify, merge, reproduce, audit) disagrees
  kIo = 7,        // disk full, no permission
  kInterrupted = 130,
};

/// Thrown for what ends an operation. `what()` is one line that says what
/// went wrong, where, and what to do. Expected outcomes are returned instead.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message)
      : std::runtime_error(message), code_(code) {}

  ErrorCode Code() const { return code_; }
  int ExitCode() const { return static_cast<int>(code_); }

 private:
  ErrorCode code_;
};

/// Throws `Error(kInternal)` naming the place: a programmer's error, checked
/// in Release too. Use through HWNAS_CHECK.
[[noreturn]] void CheckFailed(const char* condition, const char* file,
                              int line);

#define HWNAS_CHECK(condition)  \
  (static_cast<bool>(condition) \
       ? static_cast<void>(0)   \
       : ::hwnas::CheckFailed(#condition, __FILE__, __LINE__))

/// The name in `known` nearest to `name` by edit distance (ties: the first),
/// or "" when none is within a third of its length. For 'did you mean'.
std::string Nearest(std::string_view name,
                    const std::vector<std::string>& known);

/// `Error(kUsage)` of the form "unknown WHAT 'NAME'; did you mean 'X'?
/// (known: a, b, c)".
[[noreturn]] void FailUnknown(std::string_view what, std::string_view name,
                              const std::vector<std::string>& known);

/// `text` with control characters escaped and cut to `limit` bytes, so that
/// hostile input can be quoted in a one-line message.
std::string Quoted(std::string_view text, size_t limit = 80);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ERROR_H_
