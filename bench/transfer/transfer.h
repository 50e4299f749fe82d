#ifndef HWNAS_BENCH_TRANSFER_TRANSFER_H_
#define HWNAS_BENCH_TRANSFER_TRANSFER_H_

#include <functional>
#include <optional>
#include <string>

#include "bench/transfer/platform_study.h"
#include "bench/transfer/signal_study.h"
#include "bench/transfer/study_file.h"
#include "tabular/table.h"

namespace hwnas {

/// A study with its answer, and the table that was asked; one of the answers
/// is there.
struct TransferAnswer {
  TransferFile file;
  std::string table_title;
  std::string table_digest;
  bool synthetic = false;
  std::optional<PlatformStudy> platforms;
  std::optional<SignalStudy> signals;
};

/// Errors as RunPlatformStudy and RunSignalStudy.
TransferAnswer RunTransfer(const TransferFile& file, const Table& table,
                           const std::function<bool()>& stop = {});

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_TRANSFER_H_
