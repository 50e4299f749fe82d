#ifndef HWNAS_BENCH_REPORT_REPORT_JSON_H_
#define HWNAS_BENCH_REPORT_REPORT_JSON_H_

#include <string>

#include "bench/report/report_model.h"

namespace hwnas {

/// The whole model as one JSON object, version 1, documented in bench/report/
/// README.md; ends with a newline. Bytes that are no UTF-8 in untrusted text
/// become U+FFFD. `compact`: on one line.
std::string ReportToJson(const ReportModel& model, bool compact = false);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_REPORT_JSON_H_
