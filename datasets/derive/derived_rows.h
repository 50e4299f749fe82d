#ifndef HWNAS_DATASETS_DERIVE_DERIVED_ROWS_H_
#define HWNAS_DATASETS_DERIVE_DERIVED_ROWS_H_

#include <string>
#include <vector>

#include "datasets/derive/compression_shard.h"
#include "datasets/derive/shard.h"
#include "datasets/measure/latency_file.h"

namespace hwnas::derive {

/// All that a folder of `hwnas derive` holds.
struct DerivedRows {
  std::vector<Shard> trainings;
  std::vector<CompressionShard> compressions;
  std::vector<LatencyFile> latencies;  // passes, of any number of machines
};

/// The files of a folder, by name: its shard files, those in `compression/`,
/// both complete and growing, and whole passes of `hwnas measure` in
/// `latency/`, if there are such. Errors: kNotFound when there is no shard
/// file, kCorrupt for a damaged one.
DerivedRows ReadDerivedRows(const std::string& folder);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_DERIVED_ROWS_H_
