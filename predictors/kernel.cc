#include "predictors/kernel.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "predictors/scaling.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using RowMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMatrix> Map(const Matrix& m) {
  return {m.values.data(), static_cast<Eigen::Index>(m.rows),
          static_cast<Eigen::Index>(m.cols)};
}

Matrix ToMatrix(const Eigen::MatrixXd& from) {
  Matrix out(static_cast<size_t>(from.rows()),
             static_cast<size_t>(from.cols()));
  Eigen::Map<RowMatrix>(out.values.data(), from.rows(), from.cols()) = from;
  return out;
}

// Squared distances of two sets of rows, from their inner products.
Eigen::MatrixXd SquaredDistances(const Eigen::MatrixXd& dot,
                                 const Eigen::VectorXd& a,
                                 const Eigen::VectorXd& b) {
  Eigen::MatrixXd d = -2 * dot;
  d.colwise() += a;
  d.rowwise() += b.transpose();
  return d.cwiseMax(0);
}

class JointKernel : public Kernel {
 public:
  void FitScale(const Features& features) override { scaling_.Fit(features.x); }

  Matrix Scale(const Matrix& raw) const override {
    Matrix x = scaling_.Apply(raw);
    const double by = 1 / std::sqrt(static_cast<double>(x.cols));
    for (double& v : x.values) v *= by;
    return x;
  }

  double Choose(const Matrix& x, std::span<const double> values) override {
    constexpr double kLengths[] = {0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 3, 5};
    constexpr double kLinear[] = {0, 0.3, 3};
    constexpr int kNoiseSteps = 13;  // 10^-4 .. 10^0, in thirds
    const auto n = static_cast<Eigen::Index>(values.size());
    const Eigen::Map<const Eigen::VectorXd> y(values.data(), n);
    const Eigen::MatrixXd dot = Map(x) * Map(x).transpose();
    const Eigen::VectorXd norm = dot.diagonal();
    double best = -std::numeric_limits<double>::infinity();
    double chosen = 1;
    for (const double length : kLengths) {
      for (const double linear : kLinear) {
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(
            Of(dot, norm, norm, length, linear));
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
          chosen = noise;
        }
      }
    }
    return chosen;
  }

  Matrix Between(const Matrix& a, const Matrix& b) const override {
    return ToMatrix(Of(Map(a) * Map(b).transpose(),
                       Map(a).rowwise().squaredNorm(),
                       Map(b).rowwise().squaredNorm(), length_, linear_));
  }

  double Self(std::span<const double> row) const override {
    double square = 0;
    for (const double v : row) square += v * v;
    return 1 + linear_ * square;
  }

  void Write(ModelWriter& writer) const override {
    scaling_.Write(writer);
    writer.Put(length_);
    writer.Put(linear_);
  }

  void Read(ModelReader& reader, size_t columns) override {
    scaling_.Read(reader, columns);
    length_ = reader.Double();
    linear_ = reader.Double();
    reader.Require(length_ > 0 && linear_ >= 0, "its kernel makes no sense");
  }

 private:
  static Eigen::MatrixXd Of(const Eigen::MatrixXd& dot,
                            const Eigen::VectorXd& a, const Eigen::VectorXd& b,
                            double length, double linear) {
    const Eigen::MatrixXd d = SquaredDistances(dot, a, b);
    return ((-0.5 / (length * length)) * d.array()).exp().matrix() +
           linear * dot;
  }

  ColumnScaling scaling_;
  double length_ = 1;
  double linear_ = 0;
};

class AdditiveKernel : public Kernel {
 public:
  void FitScale(const Features& features) override {
    parts_ = features.parts.empty() ? std::vector<uint32_t>{0} : features.parts;
    const Matrix& x = features.x;
    const auto n = static_cast<double>(x.rows);
    mean_.assign(x.cols, 0);
    for (size_t r = 0; r < x.rows; ++r) {
      for (size_t c = 0; c < x.cols; ++c) mean_[c] += x.Row(r)[c] / n;
    }
    factor_.assign(parts_.size(), 0);
    for (size_t r = 0; r < x.rows; ++r) {
      for (size_t p = 0; p < parts_.size(); ++p) {
        for (size_t c = parts_[p]; c < End(p); ++c) {
          const double d = x.Row(r)[c] - mean_[c];
          factor_[p] += d * d / n;
        }
      }
    }
    // What is constant in the rows fitted says nothing.
    for (double& f : factor_) f = f > 1e-12 ? 1 / std::sqrt(f) : 0;
  }

  Matrix Scale(const Matrix& raw) const override {
    Matrix out = raw;
    for (size_t r = 0; r < out.rows; ++r) {
      const auto row = out.Row(r);
      for (size_t p = 0; p < parts_.size(); ++p) {
        for (size_t c = parts_[p]; c < End(p); ++c) {
          row[c] = (row[c] - mean_[c]) * factor_[p];
        }
      }
    }
    return out;
  }

  double Choose(const Matrix& x, std::span<const double> values) override {
    constexpr size_t kMostRows = 400;
    constexpr double kSteps[] = {1.5, 0.7, 0.35};
    constexpr int kSweeps = 3;
    constexpr double kFarthest = 8;
    constexpr double kLeastGain = 1e-3;
    const size_t n = std::min(values.size(), kMostRows);
    Matrix rows(n, x.cols);
    Eigen::VectorXd y(static_cast<Eigen::Index>(n));
    for (size_t i = 0; i < n; ++i) {
      const size_t from = i * values.size() / n;
      std::ranges::copy(x.Row(from), rows.Row(i).begin());
      y[static_cast<Eigen::Index>(i)] = values[from];
    }
    const std::vector<Eigen::MatrixXd> distances = Distances(rows, rows);
    // Logarithms of weights, lengths and noise.
    const size_t parts = parts_.size();
    std::vector<double> prior(2 * parts + 1, 0);
    prior.back() = -2;
    std::vector<double> at = prior;
    double best = Posterior(distances, y, at, prior);
    for (const double step : kSteps) {
      for (int sweep = 0; sweep < kSweeps; ++sweep) {
        bool moved = false;
        for (size_t i = 0; i < at.size(); ++i) {
          for (const double by : {step, -step}) {
            while (true) {
              std::vector<double> next = at;
              next[i] += by;
              if (std::abs(next[i]) > kFarthest) break;
              const double value = Posterior(distances, y, next, prior);
              if (value <= best + kLeastGain) break;
              best = value;
              at = std::move(next);
              moved = true;
            }
          }
        }
        if (!moved) break;
      }
    }
    Take(at);
    return std::exp(at.back());
  }

  Matrix Between(const Matrix& a, const Matrix& b) const override {
    return ToMatrix(Of(Distances(a, b), weights_, lengths_));
  }

  double Self(std::span<const double>) const override {
    double sum = 0;
    for (const double w : weights_) sum += w;
    return sum;
  }

  void Write(ModelWriter& writer) const override {
    writer.Put(std::span<const uint32_t>(parts_));
    writer.Put(std::span<const double>(mean_));
    writer.Put(std::span<const double>(factor_));
    writer.Put(std::span<const double>(weights_));
    writer.Put(std::span<const double>(lengths_));
  }

  void Read(ModelReader& reader, size_t columns) override {
    parts_ = reader.U32s();
    mean_ = reader.Doubles();
    factor_ = reader.Doubles();
    weights_ = reader.Doubles();
    lengths_ = reader.Doubles();
    const auto positive = [](const std::vector<double>& v) {
      return std::ranges::all_of(v, [](double d) { return d > 0; });
    };
    reader.Require(
        mean_.size() == columns && !parts_.empty() && parts_[0] == 0 &&
            std::is_sorted(parts_.begin(), parts_.end()) &&
            parts_.back() <= columns && factor_.size() == parts_.size() &&
            weights_.size() == parts_.size() &&
            lengths_.size() == parts_.size() && positive(weights_) &&
            positive(lengths_),
        "its kernel makes no sense");
  }

 private:
  size_t End(size_t part) const {
    return part + 1 < parts_.size() ? parts_[part + 1] : mean_.size();
  }

  std::vector<Eigen::MatrixXd> Distances(const Matrix& a,
                                         const Matrix& b) const {
    std::vector<Eigen::MatrixXd> out;
    for (size_t p = 0; p < parts_.size(); ++p) {
      const auto begin = static_cast<Eigen::Index>(parts_[p]);
      const auto count = static_cast<Eigen::Index>(End(p)) - begin;
      const auto of_a = Map(a).middleCols(begin, count);
      const auto of_b = Map(b).middleCols(begin, count);
      out.push_back(SquaredDistances(of_a * of_b.transpose(),
                                     of_a.rowwise().squaredNorm(),
                                     of_b.rowwise().squaredNorm())
                        .cwiseSqrt());
    }
    return out;
  }

  static Eigen::MatrixXd Of(const std::vector<Eigen::MatrixXd>& distances,
                            std::span<const double> weights,
                            std::span<const double> lengths) {
    Eigen::MatrixXd k =
        Eigen::MatrixXd::Zero(distances[0].rows(), distances[0].cols());
    for (size_t p = 0; p < distances.size(); ++p) {
      const Eigen::ArrayXXd s =
          (std::sqrt(3.0) / lengths[p]) * distances[p].array();
      k.array() += weights[p] * (1 + s) * (-s).exp();
    }
    return k;
  }

  void Take(const std::vector<double>& at) {
    const size_t parts = parts_.size();
    weights_.clear();
    lengths_.clear();
    for (size_t p = 0; p < parts; ++p) {
      weights_.push_back(std::exp(at[p]));
      lengths_.push_back(std::exp(at[parts + p]));
    }
  }

  // Log marginal likelihood and log prior, up to constants.
  double Posterior(const std::vector<Eigen::MatrixXd>& distances,
                   const Eigen::VectorXd& y, const std::vector<double>& at,
                   const std::vector<double>& prior) {
    constexpr double kDeviation = 0.7;
    Take(at);
    Eigen::MatrixXd k = Of(distances, weights_, lengths_);
    k.diagonal().array() += std::exp(at.back());
    const Eigen::LLT<Eigen::MatrixXd> llt(k);
    if (llt.info() != Eigen::Success) {
      return -std::numeric_limits<double>::infinity();
    }
    const auto n = static_cast<double>(y.size());
    const double square = y.dot(llt.solve(y));
    const Eigen::MatrixXd factor = llt.matrixL();
    double value =
        -factor.diagonal().array().log().sum() - 0.5 * n * std::log(square / n);
    for (size_t i = 0; i < at.size(); ++i) {
      const double off = (at[i] - prior[i]) / kDeviation;
      value -= 0.5 * off * off;
    }
    return value;
  }

  std::vector<uint32_t> parts_;  // first column of each encoding
  std::vector<double> mean_;     // of each column
  std::vector<double> factor_;   // of each encoding
  std::vector<double> weights_;
  std::vector<double> lengths_;
};

}  // namespace

std::unique_ptr<Kernel> MakeJointKernel() {
  return std::make_unique<JointKernel>();
}

std::unique_ptr<Kernel> MakeAdditiveKernel() {
  return std::make_unique<AdditiveKernel>();
}

}  // namespace hwnas
