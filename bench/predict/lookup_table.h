#ifndef HWNAS_BENCH_PREDICT_LOOKUP_TABLE_H_
#define HWNAS_BENCH_PREDICT_LOOKUP_TABLE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "predictors/features.h"
#include "tabular/table.h"

namespace hwnas {

/// A layer of a table's (effective) networks, as the encoding `layers@1` names
/// it, and how many of the networks have it.
struct LayerUse {
  std::string name;
  LayerCost cost;
  size_t networks = 0;
};

/// Sorted by name. `quantity`: of which the layers are to be measured (its
/// data set's images). Error(kUsage) for a space without layers.
std::vector<LayerUse> TableLayers(const Table& table,
                                  const std::string& quantity);

/// How far whole-network values are from sums over layers.
struct Additivity {
  std::string platform;
  size_t layers = 0;    // that cost anything
  double constant = 0;  // what every network costs besides, in the unit
  size_t judged = 0;    // networks
  double kendall = 0;
  double spearman = 0;
  double median_error = 0;  // |sum - value| / value
  double tenth_error = 0;   // exceeded by a tenth of the networks
  double median_ratio = 0;  // sum / value: 1 where there is no bias
};

/// Fits a lookup table on `train` networks of each platform, by non-negative
/// least squares, and judges it on the others; no class or network is on both
/// sides. `platforms`: empty: all that have the quantity. `stop` is polled
/// between platforms. Errors as Fit; Error(kNotFound) for a platform without
/// values.
std::vector<Additivity> MeasureAdditivity(
    const Table& table, const std::string& quantity,
    const std::vector<std::string>& platforms, size_t train, uint64_t seed,
    const std::function<bool()>& stop = {});

/// A user's own lookup table: a CSV with the columns `layer` (a name of
/// TableLayers, or `constant`: what every network costs besides), `value` and,
/// unless `unit` names one for all, `unit`; optionally `sd`, the standard
/// deviation of the value. Every layer of the table's networks must have one
/// line.
struct LookupSpec {
  std::string csv;
  std::string platform;
  std::string quantity = "latency";
  std::string unit;
  std::string out;  // a copy of the table; empty: only judged
};

struct LookupReport {
  size_t layers = 0;
  size_t filled = 0;
  /// Against whole networks of the platform that the table has values of.
  std::optional<Additivity> measured;
  std::vector<std::string> warnings;
};

/// Reads it, judges it where the table has measured values of the platform,
/// and, with `out`, writes a copy of the table whose gaps (or, of a new
/// platform, all rows) are filled with the sums: origin lookup. Their standard
/// deviation is set from the residuals of measured networks where there are 20
/// or more, else from the CSV's, taken as errors of the layer; else none is
/// stated. Error(kCorrupt) "FILE:LINE: ..." for what is no such CSV.
LookupReport AddLookupTable(const Table& table, const LookupSpec& spec);

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_LOOKUP_TABLE_H_
