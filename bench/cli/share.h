#ifndef HWNAS_BENCH_CLI_SHARE_H_
#define HWNAS_BENCH_CLI_SHARE_H_

#include <string>

namespace hwnas {

/// The I-th (from 1) of N shares of work.
struct Share {
  int i = 1;
  int n = 1;
};

/// The value of `--shard`. Error(kUsage) for what is not I/N.
Share ParseShare(const std::string& text);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_SHARE_H_
