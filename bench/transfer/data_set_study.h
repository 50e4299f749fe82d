#ifndef HWNAS_BENCH_TRANSFER_DATA_SET_STUDY_H_
#define HWNAS_BENCH_TRANSFER_DATA_SET_STUDY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/transfer/study_file.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/table.h"

namespace hwnas {

/// A way to order networks on a data set that was left out. What learns does
/// so from some networks, and orders others.
struct DataSetMethod {
  std::string name;
  bool learns = true;     // false: the order on the other data sets, as it is
  bool elsewhere = true;  // from their values on the other data sets
  bool descriptors = false;  // sees of which data set a row is (`dataset@1`)
  bool order = false;  // sees a network's mean rank on the other data sets
};

/// What one method makes of one data set that is left out.
struct DataSetFigure {
  size_t data_set = 0;
  size_t method = 0;
  uint64_t samples = 0;         // networks learnt from on the one left out
  std::vector<double> kendall;  // by draw; 0 where all are ordered alike
  Interval tau;                 // its mean, 95 % over draws
  Interval regret;              // of the best of the first `top`
  /// Differences of Kendall's tau, paired by draw: to the order on the other
  /// data sets, and to the same method without descriptors.
  std::optional<Interval> to_order;
  std::optional<Interval> to_blind;
};

/// What one draw read, by row of the table.
struct DataSetDraw {
  std::vector<uint32_t> learnt;  // samples are its first
  std::vector<uint32_t> judged;
};

struct DataSetStudy {
  std::vector<std::string> data_sets;  // names
  std::vector<std::string> units;      // of what is judged
  std::vector<DataSetMethod> methods;
  std::string predictor;
  std::string encodings;  // of architectures
  size_t networks = 0;    // connected, with all values
  uint64_t top = 0;
  std::vector<DataSetDraw> draws;
  /// By data set, method and samples. The order on other data sets has no
  /// samples; samples alone need some.
  std::vector<DataSetFigure> figures;

  /// nullptr where there is none.
  const DataSetFigure* Find(size_t data_set, size_t method,
                            uint64_t samples) const;
};

/// Leaves each data set out in turn. In each draw the networks learnt from are
/// drawn uniformly; judged are others, none of which is one network, or of one
/// class, with one learnt from (DrawSplit), the same for all methods. Values
/// learnt are ranks within their data set, from 0 to 1, so that levels of
/// accuracy do not matter. Samples are the first of the networks learnt from
/// in an order of their own. A network's rank on other data sets, as a feature,
/// never counts the data set that the row is of.
///
/// Means over replicates of preferred columns. `stop` is polled between fits:
/// Error(kInterrupted). Error(kNotFound): no such metric; Error(kUsage): fewer
/// connected networks than are learnt from and 100 more, a data set whose
/// values are all the same, or one whose images and classes are not known; else
/// as Fit and Encode.
DataSetStudy RunDataSetStudy(const Table& table, const DataSetStudySpec& spec,
                             const std::function<bool()>& stop = {});

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_DATA_SET_STUDY_H_
