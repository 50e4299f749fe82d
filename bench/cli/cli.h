#ifndef HWNAS_BENCH_CLI_CLI_H_
#define HWNAS_BENCH_CLI_CLI_H_

namespace hwnas {

/// The whole of the binary: parses the command line, runs the command, prints
/// one line `hwnas: error: ...` to stderr for what failed, and returns the
/// exit code (see bench/cli/README.md). Sets signal handlers; call it once.
int RunCli(int argc, char** argv);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_CLI_H_
