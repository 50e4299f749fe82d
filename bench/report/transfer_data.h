#ifndef HWNAS_BENCH_REPORT_TRANSFER_DATA_H_
#define HWNAS_BENCH_REPORT_TRANSFER_DATA_H_

#include <string>

#include "bench/transfer/transfer.h"

namespace hwnas {

/// A JSON object; documented in bench/transfer/README.md. Figures are drawn
/// from it.
std::string TransferToJson(const TransferAnswer& answer);
/// A line for each pair of settings; of signal, target and number chosen; or of
/// data set, method and number of samples.
std::string TransferToCsv(const TransferAnswer& answer);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_TRANSFER_DATA_H_
