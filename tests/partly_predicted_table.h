#ifndef HWNAS_TESTS_PARTLY_PREDICTED_TABLE_H_
#define HWNAS_TESTS_PARTLY_PREDICTED_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "datasets/synthetic.h"
#include "tabular/filled.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"

namespace hwnas {

constexpr size_t kRowsMeasured = 10;

/// A part of the synthetic table in which ten rows have a latency on `mine`
/// and on `bare`, row by row 5, 6, ... ms; of `mine` the others are predicted,
/// going on like this. Returns how many rows there are.
inline size_t WritePartlyPredictedTable(const std::string& path) {
  SyntheticOptions options;
  options.every = 64;
  WriteSyntheticTable(path, options);
  std::vector<Architecture> rows;
  {
    const auto table = Table::Open(path);
    for (size_t row = 0; row < table->Rows(); ++row) {
      rows.push_back(table->ArchitectureAt(row));
    }
  }
  const auto writer = TableWriter::Open(path);
  for (const char* source : {"me", kFilledSource}) {
    Source added;
    added.name = source;
    writer->AddSource(added);
  }
  const auto add = [&](const std::string& platform, const char* source,
                       Origin origin, size_t count) {
    Platform added;
    added.id = added.device = platform;
    writer->AddPlatform(added);
    Column column;
    column.metric = CompleteMetric(Metric::Parse("latency@" + platform),
                                   writer->Info().defaults);
    column.source = source;
    column.origin = origin;
    const bool predicted = origin == Origin::kPredicted;
    if (predicted) column.predictor = "xgboost@1";
    const int64_t id = writer->AddColumn(column);
    for (size_t row = 0; row < count; ++row) {
      writer->Set(id, "", writer->AddArchitecture(rows[row]),
                  {5.0 + static_cast<double>(row), Missing::kNone},
                  predicted ? std::optional(1.0) : std::nullopt);
    }
  };
  add("mine", "me", Origin::kMeasured, kRowsMeasured);
  add("bare", "me", Origin::kMeasured, kRowsMeasured);
  add("mine", kFilledSource, Origin::kPredicted, rows.size());
  writer->Commit();
  return rows.size();
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_PARTLY_PREDICTED_TABLE_H_
