#ifndef HWNAS_BENCH_REPRODUCE_CELL_STORE_H_
#define HWNAS_BENCH_REPRODUCE_CELL_STORE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/reproduce/reproduction.h"

namespace hwnas {

/// What is finished of a reproduction, so that an interrupted one goes on: rows
/// of cells, and the draws that others are read from.
class CellStore {
 public:
  virtual ~CellStore() = default;
  /// The cells of a row, if it is finished.
  virtual std::optional<std::vector<ReproducedCell>> Find(
      const std::string& row) const = 0;
  virtual void Add(const std::string& row,
                   const std::vector<ReproducedCell>& cells) = 0;
  /// Figures draw by draw, by label.
  virtual const std::map<std::string, std::vector<double>>& Draws() const = 0;
  virtual void AddDraws(const std::string& label,
                        const std::vector<double>& draws) = 0;
};
/// One in a file, made if it is not there; a torn or foreign line in it is as
/// if it were not there. Its cells hold for one published file, table, seed
/// and build: the path has to say so (see ReproductionKey). Error(kIo).
std::unique_ptr<CellStore> OpenCellStore(const std::string& path);
}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_CELL_STORE_H_
