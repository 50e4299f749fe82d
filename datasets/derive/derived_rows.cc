#include "datasets/derive/derived_rows.h"

#include "datasets/file_reader.h"

namespace hwnas::derive {
DerivedRows ReadDerivedRows(const std::string& folder) {
  DerivedRows rows;
  rows.trainings = ReadShards(folder);
  for (const std::string& path : RowFiles(folder + "/compression")) {
    rows.compressions.push_back(CompressionShard::Parse(
        ReadWholeFile(path, kLargestShard), path, path.ends_with(".part")));
  }
  for (const std::string& path : RowFiles(folder + "/latency")) {
    if (path.ends_with(".part")) continue;  // a journal
    rows.latencies.push_back(
        ParseLatencyFile(ReadWholeFile(path, kLargestShard), path));
  }
  return rows;
}

}  // namespace hwnas::derive
