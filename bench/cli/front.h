#ifndef HWNAS_BENCH_CLI_FRONT_H_
#define HWNAS_BENCH_CLI_FRONT_H_

#include <string>

#include "bench/analysis/front.h"

namespace hwnas {

/// An answer as `hwnas front` prints it.
std::string FrontText(const Table& table, const FrontQuery& query,
                      const FrontAnswer& answer);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_FRONT_H_
