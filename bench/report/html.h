#ifndef HWNAS_BENCH_REPORT_HTML_H_
#define HWNAS_BENCH_REPORT_HTML_H_

#include <string>
#include <string_view>

#include "bench/report/report_model.h"

namespace hwnas {

/// The report as one HTML file that opens from a disk without a network: the
/// page of ReportDocument, whose tables sort and whose figures are drawn from
/// the report's own JSON. Where the build had nothing to draw with, the page
/// says so and has its tables. Equal models give equal bytes in one build.
std::string ReportToHtml(const ReportModel& model);
/// The same with another library to draw with, or none (empty).
std::string ReportToHtml(const ReportModel& model, std::string_view figures);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_HTML_H_
