#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "predictors/non_negative.h"
#include "predictors/predictor.h"
#include "predictors/residual_scale.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

// A lookup table: the network costs what its parts cost, summed, each at least
// nothing, and a constant. Parts are the columns (`layers@1` counts them, but
// `one-hot@1` does as well); what no row has costs nothing. The additivity
// error is what its error bars state.
class Lookup : public Predictor {
 public:
  std::string Id() const override { return "lookup@1"; }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t) override {
    Matrix design(features.Rows(), features.Columns() + 1);
    for (size_t r = 0; r < design.rows; ++r) {
      std::ranges::copy(features.x.Row(r), design.Row(r).begin());
      design.Row(r).back() = 1;
    }
    costs_ = NonNegativeLeastSquares(design, values);
    std::vector<double> predicted;
    std::vector<double> residual;
    for (size_t r = 0; r < features.Rows(); ++r) {
      predicted.push_back(Sum(features.x.Row(r)));
      residual.push_back(values[r] - predicted.back());
    }
    scale_.Fit(predicted, residual);
  }

  Predictions DoPredict(const Features& features) const override {
    Predictions out;
    for (size_t r = 0; r < features.Rows(); ++r) {
      out.mean.push_back(Sum(features.x.Row(r)));
      out.sd.push_back(scale_.At(out.mean.back()));
    }
    return out;
  }

  void DoWrite(ModelWriter& writer) const override {
    writer.Put(std::span<const double>(costs_));
    scale_.Write(writer);
  }

  void DoRead(ModelReader& reader, size_t columns) override {
    costs_ = reader.Doubles();
    reader.Require(costs_.size() == columns + 1,
                   "it has another number of costs than columns");
    scale_.Read(reader);
  }

 private:
  double Sum(std::span<const double> row) const {
    double sum = costs_.back();
    for (size_t c = 0; c < row.size(); ++c) sum += row[c] * costs_[c];
    return sum;
  }

  std::vector<double> costs_;  // by column, then the constant
  ResidualScale scale_;
};

// The roofline (Williams, Waterman and Patterson, CACM 2009): a layer takes
// max(macs / peak, bytes / bandwidth), a network their sum and an overhead.
// `peak / bandwidth` is the best of a grid; the other two follow by
// non-negative least squares, so few measurements suffice.
class Roofline : public Predictor {
 public:
  std::string Id() const override { return "roofline@1"; }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t) override {
    if (features.layers.size() != features.Columns()) {
      throw Error(ErrorCode::kUsage,
                  "roofline: it needs the encoding 'layers', alone");
    }
    layers_.clear();
    for (const LayerCost& cost : features.layers) {
      layers_.insert(layers_.end(), {cost.macs, cost.bytes});
    }
    double best = -1;
    for (int step = 0; step <= kSteps; ++step) {
      const double ratio = std::pow(10.0, kFirst + step * kWidth);
      Matrix design(features.Rows(), 2);
      for (size_t r = 0; r < design.rows; ++r) {
        design.Row(r)[0] = Work(features.x.Row(r), ratio);
        design.Row(r)[1] = 1;
      }
      const std::vector<double> fit = NonNegativeLeastSquares(design, values);
      double error = 0;
      for (size_t r = 0; r < design.rows; ++r) {
        const auto row = design.Row(r);
        const double d = values[r] - row[0] * fit[0] - fit[1];
        error += d * d;
      }
      if (best >= 0 && error >= best) continue;
      best = error;
      ratio_ = ratio;
      per_mac_ = fit[0];
      overhead_ = fit[1];
    }
    std::vector<double> predicted;
    std::vector<double> residual;
    for (size_t r = 0; r < features.Rows(); ++r) {
      predicted.push_back(Latency(features.x.Row(r)));
      residual.push_back(values[r] - predicted.back());
    }
    scale_.Fit(predicted, residual);
  }

  Predictions DoPredict(const Features& features) const override {
    Predictions out;
    for (size_t r = 0; r < features.Rows(); ++r) {
      out.mean.push_back(Latency(features.x.Row(r)));
      out.sd.push_back(scale_.At(out.mean.back()));
    }
    return out;
  }

  void DoWrite(ModelWriter& writer) const override {
    writer.Put(std::span<const double>(layers_));
    writer.Put(ratio_);
    writer.Put(per_mac_);
    writer.Put(overhead_);
    scale_.Write(writer);
  }

  void DoRead(ModelReader& reader, size_t columns) override {
    layers_ = reader.Doubles();
    reader.Require(layers_.size() == 2 * columns,
                   "it has another number of layers than columns");
    ratio_ = reader.Double();
    per_mac_ = reader.Double();
    overhead_ = reader.Double();
    scale_.Read(reader);
  }

 private:
  // Macs that would take as long as each layer, summed.
  double Work(std::span<const double> counts, double ratio) const {
    double work = 0;
    for (size_t c = 0; c < counts.size(); ++c) {
      work += counts[c] * std::max(layers_[2 * c], layers_[2 * c + 1] * ratio);
    }
    return work;
  }
  double Latency(std::span<const double> counts) const {
    return overhead_ + per_mac_ * Work(counts, ratio_);
  }

  static constexpr int kSteps = 48;  // 10^-3 .. 10^3 macs a byte
  static constexpr double kFirst = -3;
  static constexpr double kWidth = 0.125;

  std::vector<double> layers_;  // macs and bytes of each column
  double ratio_ = 1;
  double per_mac_ = 0;
  double overhead_ = 0;
  ResidualScale scale_;
};

}  // namespace

PredictorInfo LookupInfo() {
  return {"lookup",
          "costs of parts, summed: a lookup table fitted on whole networks",
          "Cai, Zhu and Han, ICLR 2019 (ProxylessNAS), appendix B; fitted by "
          "non-negative least squares instead of measured layer by layer",
          {}};
}

PredictorInfo RooflineInfo() {
  return {"roofline",
          "peak compute, bandwidth and overhead, from the layers",
          "Williams, Waterman and Patterson, CACM 2009",
          {}};
}

std::unique_ptr<Predictor> MakeLookup(const PredictorOptions&) {
  return std::make_unique<Lookup>();
}

std::unique_ptr<Predictor> MakeRoofline(const PredictorOptions&) {
  return std::make_unique<Roofline>();
}

}  // namespace hwnas
