#ifndef HWNAS_BENCH_REPORT_LATEX_AXIS_H_
#define HWNAS_BENCH_REPORT_LATEX_AXIS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace hwnas {

/// A pgfplots axis with `content` (plots) and a caption, which is plain text.
/// `options` are pgfplots' own and win over the usual size and fonts.
std::string LatexAxis(const std::string& options, const std::string& content,
                      const std::string& caption);

/// Colours (of the document's preamble), dash patterns and marks of the `i`-th
/// series.
std::string LatexColour(size_t i);
std::string LatexDash(size_t i);
std::string LatexMark(size_t i);

/// `0,1,2` for so many ticks, and plain texts as a list of labels for them.
std::string LatexTicks(size_t count);
std::string LatexLabels(const std::vector<std::string>& names);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_LATEX_AXIS_H_
