#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "predictors/kernel.h"
#include "predictors/predictor.h"
#include "predictors/target_scale.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using RowMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr size_t kMostRows = 5000;
constexpr double kNormalQuantile = 1.6448536269514722;

Eigen::Map<const RowMatrix> Map(const Matrix& m) {
  return {m.values.data(), static_cast<Eigen::Index>(m.rows),
          static_cast<Eigen::Index>(m.cols)};
}

// Gaussian process regression (Rasmussen and Williams 2006, chapters 2, 5),
// with a kernel that chooses its own constants, so that nothing depends on a
// start. Error bars are scaled so that 90 % of the leave-one-out residuals are
// within theirs (section 5.4.2 gives those).
class GaussianProcess : public Predictor {
 public:
  explicit GaussianProcess(const PredictorOptions& options)
      : scores_(options.at("normal-scores") != 0),
        additive_(options.at("additive") != 0) {}

  std::string Id() const override { return "gaussian-process@2"; }
  size_t MinRows() const override { return 5; }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t) override {
    if (values.size() > kMostRows) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: {} values to learn from are more than {}; "
                              "take xgboost",
                              Id(), values.size(), kMostRows));
    }
    MakeKernel();
    kernel_->FitScale(features);
    x_ = kernel_->Scale(features.x);
    target_.Fit(values, scores_);
    y_.clear();
    for (const double value : values) y_.push_back(target_.Forward(value));
    noise_ = kernel_->Choose(x_, y_);
    widen_ = 1;
    Factorise();
    const auto n = static_cast<Eigen::Index>(y_.size());
    amplitude_ = Eigen::Map<const Eigen::VectorXd>(y_.data(), n).dot(weights_) /
                 double(n);
    Calibrate();
  }

  Predictions DoPredict(const Features& features) const override {
    const Matrix x = kernel_->Scale(features.x);
    Predictions out;
    constexpr size_t kBlock = 512;
    for (size_t begin = 0; begin < x.rows; begin += kBlock) {
      const size_t rows = std::min(kBlock, x.rows - begin);
      Matrix block(rows, x.cols);
      for (size_t i = 0; i < rows; ++i) {
        std::ranges::copy(x.Row(begin + i), block.Row(i).begin());
      }
      const Matrix between = kernel_->Between(x_, block);
      const Eigen::MatrixXd k = Map(between);
      const Eigen::VectorXd mean = k.transpose() * weights_;
      const Eigen::MatrixXd v = factor_.triangularView<Eigen::Lower>().solve(k);
      for (size_t i = 0; i < rows; ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        const double variance = std::max(
            kernel_->Self(block.Row(i)) - v.col(at).squaredNorm() + noise_,
            1e-12);
        const double sd = widen_ * std::sqrt(variance * amplitude_);
        out.mean.push_back(target_.Back(mean[at]));
        out.sd.push_back(target_.BackSd(mean[at], sd));
      }
    }
    return out;
  }

  void DoWrite(ModelWriter& writer) const override {
    writer.Put(uint64_t{additive_});
    kernel_->Write(writer);
    target_.Write(writer);
    writer.Put(x_);
    writer.Put(std::span<const double>(y_));
    for (const double v : {noise_, amplitude_, widen_}) writer.Put(v);
  }

  void DoRead(ModelReader& reader, size_t columns) override {
    additive_ = reader.U64() != 0;
    MakeKernel();
    kernel_->Read(reader, columns);
    target_.Read(reader);
    x_ = reader.ReadMatrix();
    y_ = reader.Doubles();
    for (double* v : {&noise_, &amplitude_, &widen_}) *v = reader.Double();
    reader.Require(x_.cols == columns && x_.rows == y_.size() &&
                       x_.rows <= kMostRows && x_.rows >= MinRows() &&
                       noise_ > 1e-9 && amplitude_ > 0 && widen_ > 0,
                   "its process makes no sense");
    Factorise();
  }

 private:
  void MakeKernel() {
    kernel_ = additive_ ? MakeAdditiveKernel() : MakeJointKernel();
  }

  void Factorise() {
    const Matrix own = kernel_->Between(x_, x_);
    Eigen::MatrixXd k = Map(own);
    k.diagonal().array() += noise_;
    const Eigen::LLT<Eigen::MatrixXd> llt(k);
    if (llt.info() != Eigen::Success) {
      throw Error(ErrorCode::kCorrupt,
                  "gaussian-process: the kernel is not positive definite; fit "
                  "the predictor again");
    }
    factor_ = llt.matrixL();
    weights_ = llt.solve(Eigen::Map<const Eigen::VectorXd>(
        y_.data(), static_cast<Eigen::Index>(y_.size())));
  }

  void Calibrate() {
    const auto n = static_cast<Eigen::Index>(y_.size());
    // The inverse of the lower factor is lower: what stands above it, zeros, is
    // not worked out.
    constexpr Eigen::Index kBlock = 128;
    std::vector<double> ratio;
    for (Eigen::Index begin = 0; begin < n; begin += kBlock) {
      const Eigen::Index rest = n - begin;
      const Eigen::Index columns = std::min(kBlock, rest);
      const Eigen::MatrixXd inverse =
          factor_.bottomRightCorner(rest, rest)
              .triangularView<Eigen::Lower>()
              .solve(Eigen::MatrixXd::Identity(rest, columns));
      for (Eigen::Index i = 0; i < columns; ++i) {
        const double precision = inverse.col(i).squaredNorm();
        ratio.push_back(std::abs(weights_[begin + i]) /
                        std::sqrt(precision * amplitude_));
      }
    }
    const auto count = static_cast<double>(n);
    const double level = std::min(0.9 * (count + 1) / count, 1.0);
    widen_ = std::max(Quantile(ratio, level) / kNormalQuantile, 1e-3);
  }

  bool scores_;
  bool additive_;
  std::unique_ptr<Kernel> kernel_;
  TargetScale target_;
  Matrix x_;
  std::vector<double> y_;
  double noise_ = 1;
  double amplitude_ = 1;
  double widen_ = 1;
  Eigen::MatrixXd factor_;
  Eigen::VectorXd weights_;
};

}  // namespace

PredictorInfo GaussianProcessInfo() {
  return {"gaussian-process",
          "Gaussian process with a squared-exponential and a linear kernel, or "
          "a sum of Matern kernels",
          "Rasmussen and Williams, Gaussian Processes for Machine Learning, "
          "2006",
          {{"normal-scores", 0, 0, 1,
            "1: model the values' normal scores, for values with a long tail "
            "(accuracies)"},
           {"additive", 0, 0, 1,
            "1: a kernel for each of the encodings joined, each with its own "
            "length and weight"}}};
}

std::unique_ptr<Predictor> MakeGaussianProcess(
    const PredictorOptions& options) {
  return std::make_unique<GaussianProcess>(options);
}

}  // namespace hwnas
