#ifndef HWNAS_BENCH_CLI_WRITE_FILE_H_
#define HWNAS_BENCH_CLI_WRITE_FILE_H_

#include <string>
#include <string_view>

namespace hwnas {

/// Writes a file as a whole: into a draft beside it, which then takes its
/// place. Error(kIo), with what was there before untouched.
void WriteFile(const std::string& path, std::string_view text);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_WRITE_FILE_H_
