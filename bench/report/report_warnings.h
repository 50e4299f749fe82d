#ifndef HWNAS_BENCH_REPORT_REPORT_WARNINGS_H_
#define HWNAS_BENCH_REPORT_REPORT_WARNINGS_H_

#include <string>
#include <vector>

#include "bench/report/report_model.h"

namespace hwnas {

/// What a reader of a problem's figures must know, a line each, in a fixed
/// order: synthetic table, test data observed, predicted or modelled values,
/// redundant objectives, strategies that see the first objective alone, few,
/// failed, lacking, unscored and capped runs, constraints broken.
std::vector<std::string> ProblemWarnings(
    const ReportProblem& problem,
    const std::vector<DictionaryEntry>& dictionary,
    const ReportOptions& options);

/// What concerns all of a report.
std::vector<std::string> ModelWarnings(const ReportModel& model);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_REPORT_WARNINGS_H_
