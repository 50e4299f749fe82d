#ifndef HWNAS_BENCH_REPORT_CSV_H_
#define HWNAS_BENCH_REPORT_CSV_H_

#include <string>
#include <vector>

namespace hwnas {

/// A line of CSV (RFC 4180 but for the bare newline at its end): fields with
/// commas, quotes or line ends are quoted.
std::string CsvLine(const std::vector<std::string>& fields);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_CSV_H_
