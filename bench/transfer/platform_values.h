#ifndef HWNAS_BENCH_TRANSFER_PLATFORM_VALUES_H_
#define HWNAS_BENCH_TRANSFER_PLATFORM_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "tabular/table.h"

namespace hwnas {

/// One platform: a setting of a device.
struct StudySetting {
  std::string id;
  size_t device = 0;  // of PlatformValues::devices
  int batch = 0;      // 0: not stated
};

/// Costs of the same architectures on several platforms, and their accuracy.
struct PlatformValues {
  Metric accuracy_metric;  // completed
  std::vector<std::string> devices;
  std::vector<StudySetting> settings;      // by device, batch, id
  std::vector<uint32_t> rows;              // of the table, ascending
  std::vector<double> accuracy;            // by row
  std::vector<std::vector<double>> costs;  // by setting, then row

  /// Means over each device's settings of a figure by setting.
  std::vector<double> ByDevice(const std::vector<double>& by_setting) const;
  /// Another metric of the same rows. Error(kNotFound) when there is none, or
  /// a row lacks it.
  std::vector<double> Other(const Table& table, const Metric& metric) const;
};

/// Reads `quantity` on the platforms (empty: all that have it) for the
/// architectures that are connected and have every value. Means over
/// replicates, of preferred columns. Error(kUsage): fewer than two platforms
/// or 100 architectures; Error(kNotFound): a platform without it.
PlatformValues LoadPlatformValues(const Table& table,
                                  const ObjectiveSpec& accuracy,
                                  const std::string& quantity,
                                  const std::vector<std::string>& platforms);

/// Indices, ascending, of the front of high accuracy and low cost.
std::vector<uint32_t> CostFront(const std::vector<double>& accuracy,
                                const std::vector<double>& cost);

/// Index of the most accurate whose cost is at most `limit`, the first of
/// equals; there must be one (HWNAS_CHECK).
uint32_t MostAccurateWithin(const std::vector<double>& accuracy,
                            const std::vector<double>& cost, double limit);

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_PLATFORM_VALUES_H_
