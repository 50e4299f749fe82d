#ifndef HWNAS_BENCH_REPRODUCE_REPRODUCE_H_
#define HWNAS_BENCH_REPRODUCE_REPRODUCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/reproduce/cell_store.h"
#include "bench/reproduce/published_table.h"
#include "bench/reproduce/reproduction.h"
#include "tabular/table.h"

namespace hwnas {

/// `seed`: of the experiment and of transfer, instead of its own. `finished`
/// may be null: nothing is kept.
///
/// Runs what a published table needs, into `results` (runs that it holds are
/// kept, so an interrupted reproduction goes on), and compares. Errors as
/// RunExperiment and MakeReport; kNotFound when the table lacks a metric;
/// kInterrupted.
Reproduction Reproduce(const PublishedTable& published,
                       std::shared_ptr<const Table> table, Results& results,
                       std::optional<uint64_t> seed, const RunOptions& options,
                       CellStore* finished = nullptr);

/// 64 hex digits over all that the cells of a reproduction depend on.
std::string ReproductionKey(const PublishedTable& published, const Table& table,
                            std::optional<uint64_t> seed);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_REPRODUCE_H_
