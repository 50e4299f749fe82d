#ifndef HWNAS_BENCH_HARNESS_OBJECTIVE_TEXT_H_
#define HWNAS_BENCH_HARNESS_OBJECTIVE_TEXT_H_

#include <string_view>

#include "bench/harness/experiment.h"

namespace hwnas {

/// `[max:|min:]METRIC[ from SOURCE]`, as files write objectives; the metric is
/// not looked at.
ObjectiveSpec ParseObjective(std::string_view text);

/// Whether larger values are better: as stated, else as the quantity has it.
/// Error(kUsage) for text that is no metric.
bool LargerIsBetter(const ObjectiveSpec& objective);

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_OBJECTIVE_TEXT_H_
