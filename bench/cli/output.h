#ifndef HWNAS_BENCH_CLI_OUTPUT_H_
#define HWNAS_BENCH_CLI_OUTPUT_H_

#include <string_view>

namespace hwnas {

/// Thrown by Print when the reader of standard output is gone, as behind
/// `| head`: the process ends quietly.
struct OutputClosed {};

/// Writes to standard output. Error(kIo) when it cannot be written.
void Print(std::string_view text);
/// Flushes standard output, with Print's errors.
void FlushOutput();

/// Whether standard error is a terminal: long work shows progress there.
bool ErrorIsTerminal();
/// Whether to colour standard error: a terminal, and no NO_COLOR.
bool ErrorHasColor();

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_OUTPUT_H_
