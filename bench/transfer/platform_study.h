#ifndef HWNAS_BENCH_TRANSFER_PLATFORM_STUDY_H_
#define HWNAS_BENCH_TRANSFER_PLATFORM_STUDY_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/transfer/platform_values.h"
#include "bench/transfer/study_file.h"
#include "tabular/table.h"

namespace hwnas {

/// What is known on platform `from`, used on platform `to`.
struct PlatformTransfer {
  size_t from = 0;
  size_t to = 0;
  /// Share of the hypervolume of to's own front (accuracy, cost) that is lost
  /// when from's front is taken instead, its costs as they are on `to`. The
  /// box is that of to's front, its reference 10 % beyond the nadir. Not below
  /// 0; 0 on the diagonal.
  double hypervolume_lost = 0;
  /// Of the architectures within to's limit, those that are within from's
  /// limit of the same quantile; mean over limits.
  double recall = 0;
  /// Share of limits at which the most accurate architecture within from's
  /// limit breaks to's.
  double broken = 0;
  /// Of the limits that it keeps: accuracy lost against to's own choice, and
  /// its rank among what is within to's limit (1: the best). nullopt when it
  /// breaks all.
  std::optional<double> accuracy_lost;
  std::optional<double> rank;
};

/// Means over pairs of settings, so that a device with many settings counts as
/// one. From a device to itself: over its pairs of different settings, where
/// it has several.
struct DeviceTransfer {
  size_t from = 0;
  size_t to = 0;
  double rho = 0;
  double hypervolume_lost = 0;
  double recall = 0;
  double broken = 0;
  std::optional<double> accuracy_lost;
  std::optional<double> rank;
};

/// A way to a front for a platform, without measuring every architecture there.
struct Remedy {
  std::string name;
  uint64_t measurements = 0;  // on the new platform
  std::vector<double> lost;   // hypervolume, by device, mean over its settings
};

struct PlatformStudy {
  std::string accuracy;  // the metric, completed
  std::string unit;      // of it
  std::string quantity;
  size_t architectures = 0;  // connected, with all values
  std::vector<std::string> devices;
  std::vector<StudySetting> settings;  // by device, batch, id
  /// Settings whose cost is the same for all: they order nothing.
  std::vector<size_t> constant;
  std::vector<double> rho;  // Spearman, settings x settings; 0 with a constant
  std::vector<size_t> front;                // size, by setting
  std::vector<PlatformTransfer> transfers;  // from x to, by setting
  std::vector<DeviceTransfer> device_transfers;
  /// Devices, largest cluster first; average linkage of 1 - mean rho, joined
  /// while the mean rho is at least the file's.
  std::vector<std::vector<size_t>> clusters;
  double cluster_at = 0;
  std::vector<Remedy> remedies;

  const PlatformTransfer& Transfer(size_t from, size_t to) const {
    return transfers[from * settings.size() + to];
  }
  /// nullptr: a device to itself that has one setting.
  const DeviceTransfer* Device(size_t from, size_t to) const;
};

/// Asks the table. Values are means over replicates of preferred columns;
/// architectures are those that are connected and have the accuracy and every
/// platform's cost. `stop` is polled: Error(kInterrupted). Error(kUsage): fewer
/// than two platforms or 100 architectures; Error(kNotFound): a platform
/// without that quantity.
PlatformStudy RunPlatformStudy(const Table& table,
                               const PlatformStudySpec& spec,
                               const std::function<bool()>& stop = {});

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_PLATFORM_STUDY_H_
