#ifndef HWNAS_BENCH_REPORT_WEB_H_
#define HWNAS_BENCH_REPORT_WEB_H_

#include <string_view>

namespace hwnas {

/// What HTML pages are made with, compiled in: `report.css`, `report.js`,
/// `transfer.js` (figures of studies, to stand before it), and `figures.js`,
/// the library that draws, which is empty where the build had no npm or no
/// network. HWNAS_CHECKs the name.
std::string_view WebText(std::string_view name);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_WEB_H_
