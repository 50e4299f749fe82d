#ifndef HWNAS_DATASETS_COLUMN_SET_H_
#define HWNAS_DATASETS_COLUMN_SET_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "datasets/importer.h"

namespace hwnas {

/// The columns of one source while an import runs, by the texts of their
/// metrics; counts what is set.
class ColumnSet {
 public:
  ColumnSet(TableWriter& writer, const Source& source, ImportReport* report);

  /// How a column is made when its metric is first set.
  struct Traits {
    Origin origin = Origin::kMeasured;
    std::string note = {};
    bool prefer = false;
  };
  void Declare(const std::string& metric, const Traits& traits);

  void Set(const std::string& metric, std::string_view replicate, int64_t row,
           double value, std::optional<double> standard_deviation = {});
  void SetGap(const std::string& metric, std::string_view replicate,
              int64_t row, Missing reason);

 private:
  int64_t Id(const std::string& metric);

  TableWriter& writer_;
  std::string source_;
  ImportReport* report_;
  std::unordered_map<std::string, Traits> traits_;
  std::unordered_map<std::string, int64_t> ids_;
};

/// How a table describes what an importer brings: the rest follows from what
/// is known of the data set.
Source SourceOf(const DatasetInfo& info, std::string origin,
                std::string recipe = "");

/// Error(kUsage) unless the table is of this space; `what` is whose it is.
void CheckSpace(const TableWriter& writer, std::string_view space,
                std::string_view what);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_COLUMN_SET_H_
