#ifndef HWNAS_BENCH_REPORT_REPORT_CSV_H_
#define HWNAS_BENCH_REPORT_REPORT_CSV_H_

#include <string>
#include <vector>

#include "bench/report/report_model.h"

namespace hwnas {

/// The tables of ReportToCsv: `summary` first, then what figures are drawn
/// from; documented in bench/report/README.md.
std::vector<std::string> ReportCsvNames();

/// One of them (RFC 4180, with a header); HWNAS_CHECKs the name.
std::string ReportToCsv(const ReportModel& model,
                        const std::string& name = "summary");

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_REPORT_CSV_H_
