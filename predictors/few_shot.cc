#include "predictors/few_shot.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tabular/error.h"

namespace hwnas {
namespace {

using RowMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::Index;

constexpr size_t kBlocks = 4;  // of features, at most
constexpr size_t kAll = kBlocks + 2;
constexpr size_t kLeastSources = 10;
constexpr size_t kLeastSamples = 3;

// Weights of the blocks (mean, deviations, one-hot, structure, operations,
// costs) and noise by which samples are chosen, relative to the intercept's
// variance 1.
constexpr double kDesign[kAll] = {1, 1, 0.1, 0.1, 0.3, 0.3};
constexpr double kDesignNoise = 0.1;
// What is averaged over.
constexpr double kMeanWeight = 1;
constexpr double kDeviation[] = {0.1, 0.3, 1, 3};
constexpr double kOneHot[] = {0.03, 0.1, 0.3, 1};
constexpr double kStructure = 0.03;
constexpr double kOperations[] = {0.03, 0.3, 1, 3};
constexpr double kCosts[] = {0.03, 0.3, 1};
constexpr double kNoise[] = {0.03, 0.1, 0.3, 1};

Eigen::Map<const RowMatrix> Map(const Matrix& m) {
  return {m.values.data(), static_cast<Index>(m.rows),
          static_cast<Index>(m.cols)};
}

Eigen::Map<RowMatrix> Map(Matrix& m) {
  return {m.values.data(), static_cast<Index>(m.rows),
          static_cast<Index>(m.cols)};
}

// Columns centred, rows of mean square length 1.
Matrix Normalised(const Matrix& raw) {
  Matrix out = raw;
  auto m = Map(out);
  m.rowwise() -= m.colwise().mean().eval();
  const double square = m.rowwise().squaredNorm().mean();
  if (square > 0) m /= std::sqrt(square);
  return out;
}

// Columns of standard deviation 1, so that none rules by its unit.
Matrix Standardised(const Matrix& raw) {
  Matrix out = raw;
  auto m = Map(out);
  for (Index c = 0; c < m.cols(); ++c) {
    const double mean = m.col(c).mean();
    const double sd = std::sqrt((m.col(c).array() - mean).square().mean());
    if (sd > 1e-9 * std::abs(mean)) m.col(c) /= sd;
  }
  return out;
}

void CheckValues(std::span<const double> values, size_t least,
                 const char* whose) {
  if (values.size() < least) {
    throw Error(ErrorCode::kUsage,
                fmt::format("transfer: {} values of {} are too few; at least "
                            "{} are needed",
                            values.size(), whose, least));
  }
  for (const double v : values) {
    if (!std::isfinite(v)) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("transfer: a value of {} is not a finite "
                              "number; leave it out",
                              whose));
    }
  }
  if (std::ranges::all_of(values, [&](double v) { return v == values[0]; })) {
    throw Error(ErrorCode::kUsage,
                fmt::format("transfer: all values of {} are {}; there is "
                            "nothing to learn",
                            whose, values[0]));
  }
}

double StandardDeviationOf(const Eigen::VectorXd& v) {
  return std::sqrt((v.array() - v.mean()).square().mean());
}

// Ridge from `x` to each of the standardised `y`, each with its own penalty by
// leave-one-out; the answers for all rows of `all`.
Eigen::MatrixXd PredictSources(const Eigen::MatrixXd& x,
                               const Eigen::MatrixXd& y, const RowMatrix& all) {
  constexpr double kFirst = -3;
  constexpr int kSteps = 7;
  const Eigen::RowVectorXd centre = x.colwise().mean();
  const Eigen::MatrixXd xc = x.rowwise() - centre;
  const bool dual = x.rows() <= x.cols();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(
      dual ? Eigen::MatrixXd(xc * xc.transpose())
           : Eigen::MatrixXd(xc.transpose() * xc));
  const Eigen::VectorXd w = eigen.eigenvalues().cwiseMax(0);
  const double scale = w.sum() / double(x.rows());
  const double least = 1e-10 * w.maxCoeff();
  Eigen::MatrixXd u = eigen.eigenvectors();
  if (!dual) {
    u = xc * u;
    for (Index k = 0; k < w.size(); ++k) {
      u.col(k) *= w[k] > least ? 1 / std::sqrt(w[k]) : 0;
    }
  }
  const Eigen::MatrixXd uy = u.transpose() * y;
  const Eigen::MatrixXd u2 = u.cwiseAbs2();
  Eigen::MatrixXd gain = Eigen::MatrixXd::Zero(w.size(), y.cols());
  Eigen::VectorXd best = Eigen::VectorXd::Constant(
      y.cols(), std::numeric_limits<double>::infinity());
  for (int step = 0; step < kSteps; ++step) {
    const double l = scale * std::pow(10.0, kFirst + step);
    const Eigen::VectorXd keep =
        w.unaryExpr([&](double v) { return v > least ? v / (v + l) : 0.0; });
    const Eigen::ArrayXd rest =
        (1 - (u2 * keep).array() - 1.0 / double(x.rows())).max(1e-6);
    const Eigen::MatrixXd fitted = u * (keep.asDiagonal() * uy);
    for (Index d = 0; d < y.cols(); ++d) {
      const double error =
          ((y.col(d) - fitted.col(d)).array() / rest).square().sum();
      if (error >= best[d]) continue;
      best[d] = error;
      gain.col(d) = keep.cwiseProduct(uy.col(d));
    }
  }
  // Coefficients: X'U W^-1 gain, or V W^-1/2 gain.
  Eigen::MatrixXd coefficients;
  for (Index k = 0; k < w.size(); ++k) {
    gain.row(k) *= w[k] > least ? (dual ? 1 / w[k] : 1 / std::sqrt(w[k])) : 0;
  }
  if (dual) {
    coefficients = xc.transpose() * (u * gain);
  } else {
    coefficients = eigen.eigenvectors() * gain;
  }
  return (all * coefficients).rowwise() - centre * coefficients;
}

}  // namespace

Sampler ParseSampler(std::string_view name) {
  std::vector<std::string> known;
  for (const Sampler s : {Sampler::kRandom, Sampler::kDiverse,
                          Sampler::kDOptimal, Sampler::kFixed}) {
    if (name == SamplerName(s)) return s;
    known.emplace_back(SamplerName(s));
  }
  FailUnknown("sampler", name, known);
}

const char* SamplerName(Sampler sampler) {
  switch (sampler) {
    case Sampler::kRandom:
      return "random";
    case Sampler::kDiverse:
      return "diverse";
    case Sampler::kDOptimal:
      return "d-optimal";
    case Sampler::kFixed:
      return "fixed";
  }
  return "";
}

FewShot::FewShot(std::span<const Features> blocks,
                 std::span<const uint32_t> rows,
                 std::span<const std::vector<double>> values) {
  HWNAS_CHECK(blocks.size() + 1 >= kBlocks && blocks.size() <= kBlocks &&
              !values.empty());
  rows_ = blocks[0].Rows();
  std::vector<Matrix> features;
  size_t columns = 0;
  for (const Features& block : blocks) {
    HWNAS_CHECK(block.Rows() == rows_);
    features.push_back(Normalised(
        features.size() + 1 == kBlocks ? Standardised(block.x) : block.x));
    columns += block.Columns();
  }
  RowMatrix all(static_cast<Index>(rows_), static_cast<Index>(columns));
  Index at = 0;
  for (const Matrix& block : features) {
    all.middleCols(at, static_cast<Index>(block.cols)) = Map(block);
    at += static_cast<Index>(block.cols);
  }
  const auto n = static_cast<Index>(rows.size());
  const auto devices = static_cast<Index>(values.size());
  Eigen::MatrixXd x(n, all.cols());
  for (Index i = 0; i < n; ++i) {
    HWNAS_CHECK(rows[static_cast<size_t>(i)] < rows_);
    x.row(i) = all.row(rows[static_cast<size_t>(i)]);
  }
  Eigen::MatrixXd y(n, devices);
  for (Index d = 0; d < devices; ++d) {
    const std::vector<double>& v = values[static_cast<size_t>(d)];
    HWNAS_CHECK(v.size() == rows.size());
    CheckValues(v, kLeastSources, "a source platform");
    y.col(d) = Eigen::Map<const Eigen::VectorXd>(v.data(), n);
    y.col(d).array() -= y.col(d).mean();
    y.col(d) /= StandardDeviationOf(y.col(d));
  }
  Eigen::MatrixXd sources = PredictSources(x, y, all);
  // Standardised on the source architectures.
  for (Index d = 0; d < devices; ++d) {
    Eigen::VectorXd there(n);
    for (Index i = 0; i < n; ++i) {
      there[i] = sources(rows[static_cast<size_t>(i)], d);
    }
    const double sd = std::max(StandardDeviationOf(there), 1e-9);
    sources.col(d) = (sources.col(d).array() - there.mean()) / sd;
  }
  Matrix mean(rows_, 1);
  Matrix deviations(rows_, values.size());
  Map(mean) = sources.rowwise().mean();
  Map(deviations) = (sources.colwise() - sources.rowwise().mean()) /
                    std::sqrt(double(devices));
  blocks_.push_back(std::move(mean));
  blocks_.push_back(std::move(deviations));
  for (Matrix& block : features) blocks_.push_back(std::move(block));
}

std::vector<uint32_t> FewShot::Choose(Sampler sampler, size_t count,
                                      std::span<const uint32_t> candidates,
                                      Rng& rng) const {
  const size_t n = candidates.size();
  if (count > n) {
    throw Error(ErrorCode::kUsage,
                fmt::format("transfer: {} samples are wanted of {} "
                            "architectures; ask for fewer",
                            count, n));
  }
  std::vector<uint32_t> chosen;
  if (sampler == Sampler::kFixed) {
    chosen.assign(candidates.begin(),
                  candidates.begin() + static_cast<long>(count));
    return chosen;
  }
  if (sampler == Sampler::kRandom) {
    std::vector<uint32_t> pool(candidates.begin(), candidates.end());
    for (size_t k = 0; k < count; ++k) {
      std::swap(pool[k], pool[k + rng.Below(n - k)]);
      chosen.push_back(pool[k]);
    }
    return chosen;
  }
  const auto rows = static_cast<Index>(n);
  size_t columns = 1;
  for (const Matrix& block : blocks_) columns += block.cols;
  RowMatrix g = RowMatrix::Ones(rows, static_cast<Index>(columns));
  for (Index i = 0; i < rows; ++i) {
    Index at = 1;
    for (size_t b = 0; b < blocks_.size(); ++b) {
      const auto row = blocks_[b].Row(candidates[static_cast<size_t>(i)]);
      for (const double v : row) g(i, at++) = v * std::sqrt(kDesign[b]);
    }
  }
  Eigen::VectorXd gain = g.rowwise().squaredNorm();
  if (sampler == Sampler::kDiverse) {
    gain.setConstant(std::numeric_limits<double>::infinity());
    Index next = static_cast<Index>(rng.Below(n));
    for (size_t k = 0; k < count; ++k) {
      if (k > 0) gain.maxCoeff(&next);
      chosen.push_back(candidates[static_cast<size_t>(next)]);
      gain = gain.cwiseMin((g.rowwise() - g.row(next)).rowwise().squaredNorm());
      gain[next] = -1;
    }
    return chosen;
  }
  RowMatrix factor(static_cast<Index>(count), rows);
  for (Index k = 0; k < static_cast<Index>(count); ++k) {
    Index next = 0;
    gain.maxCoeff(&next);
    chosen.push_back(candidates[static_cast<size_t>(next)]);
    const Eigen::VectorXd covariance =
        g * g.row(next).transpose() -
        factor.topRows(k).transpose() * factor.col(next).head(k);
    factor.row(k) =
        covariance.transpose() / std::sqrt(gain[next] + kDesignNoise);
    gain -= factor.row(k).cwiseAbs2().transpose();
    gain[next] = -1;  // not twice
  }
  return chosen;
}

Predictions FewShot::Adapt(std::span<const uint32_t> rows,
                           std::span<const double> values) const {
  HWNAS_CHECK(rows.size() == values.size());
  CheckValues(values, kLeastSamples, "the target");
  const auto n = static_cast<Index>(rows.size());
  Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(values.data(), n);
  const double centre = y.mean();
  const double spread = StandardDeviationOf(y);
  y = (y.array() - centre) / spread;
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(n);
  std::vector<Eigen::MatrixXd> samples;
  std::vector<Eigen::MatrixXd> kernels;
  for (const Matrix& block : blocks_) {
    Eigen::MatrixXd s(n, static_cast<Index>(block.cols));
    for (Index i = 0; i < n; ++i) {
      s.row(i) = Map(block).row(rows[static_cast<size_t>(i)]);
    }
    kernels.emplace_back(s * s.transpose());
    samples.push_back(std::move(s));
  }

  struct Combination {
    double weights[kAll];
    double noise = 0;
    double likelihood = 0;
    double intercept = 0;
    double amplitude = 0;
    Eigen::VectorXd alpha;
  };
  std::vector<Combination> all;
  const auto add = [&](double deviation, double one_hot, double operations,
                       double costs, double noise) {
    Combination c{
        {kMeanWeight, deviation, one_hot, kStructure, operations, costs},
        noise,
        0,
        0,
        0,
        {}};
    Eigen::MatrixXd k = noise * Eigen::MatrixXd::Identity(n, n);
    for (size_t b = 0; b < kernels.size(); ++b) k += c.weights[b] * kernels[b];
    const Eigen::LLT<Eigen::MatrixXd> llt(k);
    const Eigen::VectorXd k1 = llt.solve(ones);
    const Eigen::VectorXd ky = llt.solve(y);
    const double precision = ones.dot(k1);
    c.intercept = ones.dot(ky) / precision;
    c.alpha = ky - c.intercept * k1;
    const double square = (y.array() - c.intercept).matrix().dot(c.alpha);
    const Eigen::MatrixXd factor = llt.matrixL();
    const double log_determinant = factor.diagonal().array().log().sum();
    c.amplitude = (square + 1) / double(n + 1);
    c.likelihood = -log_determinant - 0.5 * std::log(precision) -
                   0.5 * double(n + 1) * std::log(square + 1);
    all.push_back(std::move(c));
  };
  const bool has_costs = kernels.size() == kAll;
  for (const double deviation : kDeviation) {
    for (const double one_hot : kOneHot) {
      for (const double operations : kOperations) {
        for (const double costs : kCosts) {
          if (!has_costs && costs != kCosts[0]) continue;
          for (const double noise : kNoise) {
            add(deviation, one_hot, operations, costs, noise);
          }
        }
      }
    }
  }
  const auto likeliest = std::max_element(
      all.begin(), all.end(), [](const Combination& a, const Combination& b) {
        return a.likelihood < b.likelihood;
      });
  double total = 0;
  double intercept = 0;
  Eigen::MatrixXd alpha =
      Eigen::MatrixXd::Zero(n, static_cast<Index>(kernels.size()));
  for (const Combination& c : all) {
    const double share = std::exp(c.likelihood - likeliest->likelihood);
    total += share;
    intercept += share * c.intercept;
    for (size_t b = 0; b < kernels.size(); ++b) {
      alpha.col(static_cast<Index>(b)) += share * c.weights[b] * c.alpha;
    }
  }
  Eigen::VectorXd mean =
      Eigen::VectorXd::Constant(static_cast<Index>(rows_), intercept / total);
  Eigen::MatrixXd covariance =
      Eigen::MatrixXd::Zero(static_cast<Index>(rows_), n);
  Eigen::VectorXd self = Eigen::VectorXd::Zero(static_cast<Index>(rows_));
  Eigen::MatrixXd kernel = likeliest->noise * Eigen::MatrixXd::Identity(n, n);
  for (size_t b = 0; b < kernels.size(); ++b) {
    const auto block = Map(blocks_[b]);
    const double weight = likeliest->weights[b];
    const Eigen::MatrixXd k = block * samples[b].transpose();
    mean += k * alpha.col(static_cast<Index>(b)) / total;
    covariance += weight * k;
    self += weight * block.rowwise().squaredNorm();
    kernel += weight * kernels[b];
  }
  const Eigen::LLT<Eigen::MatrixXd> llt(kernel);
  const Eigen::MatrixXd solved = llt.solve(covariance.transpose());
  const Eigen::VectorXd k1 = llt.solve(ones);
  const double precision = ones.dot(k1);
  Predictions out;
  for (Index i = 0; i < static_cast<Index>(rows_); ++i) {
    const double known = covariance.row(i).dot(solved.col(i));
    // The intercept's own uncertainty.
    const double lack = 1 - covariance.row(i).dot(k1);
    const double variance = std::max(
        self[i] - known + lack * lack / precision + likeliest->noise, 1e-12);
    out.mean.push_back(centre + spread * mean[i]);
    out.sd.push_back(spread * std::sqrt(variance * likeliest->amplitude));
  }
  return out;
}

std::vector<std::string> FewShotEncodings(const SearchSpace& space,
                                          bool images_known) {
  constexpr size_t kMostPairs = 1000;
  size_t pairs = 0;
  size_t choices = 0;
  for (const Decision& decision : space.Decisions()) {
    pairs += choices * decision.choices.size();
    choices += decision.choices.size();
  }
  const bool few = pairs <= kMostPairs;
  const bool dead_parts = space.Id().starts_with("nb201@");
  const auto with_effective = [&](const std::string& name) {
    return dead_parts ? name + "@1+effective-" + name + "@1" : name + "@1";
  };
  const bool layers = space.HasLayers() && images_known;
  std::vector<std::string> encodings = {with_effective("one-hot"),
                                        few      ? with_effective("pairs")
                                        : layers ? "groups@1"
                                                 : "operations@1",
                                        with_effective("operations")};
  // Pairs and counts of a cell's operations say all that its costs would.
  if (layers && !few) encodings.emplace_back("costs@1");
  return encodings;
}

}  // namespace hwnas
