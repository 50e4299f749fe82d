#ifndef HWNAS_PREDICTORS_SCALING_H_
#define HWNAS_PREDICTORS_SCALING_H_

#include <vector>

#include "predictors/features.h"
#include "predictors/model_file.h"

namespace hwnas {

/// Centres columns and divides them by their standard deviation in the rows
/// fitted; columns that are constant there become 0.
class ColumnScaling {
 public:
  void Fit(const Matrix& x);
  Matrix Apply(const Matrix& x) const;
  void Write(ModelWriter& writer) const;
  void Read(ModelReader& reader, size_t columns);

 private:
  std::vector<double> mean_;
  std::vector<double> factor_;  // 0 for a constant column
};

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_SCALING_H_
