#ifndef HWNAS_BENCH_REPORT_TRANSFER_SECTION_H_
#define HWNAS_BENCH_REPORT_TRANSFER_SECTION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "bench/report/document.h"
#include "bench/transfer/transfer.h"

namespace hwnas {

/// What was found, in words, a sentence each. Pairs of devices, not of their
/// settings, are what is counted.
std::vector<std::string> TransferFindings(const TransferAnswer& answer);

/// The study as a section of a report. Its figures are named `KIND INDEX
/// [PART]`, with the study's place among those of the report; what draws them
/// is web/transfer.js and transfer_latex.
void AddTransfer(const TransferAnswer& answer, size_t index,
                 Document* document);

/// What a reader must know of the study: `TITLE, digest ...` of its table.
std::string TransferProvenance(const TransferAnswer& answer);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_TRANSFER_SECTION_H_
