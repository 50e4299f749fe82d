#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "predictors/predictor.h"
#include "predictors/residual_scale.h"
#include "tabular/analysis/splits.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

class Calibrated : public Predictor {
 public:
  Calibrated(std::string name, PredictorOptions options)
      : name_(std::move(name)),
        options_(std::move(options)),
        inner_(MakePredictor(name_, options_)) {}

  std::string Id() const override {
    return fmt::format("calibrated@1({})", inner_->Id());
  }
  size_t MinRows() const override {
    return std::max<size_t>(2 * kFolds, inner_->MinRows() + kFolds);
  }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t seed) override {
    std::vector<uint32_t> groups = features.groups;
    if (groups.empty()) {
      groups.resize(values.size());
      std::iota(groups.begin(), groups.end(), 0u);
    }
    const std::vector<uint32_t> fold_of =
        GroupFolds(groups, kFolds, Rng::SeedFromLabel(seed, "folds"));
    // What states no spread at all is taken to state next to none.
    floor_ = kFloor * StandardDeviation(values).value();
    std::vector<double> predicted;
    std::vector<double> ratio;
    std::vector<uint32_t> judged;
    for (uint32_t fold = 0; fold < kFolds; ++fold) {
      std::vector<uint32_t> rows;
      std::vector<uint32_t> held;
      std::vector<double> known;
      for (uint32_t i = 0; i < values.size(); ++i) {
        (fold_of[i] == fold ? held : rows).push_back(i);
        if (fold_of[i] != fold) known.push_back(values[i]);
      }
      // Where few groups are large, a fold may be empty or hold all.
      if (held.empty() || rows.size() < inner_->MinRows()) continue;
      const auto part = MakePredictor(name_, options_);
      part->Fit(features.Select(rows), known,
                Rng::SeedFromLabel(seed, fmt::format("fold/{}", fold)));
      const Predictions p = part->Predict(features.Select(held));
      for (size_t i = 0; i < held.size(); ++i) {
        predicted.push_back(p.mean[i]);
        ratio.push_back((values[held[i]] - p.mean[i]) /
                        std::max(p.sd[i], floor_));
        judged.push_back(held[i]);
      }
    }
    if (ratio.empty()) {
      throw Error(ErrorCode::kUsage,
                  "calibrated: all rows are one group; there is nothing to "
                  "hold back");
    }
    // What a row's difficulty is divided by must not have been learnt from its
    // own group either.
    std::vector<double> scaled = ratio;
    for (uint32_t fold = 0; fold < kFolds; ++fold) {
      std::vector<uint32_t> others;
      std::vector<uint32_t> held;
      std::vector<double> known;
      for (uint32_t i = 0; i < ratio.size(); ++i) {
        (fold_of[judged[i]] == fold ? held : others).push_back(i);
        if (fold_of[judged[i]] != fold) known.push_back(ratio[i]);
      }
      if (held.empty() || others.size() < kFolds) continue;
      const Features rows = features.Select(judged);
      FitDifficulty(rows.Select(others), known);
      const std::vector<double> expected = Difficulty(rows.Select(held));
      for (size_t i = 0; i < held.size(); ++i) scaled[held[i]] /= expected[i];
    }
    scale_.Fit(predicted, scaled);
    FitDifficulty(features.Select(judged), ratio);
    inner_->Fit(features, values, seed);
  }

  Predictions DoPredict(const Features& features) const override {
    Predictions out = inner_->Predict(features);
    const std::vector<double> expected = Difficulty(features);
    for (size_t i = 0; i < out.sd.size(); ++i) {
      out.sd[i] =
          std::max(out.sd[i], floor_) * expected[i] * scale_.At(out.mean[i]);
    }
    return out;
  }

  void DoWrite(ModelWriter& writer) const override {
    writer.Put(floor_);
    scale_.Write(writer);
    writer.Put(uint64_t{difficult_});
    if (difficult_) {
      writer.Put(lowest_);
      writer.Put(highest_);
      difficulty_->Write(writer);
    }
    inner_->Write(writer);
  }
  void DoRead(ModelReader& reader, size_t) override {
    floor_ = reader.Double();
    scale_.Read(reader);
    difficult_ = reader.U64() != 0;
    if (difficult_) {
      lowest_ = reader.Double();
      highest_ = reader.Double();
      reader.Require(lowest_ <= highest_, "its error bars make no sense");
      difficulty_->Read(reader);
    }
    inner_->Read(reader);
  }

 private:
  // How far off a row is expected to be, beyond what the predictor states: a
  // ridge regression of log |ratio| on the features.
  void FitDifficulty(const Features& features,
                     const std::vector<double>& ratio) {
    std::vector<double> off;
    for (const double r : ratio) off.push_back(std::abs(r));
    // Near misses by luck must not weigh by their logarithm.
    const double least = std::max(kNear * Median(off), kFloor);
    for (double& r : off) r = std::log(std::max(r, least));
    difficult_ =
        std::ranges::any_of(off, [&](double r) { return r != off[0]; });
    lowest_ = *std::ranges::min_element(off);
    highest_ = *std::ranges::max_element(off);
    if (difficult_) difficulty_->Fit(features, off, 0);
  }
  std::vector<double> Difficulty(const Features& features) const {
    std::vector<double> out(features.Rows(), 1);
    if (!difficult_) return out;
    const std::vector<double> log = difficulty_->Predict(features).mean;
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = std::exp(std::clamp(log[i], lowest_, highest_));
    }
    return out;
  }

  static constexpr uint32_t kFolds = 5;
  static constexpr double kNear = 0.1;
  static constexpr double kFloor = 1e-6;

  std::string name_;
  PredictorOptions options_;
  std::unique_ptr<Predictor> inner_;
  ResidualScale scale_;
  double floor_ = 0;
  std::unique_ptr<Predictor> difficulty_ = MakePredictor("ridge");
  bool difficult_ = false;
  double lowest_ = 0;  // of the logarithms fitted
  double highest_ = 0;
};

}  // namespace

std::unique_ptr<Predictor> MakeCalibrated(const std::string& name,
                                          const PredictorOptions& options) {
  // Its own folds would be for nothing.
  PredictorOptions own = options;
  if (name == "xgboost") own.try_emplace("folds", 0);
  return std::make_unique<Calibrated>(name, own);
}

}  // namespace hwnas
