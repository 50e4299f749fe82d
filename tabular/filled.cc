#include "tabular/filled.h"

#include <numeric>
#include <utility>

namespace hwnas {

size_t FilledColumn::Count() const {
  return std::accumulate(filled.begin(), filled.end(), size_t{0});
}

FilledColumn LoadFilled(const Table& table, const Metric& metric) {
  FilledColumn out;
  const auto own = table.LoadOrCompute(metric);
  const size_t rows = table.Rows();
  out.column = own;
  out.filled.assign(rows, 0);
  const Column* info = table.FindColumn(metric, kFilledSource);
  if (info == nullptr) return out;
  out.origin = info->origin;
  const auto other = table.Load(*info);
  if (own->Info().source == kFilledSource) {
    for (size_t row = 0; row < rows; ++row)
      out.filled[row] = own->Mean(row).Ok();
    return out;
  }
  const size_t replicates = own->Replicates();
  std::vector<double> values(replicates * rows);
  std::vector<uint8_t> missing(replicates * rows);
  std::vector<double> sd(replicates * rows);
  for (size_t row = 0; row < rows; ++row) {
    for (size_t r = 0; r < replicates; ++r) {
      const Value value = own->At(row, r);
      values[r * rows + row] = value.value;
      missing[r * rows + row] = static_cast<uint8_t>(value.missing);
      sd[r * rows + row] = own->StandardDeviation(row, r);
    }
    if (own->Mean(row).Ok()) continue;
    // 'Did not compile' may be a prediction too.
    const Value value = other->Mean(row);
    if (!value.Ok() && value.missing != Missing::kDidNotCompile) continue;
    values[row] = value.value;
    missing[row] = static_cast<uint8_t>(value.missing);
    sd[row] = other->StandardDeviation(row);
    out.filled[row] = value.Ok();
  }
  out.column = std::make_shared<DenseColumn>(
      own->Info(), rows, std::move(values), std::move(missing), std::move(sd));
  return out;
}

}  // namespace hwnas
