#include "bench/predict/table_features.h"

#include "bench/predict/evaluation.h"
#include "predictors/encoding.h"

namespace hwnas {

EncodedTable TableFeatures(const Table& table, const std::string& encodings,
                           const std::vector<std::string>& stored,
                           const std::string& dataset) {
  const size_t rows = table.Rows();
  EncodedTable out;
  out.complete.assign(rows, 1);
  std::vector<std::vector<double>> values;
  for (const std::string& text : stored) {
    const auto column = table.LoadOrCompute(Metric::Parse(text));
    std::vector<double>& own = values.emplace_back();
    for (size_t row = 0; row < rows; ++row) {
      const Value value = column->Mean(row);
      own.push_back(value.Ok() ? value.value : 0);
      if (!value.Ok()) out.complete[row] = 0;
    }
  }
  EncodingContext context;
  context.space = table.BaseSpace().get();
  NetworkInput input;
  if (FindNetworkInput(dataset, &input)) context.input = input;
  for (size_t i = 0; i < stored.size(); ++i) {
    context.stored.push_back({stored[i], values[i]});
  }
  std::vector<Architecture> all;
  for (size_t row = 0; row < rows; ++row) {
    all.push_back(table.ArchitectureAt(row));
  }
  out.features = Encode(encodings, context, all);
  out.features.groups = TableLeakGroups(table);
  return out;
}

}  // namespace hwnas
