#include "bench/predict/table_features.h"

#include <cmath>
#include <limits>

#include "bench/predict/evaluation.h"
#include "predictors/encoding.h"

namespace hwnas {
namespace {

constexpr double kBelowAll = -std::numeric_limits<double>::infinity();

}  // namespace

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
      const bool disconnected = value.missing == Missing::kDisconnected;
      own.push_back(value.Ok() ? value.value : disconnected ? kBelowAll : 0);
      if (!value.Ok() && !disconnected) out.complete[row] = 0;
    }
  }
  EncodingContext context;
  context.space = table.BaseSpace().get();
  NetworkInput input;
  if (FindNetworkInput(dataset, &input)) context.inputs = {input};
  for (size_t i = 0; i < stored.size(); ++i) {
    context.stored.push_back({stored[i], values[i]});
  }
  std::vector<Architecture> all;
  for (size_t row = 0; row < rows; ++row) {
    all.push_back(table.ArchitectureAt(row));
  }
  out.features = Encode(encodings, context, all);
  for (size_t row = 0; row < rows; ++row) {
    for (double& value : out.features.x.Row(row)) {
      if (std::isfinite(value)) continue;
      value = 0;
      out.complete[row] = 0;
    }
  }
  out.features.groups = TableLeakGroups(table);
  return out;
}

}  // namespace hwnas
