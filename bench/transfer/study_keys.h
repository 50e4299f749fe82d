#ifndef HWNAS_BENCH_TRANSFER_STUDY_KEYS_H_
#define HWNAS_BENCH_TRANSFER_STUDY_KEYS_H_

#include "bench/harness/toml_keys.h"
#include "bench/transfer/study_file.h"

namespace hwnas {

/// Every key of a transfer study's file: what TransferFile::ReadFile reads,
/// and what `hwnas transfer --reference` prints.
TomlKeys<TransferFile> TransferKeys();

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_STUDY_KEYS_H_
