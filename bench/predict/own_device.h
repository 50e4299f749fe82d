#ifndef HWNAS_BENCH_PREDICT_OWN_DEVICE_H_
#define HWNAS_BENCH_PREDICT_OWN_DEVICE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/predict/fill.h"
#include "tabular/table.h"

namespace hwnas {

/// A user's measurements of a few architectures on a platform of their own.
struct OwnMeasurements {
  std::vector<uint32_t> rows;  // of the table
  std::vector<double> values;  // in the quantity's unit
};

/// Reads a CSV with the columns `architecture` (text form or published index),
/// `value` and, unless `unit` names one for all, `unit` (see UnitNames). Other
/// columns are ignored. Error(kCorrupt), or kNotFound for an architecture that
/// the table lacks, "FILE:LINE: ...": values that are not finite numbers above
/// 0, an architecture twice, units that do not fit; Error(kUsage) without a
/// unit.
OwnMeasurements ReadOwnMeasurements(const std::string& path, const Table& table,
                                    const std::string& quantity,
                                    const std::string& unit);

/// What a quantity's values may come in (times: s, ms, us, ns; energies: J,
/// mJ, uJ; else its own unit), and one of it in the quantity's own unit;
/// nullopt when it is none of them.
std::string UnitNames(const QuantityInfo& quantity);
std::optional<double> UnitFactor(const QuantityInfo& quantity,
                                 const std::string& unit);

/// Error(kUsage) where a metric could not name the platform.
void CheckPlatformName(const std::string& name);

/// What is done with them.
struct OwnDeviceSpec {
  std::string csv;
  std::string platform;  // new in the table
  std::string quantity = "latency";
  std::string unit;  // of all values; empty: the CSV has a column
  /// Platforms to learn from; empty: all whose values are there for nine
  /// tenths of the architectures at least.
  std::vector<std::string> sources;
  size_t source_architectures = 900;
  uint64_t seed = 1;
};

/// Rows worth measuring on a new platform, D-optimal ones of the connected
/// architectures that are learnt from; `csv`, `unit` and `platform` of the
/// specification may be empty. Errors as AddOwnDevice.
std::vector<uint32_t> SuggestMeasurements(const Table& table,
                                          const OwnDeviceSpec& spec,
                                          size_t count);

struct OwnDeviceReport {
  size_t measured = 0;
  size_t predicted = 0;
  std::vector<std::string> sources;
  double unit_factor = 1;  // not 1: values were converted
  /// Each measurement predicted from the others: how many lie in their 90 %
  /// interval, and the median of |error| / value. None below five.
  std::optional<size_t> held;
  std::optional<double> median_error;
  /// Of the predictions: median of standard deviation / mean.
  double median_spread = 0;
  std::vector<std::string> warnings;  // a line each
};

/// Writes a copy of the table to `out` with the platform added: the
/// measurements as a column of the source `own:PLATFORM`, origin measured, and
/// all other architectures as a column of the source kFilledSource, origin
/// predicted, with standard deviations. FewShot learns from
/// `source_architectures` drawn at random. Errors as ReadOwnMeasurements and
/// FewShot; Error(kUsage): `out` exists, the platform is in the table.
OwnDeviceReport AddOwnDevice(const Table& table, const std::string& out,
                             const OwnDeviceSpec& spec);

/// Writes a copy of a table to `out` with a filled column, the platform (when
/// new, as `platform` describes it), and `measured`, where there are any.
/// Error(kUsage) when `out` exists or the metric is filled already.
void WriteFilledCopy(const Table& table, const std::string& out,
                     const Platform& platform, const OwnMeasurements& measured,
                     const std::string& measured_origin,
                     const FilledValues& filled);

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_OWN_DEVICE_H_
