#ifndef HWNAS_BENCH_CLI_PREDICT_H_
#define HWNAS_BENCH_CLI_PREDICT_H_

#include <string>

#include "bench/cli/command.h"
#include "bench/predict/own_device.h"

namespace CLI {
class App;
}  // namespace CLI

namespace hwnas {

/// `hwnas predict` with its own commands; see bench/cli/command.h.
void AddPredictCommand(CLI::App& app);

/// `hwnas predict lookup`.
void AddLookup(CLI::App& predict);

/// `hwnas predict transfer --csv`: a platform of the user's own.
struct OwnDeviceOptions {
  std::string table;
  std::string out;
  std::string accuracy;
  size_t top = 10;
  size_t suggest = 0;  // instead: print so many architectures to measure
  OwnDeviceSpec spec;
  OutputFormat format = OutputFormat::kText;
};
void RunOwnDevice(const OwnDeviceOptions& options);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_PREDICT_H_
