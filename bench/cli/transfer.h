#ifndef HWNAS_BENCH_CLI_TRANSFER_H_
#define HWNAS_BENCH_CLI_TRANSFER_H_

namespace CLI {
class App;
}  // namespace CLI

namespace hwnas {

/// `hwnas transfer`; see bench/cli/command.h.
void AddTransferCommand(CLI::App& app);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_TRANSFER_H_
