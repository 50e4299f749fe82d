#ifndef HWNAS_BENCH_CLI_INTERRUPT_H_
#define HWNAS_BENCH_CLI_INTERRUPT_H_

namespace hwnas {

/// Sets the process's signal handlers: SIGINT and SIGTERM as below; SIGPIPE
/// and SIGXFSZ are ignored, so that the write that met them fails with an
/// error that is reported as any other.
void InstallSignalHandlers();

/// While one lives, the first SIGINT or SIGTERM only sets a flag that the
/// command looks at, so that it stops at a place where nothing is lost; the
/// second ends the process. Where none lives, the first ends the process,
/// with exit code 130: what a command writes is a transaction.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  /// Thread-safe.
  bool Requested() const;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_INTERRUPT_H_
