#ifndef HWNAS_BENCH_REPRODUCE_DRAWN_FIGURES_H_
#define HWNAS_BENCH_REPRODUCE_DRAWN_FIGURES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/reproduce/cell_store.h"
#include "bench/reproduce/published_table.h"
#include "tabular/table.h"

namespace hwnas {

/// The figures of rows of transfer and of predictors, draw by draw. A protocol
/// runs once on each split, a predictor once on each metric and number of
/// architectures, however many cells read from it. Draws of one number of
/// architectures are the same for all predictors.
class DrawnFigures {
 public:
  /// `seed`: instead of the file's own. `finished`, which may be null, keeps
  /// what was run; what it holds is not run again.
  DrawnFigures(const PublishedTable& published, const Table& table,
               std::optional<uint64_t> seed, CellStore* finished);

  /// Runs what the file's cells need, on `threads` threads; figures do not
  /// depend on their number. Errors as RunTransferStudy and EvaluatePredictor;
  /// kInterrupted once `stop`, where given, says so.
  void Run(int threads, const std::function<bool()>& stop);

  /// A cell's figure in each draw. Run() has been called.
  std::vector<double> Of(const PublishedRow& row,
                         const PublishedColumn& column) const;

 private:
  // What one study answers: figures by label, and how to read each.
  struct Study;
  std::vector<Study> Missing() const;

  const PublishedTable& published_;
  const Table& table_;
  std::optional<uint64_t> seed_;
  CellStore* finished_;
  std::map<std::string, std::vector<double>> drawn_;  // by label
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_DRAWN_FIGURES_H_
