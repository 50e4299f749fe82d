#ifndef HWNAS_PREDICTORS_KERNEL_H_
#define HWNAS_PREDICTORS_KERNEL_H_

#include <memory>
#include <span>
#include <vector>

#include "predictors/features.h"
#include "predictors/model_file.h"

namespace hwnas {

/// A kernel of a Gaussian process, and how its constants are chosen. Noise and
/// amplitude are relative: values have covariance amplitude · (K + noise · I),
/// with the amplitude profiled out of the likelihood.
class Kernel {
 public:
  virtual ~Kernel() = default;

  /// Scales the columns by the rows given.
  virtual void FitScale(const Features& features) = 0;
  /// Rows as the kernel takes them.
  virtual Matrix Scale(const Matrix& raw) const = 0;
  /// Chooses the constants for scaled rows and their values by marginal
  /// likelihood, without a random start. Returns the noise.
  virtual double Choose(const Matrix& x, std::span<const double> y) = 0;
  /// A row for each of a's, a column for each of b's. Both are scaled.
  virtual Matrix Between(const Matrix& a, const Matrix& b) const = 0;
  /// Of a scaled row with itself.
  virtual double Self(std::span<const double> row) const = 0;

  virtual void Write(ModelWriter& writer) const = 0;
  virtual void Read(ModelReader& reader, size_t columns) = 0;
};

/// exp(-|x-x'|²/(2 l²)) + w x·x' on standardised columns divided by the square
/// root of their number. Length, w and noise: the best of a grid.
std::unique_ptr<Kernel> MakeJointKernel();

/// Σ_b w_b m(d_b / l_b) over the encodings b that the features are joined of:
/// m is Matérn's of smoothness 3/2, d_b the Euclidean distance in the
/// encoding's columns, divided so that rows have mean square length 1. Weights,
/// lengths and noise: by coordinate search, from weights and lengths 1 and
/// noise e^-2, of the likelihood times log-normal priors about those values of
/// deviation 0.7 (of at most 400 of the rows, evenly spaced).
std::unique_ptr<Kernel> MakeAdditiveKernel();

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_KERNEL_H_
