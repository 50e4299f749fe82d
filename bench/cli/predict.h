#ifndef HWNAS_BENCH_CLI_PREDICT_H_
#define HWNAS_BENCH_CLI_PREDICT_H_

namespace CLI {
class App;
}  // namespace CLI

namespace hwnas {

/// `hwnas predict` with its own commands; see bench/cli/command.h.
void AddPredictCommand(CLI::App& app);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_PREDICT_H_
