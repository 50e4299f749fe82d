#ifndef HWNAS_BENCH_REPORT_TRANSFER_LATEX_H_
#define HWNAS_BENCH_REPORT_TRANSFER_LATEX_H_

#include <string>

#include "bench/transfer/transfer.h"

namespace hwnas {

/// Whether AddTransfer makes figures of this kind.
bool IsTransferFigure(const std::string& kind);

/// One of them with pgfplots, for the document of ReportToLatex. Figures that
/// a page lets its reader change show what it shows first.
std::string TransferFigureToLatex(const TransferAnswer& answer,
                                  const std::string& kind,
                                  const std::string& part,
                                  const std::string& caption);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_TRANSFER_LATEX_H_
