#ifndef HWNAS_BENCH_REPORT_REPORT_JSON_H_
#define HWNAS_BENCH_REPORT_REPORT_JSON_H_

#include <string>

#include "bench/report/report_model.h"

namespace hwnas {

/// The whole model as one JSON object, version 1, documented in bench/report/
/// README.md; ends with a newline. Bytes that are no UTF-8 in untrusted text
/// become U+FFFD. `compact`: on one line.
std::string ReportToJson(const ReportModel& model, bool compact = false);

/// One row for each problem, strategy and measure (RFC 4180, with a header).
std::string ReportToCsv(const ReportModel& model);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_REPORT_JSON_H_
