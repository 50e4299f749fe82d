#ifndef HWNAS_BENCH_TRANSFER_TRANSFER_REPORT_H_
#define HWNAS_BENCH_TRANSFER_TRANSFER_REPORT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/report/document.h"
#include "bench/transfer/platform_study.h"
#include "bench/transfer/signal_study.h"
#include "bench/transfer/study_file.h"
#include "tabular/table.h"

namespace hwnas {

/// A study with its answer; one of the two is there.
struct TransferAnswer {
  TransferFile file;
  bool synthetic = false;
  std::optional<PlatformStudy> platforms;
  std::optional<SignalStudy> signals;
};

/// Errors as RunPlatformStudy and RunSignalStudy.
TransferAnswer RunTransfer(const TransferFile& file, const Table& table,
                           const std::function<bool()>& stop = {});

/// What was found, in words, a sentence each. Pairs of devices, not of their
/// settings, are what is counted.
std::vector<std::string> TransferFindings(const TransferAnswer& answer);

/// A section for text, Markdown and HTML.
void AddTransfer(const TransferAnswer& answer, Document* document);
/// Documented in bench/transfer/README.md.
std::string TransferToJson(const TransferAnswer& answer);
/// A line for each pair of settings, or of signal, target and number chosen.
std::string TransferToCsv(const TransferAnswer& answer);

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_TRANSFER_REPORT_H_
