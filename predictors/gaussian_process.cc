#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "predictors/predictor.h"
#include "predictors/scaling.h"
#include "predictors/target_scale.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using RowMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr size_t kMostRows = 5000;
constexpr double kLengths[] = {0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 3, 5};
constexpr double kLinear[] = {0, 0.3, 3};
constexpr double kNoiseSteps = 13;  // 10^-4 .. 10^0, in thirds
constexpr double kNormalQuantile = 1.6448536269514722;

// Gaussian process regression (Rasmussen and Williams 2006, chapters 2, 5):
// kernel exp(-|x-x'|²/(2 l²)) + w x·x' on standardised columns divided by the
// square root of their number, noise, amplitude profiled out. Length, w and
// noise: the best of a grid by marginal likelihood, so that nothing depends on
// a start or an optimiser. Error bars are scaled so that 90 % of the
// leave-one-out residuals are within theirs (section 5.4.2 gives those).
class GaussianProcess : public Predictor {
 public:
  explicit GaussianProcess(const PredictorOptions& options)
      : scores_(options.at("normal-scores") != 0) {}

  std::string Id() const override { return "gaussian-process@1"; }
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
    scaling_.Fit(features.x);
    x_ = Scale(features.x);
    target_.Fit(values, scores_);
    y_.clear();
    for (const double value : values) y_.push_back(target_.Forward(value));
    Choose();
    widen_ = 1;
    Factorise();
    Calibrate();
  }

  Predictions DoPredict(const Features& features) const override {
    const Matrix x = Scale(features.x);
    Predictions out;
    constexpr size_t kBlock = 512;
    for (size_t begin = 0; begin < x.rows; begin += kBlock) {
      const size_t rows = std::min(kBlock, x.rows - begin);
      const Eigen::MatrixXd k = Kernel(Map(x_), Map(x).middleRows(begin, rows));
      const Eigen::VectorXd mean = k.transpose() * weights_;
      const Eigen::MatrixXd v = factor_.triangularView<Eigen::Lower>().solve(k);
      for (size_t i = 0; i < rows; ++i) {
        const double self = 1 + linear_ * Map(x).row(begin + i).squaredNorm();
        const double variance =
            std::max(self - v.col(i).squaredNorm() + noise_, 1e-12);
        const double sd = widen_ * std::sqrt(variance * amplitude_);
        out.mean.push_back(target_.Back(mean[i]));
        out.sd.push_back(target_.BackSd(mean[i], sd));
      }
    }
    return out;
  }

  void DoWrite(ModelWriter& writer) const override {
    scaling_.Write(writer);
    target_.Write(writer);
    writer.Put(x_);
    writer.Put(std::span<const double>(y_));
    for (const double v : {length_, linear_, noise_, amplitude_, widen_}) {
      writer.Put(v);
    }
  }

  void DoRead(ModelReader& reader, size_t columns) override {
    scaling_.Read(reader, columns);
    target_.Read(reader);
    x_ = reader.ReadMatrix();
    y_ = reader.Doubles();
    for (double* v : {&length_, &linear_, &noise_, &amplitude_, &widen_}) {
      *v = reader.Double();
    }
    reader.Require(x_.cols == columns && x_.rows == y_.size() &&
                       x_.rows <= kMostRows && x_.rows >= MinRows() &&
                       length_ > 0 && linear_ >= 0 && noise_ > 1e-9 &&
                       amplitude_ > 0 && widen_ > 0,
                   "its process makes no sense");
    Factorise();
  }

 private:
  static Eigen::Map<const RowMatrix> Map(const Matrix& m) {
    return {m.values.data(), static_cast<Eigen::Index>(m.rows),
            static_cast<Eigen::Index>(m.cols)};
  }

  Matrix Scale(const Matrix& raw) const {
    Matrix x = scaling_.Apply(raw);
    const double by = 1 / std::sqrt(static_cast<double>(x.cols));
    for (double& v : x.values) v *= by;
    return x;
  }

  template <typename A, typename B>
  Eigen::MatrixXd Kernel(const A& a, const B& b) const {
    return KernelOf(a * b.transpose(), a.rowwise().squaredNorm(),
                    b.rowwise().squaredNorm(), length_, linear_);
  }

  static Eigen::MatrixXd KernelOf(const Eigen::MatrixXd& dot,
                                  const Eigen::VectorXd& a,
                                  const Eigen::VectorXd& b, double length,
                                  double linear) {
    Eigen::MatrixXd k = -2 * dot;
    k.colwise() += a;
    k.rowwise() += b.transpose();
    k = (k.cwiseMax(0) * (-0.5 / (length * length))).array().exp();
    return k + linear * dot;
  }

  void Choose() {
    const auto n = static_cast<Eigen::Index>(y_.size());
    const Eigen::Map<const Eigen::VectorXd> y(y_.data(), n);
    const Eigen::MatrixXd dot = Map(x_) * Map(x_).transpose();
    const Eigen::VectorXd norm = dot.diagonal();
    double best = -std::numeric_limits<double>::infinity();
    for (const double length : kLengths) {
      for (const double linear : kLinear) {
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(
            KernelOf(dot, norm, norm, length, linear));
        const Eigen::VectorXd uy = eigen.eigenvectors().transpose() * y;
        for (int step = 0; step < kNoiseSteps; ++step) {
          const double noise = std::pow(10.0, -4 + step / 3.0);
          const Eigen::ArrayXd w = eigen.eigenvalues().array().max(0) + noise;
          const double amplitude = (uy.array().square() / w).sum() / double(n);
          const double likelihood =
              -0.5 * (w.log().sum() + double(n) * std::log(amplitude));
          if (likelihood <= best) continue;
          best = likelihood;
          length_ = length;
          linear_ = linear;
          noise_ = noise;
          amplitude_ = amplitude;
        }
      }
    }
  }

  void Factorise() {
    Eigen::MatrixXd k = Kernel(Map(x_), Map(x_));
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
    const Eigen::MatrixXd inverse =
        factor_.triangularView<Eigen::Lower>().solve(
            Eigen::MatrixXd::Identity(n, n));
    std::vector<double> ratio;
    for (Eigen::Index i = 0; i < n; ++i) {
      const double precision = inverse.col(i).squaredNorm();
      ratio.push_back(std::abs(weights_[i]) /
                      std::sqrt(precision * amplitude_));
    }
    const auto count = static_cast<double>(n);
    const double level = std::min(0.9 * (count + 1) / count, 1.0);
    widen_ = std::max(Quantile(ratio, level) / kNormalQuantile, 1e-3);
  }

  bool scores_;
  ColumnScaling scaling_;
  TargetScale target_;
  Matrix x_;
  std::vector<double> y_;
  double length_ = 1;
  double linear_ = 0;
  double noise_ = 1;
  double amplitude_ = 1;
  double widen_ = 1;
  Eigen::MatrixXd factor_;
  Eigen::VectorXd weights_;
};

}  // namespace

PredictorInfo GaussianProcessInfo() {
  return {"gaussian-process",
          "Gaussian process with a squared-exponential and a linear kernel",
          "Rasmussen and Williams, Gaussian Processes for Machine Learning, "
          "2006",
          {{"normal-scores", 0, 0, 1,
            "1: model the values' normal scores, for values with a long tail "
            "(accuracies)"}}};
}

std::unique_ptr<Predictor> MakeGaussianProcess(
    const PredictorOptions& options) {
  return std::make_unique<GaussianProcess>(options);
}

}  // namespace hwnas
