#ifndef HWNAS_BENCH_REPORT_LATEX_H_
#define HWNAS_BENCH_REPORT_LATEX_H_

#include <string>
#include <string_view>

#include "bench/report/report_model.h"

namespace hwnas {

/// The report as a LaTeX document of its own: tables with booktabs, figures
/// with pgfplots, each between comments that name it, to be copied into a
/// paper. Compiles with pdflatex of TeX Live 2020 or later.
std::string ReportToLatex(const ReportModel& model);

/// Text that LaTeX sets as it stands. What pdflatex's fonts lack is written as
/// its code point, `U+4E2D`.
std::string LatexText(std::string_view text);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_LATEX_H_
