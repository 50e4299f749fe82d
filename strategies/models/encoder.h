#ifndef HWNAS_STRATEGIES_MODELS_ENCODER_H_
#define HWNAS_STRATEGIES_MODELS_ENCODER_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "predictors/cell_paths.h"
#include "strategies/options.h"
#include "tabular/architecture.h"
#include "tabular/problem.h"

namespace hwnas {

enum class Encoding : uint8_t {
  kOneHot,    // a 0/1 for every choice of every active decision
  kOrdinal,   // a decision's position among its choices in [0, 1]; a 0/1 more
              // for each decision that is active
  kFeatures,  // the problem's feature columns (zero-cost scores, macs)
  kBoth,      // one-hot, then features
  kPaths,     // a 0/1 for every path through a cell, of spaces of cells
  kPathsAndFeatures,
};
OptionInfo EncodingOption();
/// Refuses an encoding by features where the problem has none, and one by paths
/// where the space has no cells.
Encoding ReadEncoding(const OptionReader& reader, const Problem& problem);

/// Architectures as numbers for a model. The problem outlives it.
class Encoder {
 public:
  Encoder(const Problem& problem, Encoding encoding);

  size_t Dims() const { return dims_; }

  /// Appends the row of an architecture. Features are raw here; a missing one
  /// is NaN until Standardise.
  void Append(const Architecture& architecture,
              std::vector<double>* rows) const;

  /// Learns mean and deviation of every feature column of training rows.
  void Learn(std::span<const double> rows);
  /// Brings feature columns to mean 0 and deviation 1 as learned; a missing
  /// feature becomes 0, the mean.
  void Standardise(std::span<double> rows) const;

 private:
  void AppendDecisions(const Architecture& architecture,
                       std::vector<double>* rows) const;

  const Problem* problem_;
  Encoding encoding_;
  bool features_;
  std::optional<CellPaths> paths_;
  size_t choices_ = 0;  // columns before the features'
  size_t dims_ = 0;
  std::vector<double> means_;
  std::vector<double> deviations_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_MODELS_ENCODER_H_
