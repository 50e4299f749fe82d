#ifndef HWNAS_BENCH_CLI_TRANSFER_H_
#define HWNAS_BENCH_CLI_TRANSFER_H_

#include <string>

#include "bench/transfer/transfer.h"

namespace CLI {
class App;
}  // namespace CLI

namespace hwnas {

/// The answer of a study, built in or a TOML file, from `table` or, where that
/// is empty, from the table that the study names. Ctrl-C ends it with
/// Error(kInterrupted); `command` is who asks, for messages. Errors as
/// FindTransferFile, TableOfData, Table::Open and RunTransfer.
TransferAnswer AnswerStudy(const std::string& command, const std::string& name,
                           const std::string& table);

/// `hwnas transfer`; see bench/cli/command.h.
void AddTransferCommand(CLI::App& app);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_TRANSFER_H_
