#ifndef HWNAS_BENCH_CLI_COMMAND_H_
#define HWNAS_BENCH_CLI_COMMAND_H_

namespace CLI {
class App;
}  // namespace CLI

namespace hwnas {

/// A subcommand adds itself to the application: options, help, and a callback
/// that does the work and throws Error for what ends it. The callback must
/// not outlive its options, so these live in it.
using AddCommand = void (*)(CLI::App& app);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_COMMAND_H_
