#ifndef HWNAS_BENCH_TRANSFER_TRANSFER_H_
#define HWNAS_BENCH_TRANSFER_TRANSFER_H_

#include <functional>
#include <string>
#include <variant>

#include "bench/transfer/data_set_study.h"
#include "bench/transfer/platform_study.h"
#include "bench/transfer/signal_study.h"
#include "bench/transfer/study_file.h"
#include "tabular/table.h"

namespace hwnas {

/// A study with its answer, of the file's kind, and the table that was asked.
struct TransferAnswer {
  TransferFile file;
  std::string table_title;
  std::string table_digest;
  bool synthetic = false;
  std::variant<PlatformStudy, SignalStudy, DataSetStudy> study;
};

/// Errors as RunPlatformStudy, RunSignalStudy and RunDataSetStudy.
TransferAnswer RunTransfer(const TransferFile& file, const Table& table,
                           const std::function<bool()>& stop = {});

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_TRANSFER_H_
