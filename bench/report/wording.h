#ifndef HWNAS_BENCH_REPORT_WORDING_H_
#define HWNAS_BENCH_REPORT_WORDING_H_

#include <string>

#include "bench/report/document.h"
#include "bench/report/report_model.h"

namespace hwnas {

/// Decimals that show two digits of the standard error in a measure's worst
/// known mean, 0 to 8; 3 where nothing varies.
int Decimals(const ReportProblem& problem, size_t measure);

/// "91.07", without a sign on zero.
std::string Fixed(double value, int decimals);
/// The same, always with a sign.
std::string Signed(double value, int decimals);
/// "12.5 %" of trials; "-" when there are none.
std::string Share(uint64_t part, uint64_t whole);

/// Who leads in a problem's first measure, by how much against the next,
/// whether the interval excludes no difference, and who is clearly behind.
std::string Finding(const ReportProblem& problem);
/// Whether the leader's lead over the next matters: `yes`, `no`, `unclear`,
/// with the margin it is judged by; `-` where there are no two to compare.
std::string DoesItMatter(const ReportProblem& problem);

/// `max` or `min`.
const char* DirectionText(Direction direction);

/// `matters`, `equivalent`, `unclear`.
const char* RelevanceName(Relevance relevance);

/// "hwnas report", marked where anything is synthetic; "What transfers" of
/// studies alone.
std::string ReportTitle(const ReportModel& model);

/// The whole report as a page, for text, Markdown and HTML; `note`, if any,
/// stands below the title.
Document ReportDocument(const ReportModel& model, const std::string& note = "");

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_WORDING_H_
