#include "predictors/scaling.h"

#include <cmath>

namespace hwnas {

void ColumnScaling::Fit(const Matrix& x) {
  mean_.assign(x.cols, 0);
  factor_.assign(x.cols, 0);
  const auto n = static_cast<double>(x.rows);
  for (size_t r = 0; r < x.rows; ++r) {
    for (size_t c = 0; c < x.cols; ++c) mean_[c] += x.Row(r)[c] / n;
  }
  for (size_t r = 0; r < x.rows; ++r) {
    for (size_t c = 0; c < x.cols; ++c) {
      const double d = x.Row(r)[c] - mean_[c];
      factor_[c] += d * d / n;
    }
  }
  for (size_t c = 0; c < x.cols; ++c) {
    const double sd = std::sqrt(factor_[c]);
    // Rounding leaves a little where a column is constant.
    factor_[c] = sd > 1e-9 * (std::abs(mean_[c]) + 1e-3) ? 1 / sd : 0;
  }
}

Matrix ColumnScaling::Apply(const Matrix& x) const {
  HWNAS_CHECK(x.cols == mean_.size());
  Matrix out(x.rows, x.cols);
  for (size_t r = 0; r < x.rows; ++r) {
    const auto from = x.Row(r);
    const auto to = out.Row(r);
    for (size_t c = 0; c < x.cols; ++c) {
      to[c] = (from[c] - mean_[c]) * factor_[c];
    }
  }
  return out;
}

void ColumnScaling::Write(ModelWriter& writer) const {
  writer.Put(std::span<const double>(mean_));
  writer.Put(std::span<const double>(factor_));
}

void ColumnScaling::Read(ModelReader& reader, size_t columns) {
  mean_ = reader.Doubles();
  factor_ = reader.Doubles();
  reader.Require(mean_.size() == columns && factor_.size() == columns,
                 "its scaling has another number of columns");
}

}  // namespace hwnas
