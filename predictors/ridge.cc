#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "predictors/predictor.h"
#include "predictors/residual_scale.h"
#include "predictors/scaling.h"
#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

using RowMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Ridge regression on standardised columns with an intercept that is not
// shrunk. Leave-one-out residuals are exact for centred values and columns.
class Ridge : public Predictor {
 public:
  explicit Ridge(const PredictorOptions& options)
      : lambda_(options.at("lambda")) {}

  std::string Id() const override { return "ridge@1"; }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t) override {
    scaling_.Fit(features.x);
    const Matrix scaled = scaling_.Apply(features.x);
    const Eigen::Map<const RowMatrix> x(scaled.values.data(), scaled.rows,
                                        scaled.cols);
    mean_ = Mean(values);
    const Eigen::VectorXd y =
        Eigen::Map<const Eigen::VectorXd>(values.data(), values.size())
            .array() -
        mean_;
    // Singular vectors on the smaller side.
    const bool dual = x.rows() <= x.cols();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(
        dual ? Eigen::MatrixXd(x * x.transpose())
             : Eigen::MatrixXd(x.transpose() * x));
    const Eigen::VectorXd w = eigen.eigenvalues().cwiseMax(0);
    const Eigen::MatrixXd& v = eigen.eigenvectors();
    const double scale = std::max(w.sum(), 1e-300) / double(x.rows());
    // Left singular vectors that carry weight.
    Eigen::MatrixXd u = v;
    const double least = 1e-10 * w.maxCoeff();
    if (!dual) {
      u = x * v;
      for (Eigen::Index k = 0; k < w.size(); ++k) {
        u.col(k) *= w[k] > least ? 1 / std::sqrt(w[k]) : 0;
      }
    }
    const Eigen::VectorXd uy = u.transpose() * y;
    double best = std::numeric_limits<double>::infinity();
    Eigen::VectorXd best_residual;
    double chosen = 0;
    for (int step = 0; step <= (lambda_ < 0 ? kSteps : 0); ++step) {
      const double l = lambda_ < 0 ? scale * std::pow(10.0, kFirst + 0.5 * step)
                                   : lambda_ * scale;
      Eigen::VectorXd keep(w.size());
      for (Eigen::Index k = 0; k < w.size(); ++k) {
        keep[k] = w[k] > least ? w[k] / (w[k] + l) : 0;
      }
      const Eigen::VectorXd fitted = u * keep.cwiseProduct(uy);
      const Eigen::VectorXd hat = u.cwiseAbs2() * keep;
      const Eigen::VectorXd residual =
          (y - fitted).array() /
          (1 - hat.array() - 1.0 / double(y.size())).max(1e-6);
      const double error = residual.squaredNorm();
      if (error >= best) continue;
      best = error;
      best_residual = residual;
      chosen = l;
    }
    Eigen::VectorXd gain(w.size());
    for (Eigen::Index k = 0; k < w.size(); ++k) {
      gain[k] = w[k] > least ? uy[k] / (w[k] + chosen) : 0;
      if (!dual) gain[k] *= std::sqrt(w[k]);
    }
    const Eigen::VectorXd coefficients =
        dual ? Eigen::VectorXd(x.transpose() * (v * gain))
             : Eigen::VectorXd(v * gain);
    coefficients_.assign(coefficients.begin(), coefficients.end());
    const Eigen::VectorXd held_out = (y - best_residual).array() + mean_;
    scale_.Fit({held_out.data(), values.size()},
               {best_residual.data(), values.size()});
  }

  Predictions DoPredict(const Features& features) const override {
    const Matrix scaled = scaling_.Apply(features.x);
    Predictions out;
    for (size_t r = 0; r < scaled.rows; ++r) {
      double sum = mean_;
      const auto row = scaled.Row(r);
      for (size_t c = 0; c < row.size(); ++c) sum += row[c] * coefficients_[c];
      out.mean.push_back(sum);
      out.sd.push_back(scale_.At(sum));
    }
    return out;
  }

  void DoWrite(ModelWriter& writer) const override {
    scaling_.Write(writer);
    writer.Put(mean_);
    writer.Put(std::span<const double>(coefficients_));
    scale_.Write(writer);
  }

  void DoRead(ModelReader& reader, size_t columns) override {
    scaling_.Read(reader, columns);
    mean_ = reader.Double();
    coefficients_ = reader.Doubles();
    reader.Require(coefficients_.size() == columns,
                   "it has another number of coefficients than columns");
    scale_.Read(reader);
  }

 private:
  static constexpr int kSteps = 16;
  static constexpr double kFirst = -5;

  double lambda_;
  ColumnScaling scaling_;
  double mean_ = 0;
  std::vector<double> coefficients_;
  ResidualScale scale_;
};

}  // namespace

PredictorInfo RidgeInfo() {
  return {"ridge",
          "linear regression, shrunk; lambda = 0 is ordinary least squares",
          "Hoerl and Kennard, Technometrics 1970",
          {{"lambda", -1, -1, 1e9,
            "penalty, in units of the columns' mean square sum; -1: the best "
            "of 17 by leave-one-out error"}}};
}

std::unique_ptr<Predictor> MakeRidge(const PredictorOptions& options) {
  return std::make_unique<Ridge>(options);
}

}  // namespace hwnas
